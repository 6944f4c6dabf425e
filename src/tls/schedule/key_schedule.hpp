#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>

#include "crypto/hmac.hpp"
#include "tls/schedule/transcript.hpp"

namespace keyway::tls {

/// A traffic secret of one direction (RFC 8446 7.1), from which its keys come.
class TrafficSecret {
 public:
  TrafficSecret(const crypto::HashFunction& hash, HashSecret secret) noexcept
      : hash_(&hash), secret_(std::move(secret)) {}

  [[nodiscard]] const crypto::HashFunction& hash() const noexcept { return *hash_; }
  [[nodiscard]] ByteView bytes() const noexcept { return secret_.view(); }

  /// `application_traffic_secret_N+1` (RFC 8446 7.2).
  [[nodiscard]] TrafficSecret next() const noexcept;

  /// `[sender]_write_key` and `[sender]_write_iv` (RFC 8446 7.3).
  struct Keys {
    SecretBuffer<32> key;
    crypto::Nonce iv{};
  };
  [[nodiscard]] Keys keys(std::size_t key_size) const noexcept;

  /// `verify_data` of a Finished over `transcript` (RFC 8446 4.4.4); for handshake traffic secrets.
  [[nodiscard]] HashSecret finished(const TranscriptHash& transcript) const noexcept;

 private:
  const crypto::HashFunction* hash_;
  HashSecret secret_;
};

/// Both directions of one epoch.
struct TrafficSecrets {
  TrafficSecret client;
  TrafficSecret server;
};

/// Derives exported keying material (RFC 8446 7.5) after the handshake.
class Exporter {
 public:
  Exporter(const crypto::HashFunction& hash, HashSecret exporter_master_secret) noexcept
      : hash_(&hash), secret_(std::move(exporter_master_secret)) {}

  /// Fills `out` (at most 255 hash outputs). Errors: InvalidArgument for a longer `out` and for a label that
  /// is empty or over 249 bytes.
  [[nodiscard]] Result<void> derive(std::string_view label, ByteView context, ByteSpan out) const;
  [[nodiscard]] ByteView bytes() const noexcept { return secret_.view(); }  ///< for the key log

 private:
  const crypto::HashFunction* hash_;
  HashSecret secret_;
};

/// Where a PSK comes from, which its binder tells apart.
enum class PskKind : std::uint8_t {
  resumption,  ///< of a ticket: "res binder"
  external,    ///< from outside, as it is: "ext binder"
  imported,    ///< from outside, imported (RFC 9258 5.2): "imp binder"
};

class MasterSchedule;
class HandshakeSchedule;

/// The key schedule of TLS 1.3 (RFC 8446 7.1), one type per stage: a stage is spent when the next is made, so a secret
/// can't be derived out of order.
class EarlySchedule {
 public:
  /// Without a PSK: an IKM of zeros.
  explicit EarlySchedule(const crypto::HashFunction& hash) noexcept;
  /// With a PSK, external or of a ticket.
  EarlySchedule(const crypto::HashFunction& hash, ByteView psk) noexcept;

  [[nodiscard]] TrafficSecret binder_key(PskKind kind) const noexcept;
  [[nodiscard]] TrafficSecret client_early_traffic_secret(const TranscriptHash& client_hello) const noexcept;
  [[nodiscard]] Exporter early_exporter(const TranscriptHash& client_hello) const noexcept;

  /// The next stage. `shared_secret` is the (EC)DHE output, or empty for psk_ke.
  [[nodiscard]] HandshakeSchedule into_handshake(ByteView shared_secret) && noexcept;

 private:
  /// The Early Secret. Without a PSK it is a constant that nothing but tests asks for.
  [[nodiscard]] crypto::HmacKey key() const noexcept;

  const crypto::HashFunction* hash_;
  std::optional<crypto::HmacKey> with_psk_;
};

class HandshakeSchedule {
 public:
  /// `secret` is the stage's own: the Handshake Secret.
  HandshakeSchedule(const crypto::HashFunction& hash, HashSecret secret) noexcept;

  /// `transcript`: ClientHello…ServerHello.
  [[nodiscard]] TrafficSecrets traffic_secrets(const TranscriptHash& transcript) const noexcept;
  [[nodiscard]] MasterSchedule into_master() && noexcept;

 private:
  crypto::HmacKey key_;
};

class MasterSchedule {
 public:
  /// `secret` is the stage's own: the Master Secret.
  MasterSchedule(const crypto::HashFunction& hash, HashSecret secret) noexcept;

  /// `transcript`: ClientHello…server Finished.
  [[nodiscard]] TrafficSecrets traffic_secrets(const TranscriptHash& transcript) const noexcept;
  [[nodiscard]] Exporter exporter(const TranscriptHash& transcript) const noexcept;
  /// `transcript`: ClientHello…client Finished.
  [[nodiscard]] HashSecret resumption_master_secret(const TranscriptHash& transcript) const noexcept;

 private:
  crypto::HmacKey key_;
};

/// The PSK of a ticket (RFC 8446 4.6.1).
[[nodiscard]] HashSecret resumption_psk(const crypto::HashFunction& hash, ByteView resumption_master_secret,
                                        ByteView ticket_nonce) noexcept;

}  // namespace keyway::tls
