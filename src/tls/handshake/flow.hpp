#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/early_sent.hpp"
#include "tls/handshake/ech_progress.hpp"
#include "tls/handshake/emitter.hpp"
#include "tls/handshake/quic_carrier.hpp"
#include "tls/record/handshake_joiner.hpp"
#include "tls/record/record_reader.hpp"
#include "tls/record/record_writer.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/suites.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/extensions/max_fragment_length.hpp"
#include "tls/wire/extensions/record_size_limit.hpp"

namespace keyway::tls {

/// The highest record_size_limit that means something in this version (RFC 8449 4).
[[nodiscard]] constexpr std::size_t max_record_size_limit(ProtocolVersion version) noexcept {
  return version == ProtocolVersion::TLS1_3 ? max_plaintext_fragment + 1 : max_plaintext_fragment;
}

/// What a connection refers to and nothing else may keep.
using KeptAlive = std::vector<std::shared_ptr<const void>>;

/// What a handshake state may do to its connection: send, change keys, tell. Made for one call.
class Flow {
 public:
  struct Parts {
    RecordReader& reader;
    RecordWriter& writer;
    HandshakeJoiner& joiner;
    Bytes& outbox;
    const Emitter& emit;
    ConnectionInfo& info;
    std::optional<x509::Verdict>& verdict;
    std::vector<Bytes>& peer_chain;
    CarriedProofs& peer_proofs;
    std::unique_ptr<EarlySent>& early;
    std::unique_ptr<EchProgress>& ech;
    std::unique_ptr<KeptAlive>& kept;
    QuicCarrier* quic;  ///< null: records carry the handshake
  };
  explicit Flow(const Parts& parts) noexcept : parts_(parts) {}

  /// Makes room at once for some `size` bytes of output that several calls will queue.
  void expect_to_send(std::size_t size) { parts_.outbox.reserve(parts_.outbox.size() + size); }
  /// Queues whole handshake messages, one or several, coalesced into as few records as they fit.
  [[nodiscard]] Result<void> send(ByteView messages);
  /// Queues a ChangeCipherSpec, in the clear: TLS 1.2's (RFC 5246 7.1), or the one of middlebox compatibility mode (RFC
  /// 8446 D.4), which QUIC has no use for (RFC 9001 8.4).
  [[nodiscard]] Result<void> send_change_cipher_spec();

  /// RFC 8446 5.1: a message before a change of keys ends its record. Errors: DataAfterKeyChange.
  [[nodiscard]] Result<void> check_record_ends() const;
  /// From the next record on; under QUIC, the secret is handed out. Errors also: those of check_record_ends().
  [[nodiscard]] Result<void> protect_reading(EncryptionLevel level, const crypto::Provider& provider,
                                             const SuiteTls13& suite, const TrafficSecret& secret);
  [[nodiscard]] Result<void> protect_writing(EncryptionLevel level, const crypto::Provider& provider,
                                             const SuiteTls13& suite, const TrafficSecret& secret);

  /// The same in TLS 1.2, where the keys were made before.
  [[nodiscard]] Result<void> protect_reading(ProtectionTls12 protection);
  void protect_writing(ProtectionTls12 protection) { parts_.writer.set_protection(std::move(protection)); }

  // What both sides agree on about records; `info().version` stands already.

  /// RFC 6066 4: in both directions, from now on.
  void agree_on_max_fragment_length(const MaxFragmentLengthExtension& agreed) noexcept;
  /// RFC 8449 4: for what is protected. `own`: what the peer was told, 0 for what the protocol allows.
  void agree_on_record_size_limits(const RecordSizeLimitExtension& peer, std::uint16_t own) noexcept;

  /// Client: up to `size` bytes may be sent early, under the keys in force.
  void open_early_data(std::size_t size);
  /// The server takes what was sent; more may be sent yet.
  void accept_early_data() noexcept;
  /// The server does not, and what was sent is kept to be given back.
  void refuse_early_data(EarlyData why) noexcept;
  /// Before EndOfEarlyData.
  void close_early_data() noexcept;

  /// What is known of the hidden ClientHello and of the one around it, from now on.
  [[nodiscard]] EchProgress& ech_progress() {
    if (!parts_.ech) parts_.ech = std::make_unique<EchProgress>();
    return *parts_.ech;
  }

  /// Keeps what ConnectionInfo refers to for as long as the connection lives.
  void keep_alive(std::shared_ptr<const void> what) {
    if (!parts_.kept) parts_.kept = std::make_unique<KeptAlive>();
    parts_.kept->push_back(std::move(what));
  }

  /// Null where records carry the handshake.
  [[nodiscard]] QuicCarrier* quic() const noexcept { return parts_.quic; }
  [[nodiscard]] RecordReader& reader() noexcept { return parts_.reader; }
  [[nodiscard]] RecordWriter& writer() noexcept { return parts_.writer; }
  [[nodiscard]] ConnectionInfo& info() noexcept { return parts_.info; }

  /// For Connection::verdict() and peer_chain().
  void keep_verdict(x509::Verdict verdict) { parts_.verdict = std::move(verdict); }
  void keep_peer_chain(std::vector<Bytes> chain) { parts_.peer_chain = std::move(chain); }
  /// For Connection::peer_proofs().
  void keep_peer_proofs(CarriedProofs proofs) { parts_.peer_proofs = std::move(proofs); }
  [[nodiscard]] CarriedProofs& peer_proofs() noexcept { return parts_.peer_proofs; }
  [[nodiscard]] const x509::Verdict* verdict() const noexcept { return parts_.verdict ? &*parts_.verdict : nullptr; }
  [[nodiscard]] const std::vector<Bytes>& peer_chain() const noexcept { return parts_.peer_chain; }

  template <typename E>
  void emit(const E& event) const noexcept {
    parts_.emit(event);
  }
  /// What is known of ConnectionInfo, as an event.
  void emit_parameters() const noexcept;
  void emit_secrets(SecretLabel client_label, SecretLabel server_label, const TrafficSecrets& secrets,
                    const HelloRandom& client_random) const noexcept;
  void emit_secret(SecretLabel label, ByteView secret, const HelloRandom& client_random) const noexcept {
    parts_.emit.secret(label, 0, client_random, secret);
  }

 private:
  Parts parts_;
};

}  // namespace keyway::tls
