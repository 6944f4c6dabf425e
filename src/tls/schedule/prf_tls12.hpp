#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>

#include "tls/schedule/transcript.hpp"
#include "tls/suites.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway::tls {

/// PRF(secret, label, seed) of RFC 5246 5, where `seed` is the concatenation of its parts. Fills `out`.
void prf_tls12(const crypto::HashFunction& hash, ByteView secret, std::string_view label,
               std::span<const ByteView> seed, ByteSpan out) noexcept;

/// Bytes of every master secret (RFC 5246 8.1).
inline constexpr std::size_t master_secret_size = 48;

/// Both randoms of a handshake; public.
struct HelloRandoms {
  HelloRandom client{};
  HelloRandom server{};
};

/// Key and IV of one direction. The IV of AES-GCM is the four bytes that stay (RFC 5288 3), that of ChaCha20-Poly1305
/// all twelve (RFC 7905 2).
struct DirectionKeysTls12 {
  SecretBuffer<32> key;
  SecretBuffer<12> iv;
};

/// What the key block is cut into (RFC 5246 6.3).
struct KeyBlockTls12 {
  DirectionKeysTls12 client;
  DirectionKeysTls12 server;
};

/// `verify_data` of TLS 1.2's Finished (RFC 5246 7.4.9).
using VerifyDataTls12 = std::array<std::uint8_t, 12>;

/// Derives exported keying material (RFC 5705 4) after the handshake.
class ExporterTls12 {
 public:
  ExporterTls12(const crypto::HashFunction& hash, SecretBuffer<master_secret_size> master_secret,
                const HelloRandoms& randoms) noexcept
      : hash_(&hash), master_secret_(std::move(master_secret)), randoms_(randoms) {}

  /// Fills `out`. No context and an empty one differ. Errors: InvalidArgument for a context above 2^16-1 bytes, for a
  /// label that the protocol itself uses.
  [[nodiscard]] Result<void> derive(std::string_view label, std::optional<ByteView> context, ByteSpan out) const;

  // What the connection's keys come from, for who carries the connection elsewhere.
  [[nodiscard]] const crypto::HashFunction& hash() const noexcept { return *hash_; }
  [[nodiscard]] ByteView master_secret() const noexcept { return master_secret_.view(); }
  [[nodiscard]] const HelloRandoms& randoms() const noexcept { return randoms_; }

 private:
  const crypto::HashFunction* hash_;
  SecretBuffer<master_secret_size> master_secret_;
  HelloRandoms randoms_;
};

/// The master secret of a TLS 1.2 session.
class MasterSecretTls12 {
 public:
  /// RFC 7627 4: bound to the whole handshake. `session_hash`: ClientHello…ClientKeyExchange.
  [[nodiscard]] static MasterSecretTls12 extended(const crypto::HashFunction& hash, ByteView premaster_secret,
                                                  const TranscriptHash& session_hash) noexcept;
  /// RFC 5246 8.1, where the configuration does without RFC 7627: bound to the randoms alone.
  [[nodiscard]] static MasterSecretTls12 plain(const crypto::HashFunction& hash, ByteView premaster_secret,
                                               const HelloRandoms& randoms) noexcept;
  /// That of an earlier session, which is gone on with (RFC 5246 7.3). `secret`: master_secret_size bytes.
  [[nodiscard]] static MasterSecretTls12 of_session(const crypto::HashFunction& hash, ByteView secret) noexcept;

  [[nodiscard]] KeyBlockTls12 key_block(const SuiteTls12& suite, const HelloRandoms& randoms) const noexcept;
  /// `transcript`: all messages before the Finished of `side`.
  [[nodiscard]] VerifyDataTls12 finished(Side side, const TranscriptHash& transcript) const noexcept;
  [[nodiscard]] ByteView bytes() const noexcept { return secret_.view(); }  ///< for the key log and sessions

  /// The last use: what stays after the handshake.
  [[nodiscard]] ExporterTls12 into_exporter(const HelloRandoms& randoms) && noexcept {
    return {*hash_, std::move(secret_), randoms};
  }

 private:
  explicit MasterSecretTls12(const crypto::HashFunction& hash) noexcept : hash_(&hash), secret_(master_secret_size) {}

  const crypto::HashFunction* hash_;
  SecretBuffer<master_secret_size> secret_;
};

}  // namespace keyway::tls
