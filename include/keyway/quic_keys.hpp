#pragma once
/// \file
/// What QUIC's packets are protected with (RFC 9001 5), and the tag of a Retry. For most, <keyway/quic_packets.hpp> is
/// enough: it seals and opens whole packets. Here are the keys themselves, for a QUIC stack that does so on its own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/quic.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

namespace keyway {

/// The versions of QUIC whose packets are known here: RFC 9000 and RFC 9369. They differ in salts, labels and the
/// numbers of packet types.
enum class QuicVersion : std::uint32_t { v1 = 0x00000001, v2 = 0x6b3343cf };

/// The most bytes of a connection ID in both versions (RFC 9000 17.2).
inline constexpr std::size_t max_quic_connection_id = 20;

/// The secrets of both directions of Initial packets.
struct QuicInitialSecrets {
  QuicSecret sent;
  QuicSecret received;
};

/// The secrets of Initial packets (RFC 9001 5.2), as `side` uses them. `destination`: the Destination Connection ID of
/// the client's first Initial packet, or of its first one after a Retry. Anybody who sees that can derive them. Errors:
/// InvalidArgument (a longer one than max_quic_connection_id), UnsupportedAlgorithm.
[[nodiscard]] Result<QuicInitialSecrets> quic_initial_secrets(const crypto::Provider& provider, QuicVersion version,
                                                              Side side, ByteView destination);

/// The keys of one direction at one level (RFC 9001 5.1).
struct QuicKeys {
  crypto::AeadAlgorithm aead{};
  SecretBuffer<32> key;
  crypto::Nonce iv{};           ///< a packet's nonce is this, combined with its number (5.3)
  SecretBuffer<32> header_key;  ///< stays as it is when keys are updated
};

/// Errors: UnsupportedAlgorithm, for a suite that is none of TLS 1.3; InvalidArgument, for a secret of another size
/// than the suite's hash.
[[nodiscard]] Result<QuicKeys> quic_keys(const crypto::Provider& provider, QuicVersion version,
                                         const QuicSecret& secret);

/// The secret that follows this one in a key update (RFC 9001 6.1). Errors: as quic_keys().
[[nodiscard]] Result<QuicSecret> next_quic_secret(const crypto::Provider& provider, QuicVersion version,
                                                  const QuicSecret& secret);

/// The Retry Integrity Tag (RFC 9001 5.8): not a secret's, but it shows that who sent the Retry has seen the client's
/// Initial packet. Not thread-safe; make one and use it again: what it needs it then has.
class QuicRetryIntegrity {
 public:
  using Tag = std::array<std::uint8_t, crypto::aead_tag_size>;

  /// Errors: the provider's.
  [[nodiscard]] static Result<QuicRetryIntegrity> create(const crypto::Provider& provider, QuicVersion version);

  /// The tag that goes to the end of a Retry. `original_destination`: the Destination Connection ID of the Initial
  /// packet that is answered; `retry`: the packet up to where its tag will stand. Errors: InvalidArgument (a connection
  /// ID that is too long, or a packet longer than a datagram can be), CryptoFailed.
  [[nodiscard]] Result<Tag> tag(ByteView original_destination, ByteView retry);

  /// True where the last 16 bytes of this Retry are its tag. Compares in constant time. One that does not hold is to be
  /// dropped without an answer.
  [[nodiscard]] bool holds(ByteView original_destination, ByteView retry);

 private:
  QuicRetryIntegrity(std::unique_ptr<crypto::Aead> aead, const crypto::Nonce& nonce) noexcept
      : aead_(std::move(aead)), nonce_(nonce) {}

  std::unique_ptr<crypto::Aead> aead_;
  crypto::Nonce nonce_;
  Bytes pseudo_packet_;
};

}  // namespace keyway
