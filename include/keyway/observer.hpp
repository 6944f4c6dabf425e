#pragma once
/// \file
/// What a connection tells about itself while it works. Logs, key logs, metrics and explanations are observers; with
/// none set, the cost is one branch per event.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/ech.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>
#include <keyway/verdict.hpp>

namespace keyway {

/// Which way something went, seen from this side.
enum class Direction : std::uint8_t { sent, received };

/// Secrets by the names of the SSLKEYLOGFILE format (RFC 9850), where they have one there.
enum class SecretLabel : std::uint8_t {
  CLIENT_EARLY_TRAFFIC_SECRET,
  EARLY_EXPORTER_SECRET,
  CLIENT_HANDSHAKE_TRAFFIC_SECRET,
  SERVER_HANDSHAKE_TRAFFIC_SECRET,
  CLIENT_TRAFFIC_SECRET,  ///< of generation 0; the file appends the number: CLIENT_TRAFFIC_SECRET_0
  SERVER_TRAFFIC_SECRET,
  EXPORTER_SECRET,
  CLIENT_RANDOM,  ///< TLS 1.2's master secret
};
[[nodiscard]] std::string_view to_string(SecretLabel label) noexcept;

/// The events. All views live for the call alone.
namespace event {

/// A whole handshake message went out or came in, with its header, before anything was made of it.
struct HandshakeMessage {
  Direction direction{};
  HandshakeType type{};
  ByteView raw;
};

/// The ClientHello that another one hides (RFC 9849), with its header: before that one is `sent`, after it was
/// `received` and opened.
struct InnerClientHello {
  Direction direction{};
  ByteView raw;
};

/// A record on the wire. `size` counts its header and protection.
struct Record {
  Direction direction{};
  ContentType type{};  ///< the inner one, where it is protected
  bool is_protected = false;
  std::size_t size = 0;
  /// Of what it carries, without padding; 0 where it is not known: of data that was sent in several records at once.
  std::size_t content_size = 0;
  ByteView first_bytes;  ///< as they are on the wire, max_first_bytes at most

  static constexpr std::size_t max_first_bytes = 48;
};

/// Both sides' offers were compared and this came out. On the client, `group` and `alpn` may come later than the rest:
/// the event is repeated when they are known.
struct ParametersChosen {
  ProtocolVersion version{};
  CipherSuite cipher_suite{};
  NamedGroup group{};
  CompressionMethod compression_method = CompressionMethod::null;
  bool after_hello_retry_request = false;
  std::string_view alpn;       ///< empty: none
  bool is_resumption = false;  ///< of an earlier session
  EchStatus ech = EchStatus::off;
};

/// The peer's chain was judged. `chain` is as it was sent, leaf first, DER.
struct ChainJudged {
  const x509::Verdict* verdict = nullptr;
  std::span<const ByteView> chain;
  std::string_view server_name;
};

/// A handshake signature was made (`sent`) or found to hold (`received`).
struct HandshakeSignature {
  Direction direction{};
  SignatureScheme scheme{};
};

/// The server proves itself with a key that its certificate's key has delegated (RFC 9345): it shows so (`sent`), or
/// showed so, and the delegation was found to be in order (`received`).
struct DelegatedCredential {
  Direction direction{};
  SignatureScheme scheme{};            ///< that the delegated key signs the handshake with
  SignatureScheme signature_scheme{};  ///< that the certificate's key signed the delegation with
  Time until;
};

/// The key exchange is complete. Sizes in bytes; the secret itself is not told.
struct KeyAgreement {
  NamedGroup group{};
  std::size_t client_share_size = 0;
  std::size_t server_share_size = 0;
};

/// A secret was derived. The fingerprint is the first 8 bytes of SHA-256 over "keyway fingerprint" and the secret: both
/// sides can compare it, nobody can use it.
struct SecretDerived {
  SecretLabel label{};
  std::uint32_t generation = 0;  ///< counts key updates
  std::size_t size = 0;
  std::array<std::uint8_t, 8> fingerprint{};
};

/// A Finished was sent, or came and matched.
struct Finished {
  Direction direction{};
};

/// The handshake is over and data may flow.
struct HandshakeCompleted {};

/// New keys are in force in one direction.
struct KeysUpdated {
  Direction direction{};
  std::uint32_t generation = 0;
};

struct AlertSeen {
  Direction direction{};
  AlertLevel level{};
  AlertDescription description{};
};

/// Something weaker than the default is in force, by the caller's own choice.
struct Weakened {
  std::string_view what;
};

/// The connection is broken.
struct Failed {
  const Error* error = nullptr;
};

}  // namespace event

using Event = std::variant<event::HandshakeMessage, event::InnerClientHello, event::Record, event::ParametersChosen,
                           event::ChainJudged, event::HandshakeSignature, event::DelegatedCredential,
                           event::KeyAgreement, event::SecretDerived, event::Finished, event::HandshakeCompleted,
                           event::KeysUpdated, event::AlertSeen, event::Weakened, event::Failed>;

/// Whose event it is.
struct EventOrigin {
  Side side{};
  std::uint64_t connection = 0;  ///< ConnectionOptions::id
};

/// Receives events. One that a configuration shares among connections must be thread-safe; one that is given to a
/// single connection is called on that connection's thread.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void on(const EventOrigin& origin, const Event& event) noexcept = 0;

  /// An observer that returns true is given the secrets themselves, which opens every recorded connection to whoever
  /// reads them. Only a key log does.
  [[nodiscard]] virtual bool reveals_secrets() const noexcept { return false; }
  /// `client_random` is 32 bytes. Only called when reveals_secrets().
  virtual void on_secret(const EventOrigin& origin, SecretLabel label, std::uint32_t generation, ByteView client_random,
                         ByteView secret) noexcept {
    static_cast<void>(origin), static_cast<void>(label), static_cast<void>(generation);
    static_cast<void>(client_random), static_cast<void>(secret);
  }
};

}  // namespace keyway
