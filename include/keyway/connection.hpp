#pragma once
/// \file
/// One TLS connection, sans-I/O: it takes bytes and gives bytes, and never touches a socket, a clock or a thread.
///
/// \code
///   auto connection = Connection::client(config, name);            // its first flight waits in output()
///   write(socket, connection->output()); connection->sent(n);      // send what waits, say how much went
///   auto got = connection->receive(buffer);                        // decrypts in `buffer`, in place
///   use(got->application_data); drop(buffer, got->consumed);       // a view into `buffer`
///   auto sealed = connection->send(parts, out);                    // encrypts from your bytes into yours
/// \endcode

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/carried_proofs.hpp>
#include <keyway/certificate_compression.hpp>
#include <keyway/certificate_type.hpp>
#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/detail/attributes.hpp>
#include <keyway/early_data.hpp>
#include <keyway/ech.hpp>
#include <keyway/error.hpp>
#include <keyway/handover.hpp>
#include <keyway/name.hpp>
#include <keyway/observer.hpp>
#include <keyway/types.hpp>
#include <keyway/verdict.hpp>
#include <keyway/verification.hpp>

namespace keyway {

/// Whether a client proves who it is once the handshake is done (RFC 8446 4.6.2).
enum class ClientProofLater : std::uint8_t {
  off,        ///< one of the sides does not allow it
  possible,   ///< the client may be asked
  requested,  ///< server: a request waits for its answer
  declined,   ///< the client was asked, and shows nothing
  proven,     ///< the client has shown who it is; server: see verdict() and peer_chain()
};
[[nodiscard]] std::string_view to_string(ClientProofLater state) noexcept;

/// What both sides agreed on.
struct ConnectionInfo {
  ProtocolVersion version{};
  CipherSuite cipher_suite{};
  NamedGroup group{};
  SignatureScheme signature_scheme{};         ///< of the server's proof, this time or when the session began
  SignatureScheme client_signature_scheme{};  ///< of the client's; 0 without one
  bool after_hello_retry_request = false;
  bool is_resumption = false;      ///< goes on with an earlier session: no certificate was shown again
  EchStatus ech = EchStatus::off;  ///< whether the ClientHello was hidden; more by Connection::ech()
  EarlyData early_data = EarlyData::off;
  CertificateType peer_certificate_type = CertificateType::X509;  ///< RawPublicKey: peer_chain() is that key alone
  CertificateType own_certificate_type = CertificateType::X509;   ///< of what a client is to show, if anything
  ClientProofLater late_authentication = ClientProofLater::off;
  bool is_delegated = false;  ///< the server proves itself with a delegated credential (RFC 9345)
  std::string alpn;           ///< empty: none; while early data is `offered`, the session's, which the data must be for
  /// The key from outside that both sides know, this time or, for a server, when the session began; null: none. The
  /// configuration's.
  const ExternalPsk* psk = nullptr;
  /// How the server's certificate was compressed (RFC 8879), if it was.
  std::optional<CertificateCompressionAlgorithm> certificate_compression;
  std::optional<std::string> server_name;  ///< as asked for by the client
  /// What the peer takes in a protected record, by its own word (RFC 8449); 0: it said nothing.
  std::uint16_t peer_record_size_limit = 0;
  std::optional<MaxFragmentLength> max_fragment_length;  ///< agreed on (RFC 6066 4)
};

/// Every reason for which a handshake can wait for the application. Each is answered by resume().
enum class Pause : std::uint8_t {
  client_hello,  ///< server: go on, with this configuration or another, or refuse. Answers: Proceed, UseConfig, Refuse
  credential,    ///< which credential to show; a client's may be null: none. Answers: UseCredential, Refuse
  signature,     ///< sign pending_signature() with a key that lives elsewhere. Answers: Signature, Refuse
  verification,  ///< judge pending_chain(). Answers: Verified, Refuse
  // Server: what a TicketProtection, a ServerSessionStore, a PskResolver or a SingleUseStore leaves to be answered
  // later.
  ticket_opening,  ///< open the ticket that pending_lookup() names. Answers: Found, Refuse
  ticket_sealing,  ///< make tickets of pending_sessions(). Answers: Tickets, Refuse
  session_lookup,  ///< find the session that pending_lookup() names. Answers: Found, Refuse
  psk_lookup,      ///< find a key that pending_client_hello() names. Answers: UsePsk, Refuse
  first_use,       ///< whether what pending_lookup() names is used for the first time. Answers: FirstUse, Refuse
};
[[nodiscard]] std::string_view to_string(Pause pause) noexcept;

/// What can be said to resume().
namespace answer {
struct Proceed {};
struct UseConfig {
  std::shared_ptr<const ServerConfig> config;
};
struct UseCredential {
  std::shared_ptr<const Credential> credential;
};
struct Signature {
  Bytes signature;
};
struct Verified {
  x509::Verdict verdict;
};
/// What was asked for: what the ticket hides, or what was kept. Nothing: a full handshake follows.
struct Found {
  std::optional<Bytes> session;
};
/// One for each of pending_sessions(), in their order, of up to 65535 bytes. Where one is missing or empty, it is not
/// given.
struct Tickets {
  std::vector<Bytes> tickets;
};
/// Null: none of them is known.
struct UsePsk {
  std::shared_ptr<const ExternalPsk> psk;
};
/// False also where nobody can tell.
struct FirstUse {
  bool is_first = false;
};
struct Refuse {
  AlertDescription alert = AlertDescription::access_denied;
};
}  // namespace answer
using Answer =
    std::variant<answer::Proceed, answer::UseConfig, answer::UseCredential, answer::Signature, answer::Verified,
                 answer::Found, answer::Tickets, answer::UsePsk, answer::FirstUse, answer::Refuse>;

/// What a key elsewhere is asked to sign.
struct PendingSignature {
  SignatureScheme scheme{};
  ByteView content;  ///< to be hashed and signed as the scheme says; lives until resume()
};

/// What is asked of a store that is elsewhere, or of who opens tickets.
struct PendingLookup {
  ByteView key;          ///< the ticket, the session's name, or what is to be used once; lives until resume()
  bool is_once = false;  ///< of a session: it is to be forgotten, so that nobody else finds it
  Time until{};          ///< of a first use: until when it is to be remembered
};

struct ConnectionOptions {
  std::uint64_t id = 0;          ///< passed to observers
  Observer* observer = nullptr;  ///< for this connection, beside the configuration's; outlives it
  /// Server, with stateless_retry(): from where the client comes, up to 256 bytes in a form of the application's own.
  /// Cookies are good for it alone. Copied.
  ByteView client_address = {};
};

/// What a call of receive() found.
struct Received {
  /// Bytes at the front of the input that are done with. Those beyond are to be given again, with more after them.
  std::size_t consumed = 0;
  /// How many more bytes the next record needs at least: a hint for the next read. 0 when nothing is known.
  std::size_t needed = 0;
  /// Decrypted application data: a view into the input, below `consumed`.
  ByteSpan application_data;
  /// Server: the same of data that came early, which take_early_data() allows. Anybody can have sent it again: it is
  /// for handlers that ask for it by this name, and never part of `application_data`.
  ByteSpan early_data;
};

/// What binds a protocol above to this very connection: both ends have the same bytes, and nobody between them can.
enum class ChannelBinding : std::uint8_t {
  tls_unique,    ///< RFC 5929 3: 12 bytes, of TLS 1.2 alone
  tls_exporter,  ///< RFC 9266: 32 bytes, of both versions
};

/// One end of a connection. Belongs to one thread at a time. Movable. Holds no I/O buffer: only handshake bytes that
/// wait to be sent or to be completed, and after the handshake two keys and some counters.
class Connection {
 public:
  /// A client that means to talk to `name`. Its ClientHello waits in output(). Errors: InvalidArgument (no
  /// configuration), RandomFailed, CryptoFailed.
  [[nodiscard]] static Result<Connection> client(std::shared_ptr<const ClientConfig> config, const ServerName& name,
                                                 const ConnectionOptions& options = {});
  /// A server. Errors: InvalidArgument.
  [[nodiscard]] static Result<Connection> server(std::shared_ptr<const ServerConfig> config,
                                                 const ConnectionOptions& options = {});

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // --- bytes in

  /// Takes bytes from the peer, from the front of `input`, which the caller keeps and which is written to: records are
  /// decrypted in place. Handshake records are worked through one after the other; the call returns at the first
  /// application data, when a record is incomplete, at a pause, at the peer's close_notify, or when all is consumed.
  /// Call again while `consumed` is not zero and input is left. Errors are final for the connection; the alert waits in
  /// output().
  [[nodiscard]] Result<Received> receive(ByteSpan input);

  /// The transport ended. Fine after close_notify; else TruncatedStream, or PeerClosedInHandshake.
  [[nodiscard]] Result<void> end_of_input();

  // --- bytes out

  /// Bytes of the protocol's own (handshake, alerts, key updates) that wait to be sent, before any later send().
  [[nodiscard]] ByteView output() const noexcept KEYWAY_LIFETIMEBOUND;
  /// The first `count` bytes of output() went out.
  void sent(std::size_t count) noexcept;

  struct Sent {
    std::size_t consumed = 0;  ///< bytes of the data's concatenation that are now in `out`
    std::size_t written = 0;   ///< bytes of `out` to be sent
  };
  /// Encrypts application data (the concatenation of `data`) into `out`, as many whole records as fit; what waits in
  /// output() goes first. Keys are updated by themselves before their limit; TLS 1.2 can't, and ends there with
  /// SequenceExhausted. Errors: NotReady before the handshake is
  /// far enough, AlreadyClosed, OutputTooSmall when nothing fits, CryptoFailed.
  [[nodiscard]] Result<Sent> send(std::span<const ByteView> data, ByteSpan out);
  [[nodiscard]] Result<Sent> send(ByteView data, ByteSpan out);
  /// Client: sends data before the handshake is done, as send() does after it; at most early_data_left() bytes of it
  /// are taken. Call it by this name only for what may come to the server twice. Whether the server took it says
  /// ConnectionInfo::early_data. Errors: NotReady where there is nothing left to be sent early; else as send().
  [[nodiscard]] Result<Sent> send_early(ByteView data, ByteSpan out);
  /// Bytes that may be sent early yet; 0 also where early data is not offered, is refused, or its time is over.
  [[nodiscard]] std::size_t early_data_left() const noexcept;
  /// What was sent early and then refused, once: to be sent again by send(), if that is still what is wanted.
  [[nodiscard]] Bytes take_refused_early_data() noexcept;

  /// Bytes of `out` that take `size` bytes of data whole, output() included.
  [[nodiscard]] std::size_t sealed_size(std::size_t size) const noexcept;

  /// Ends this direction: close_notify waits in output(); receiving goes on. Again: does nothing.
  void close() noexcept;

  /// Ends the connection with a fatal alert of the application's choosing, which waits in output(); error() is then
  /// RejectedByApplication. After an error: does nothing.
  void abort(AlertDescription alert) noexcept;

  /// Changes the sending keys (RFC 8446 4.6.3) and, if asked, has the peer change its own. Errors: NotReady (also with
  /// TLS 1.2, which can't), AlreadyClosed.
  [[nodiscard]] Result<void> update_keys(bool ask_peer_too);

  /// Server: asks the client for a certificate now (RFC 8446 4.6.2), on a connection whose
  /// ConnectionInfo::late_authentication is `possible`, `declined` or `proven`. Once the answer is there, that says
  /// which it is; an answer that does not hold ends the connection. Errors: NotReady, AlreadyClosed, RandomFailed.
  [[nodiscard]] Result<void> request_client_certificate();

  // --- where it stands

  [[nodiscard]] Side side() const noexcept;
  [[nodiscard]] bool is_handshaking() const noexcept;
  /// True once application data may be sent. A server that takes early data may answer it before the handshake is done
  /// (is_handshaking()): the client has then not shown that it is there now.
  [[nodiscard]] bool can_send() const noexcept;
  /// True after the peer's close_notify: no more data comes.
  [[nodiscard]] bool peer_has_closed() const noexcept;
  /// True after close().
  [[nodiscard]] bool has_closed() const noexcept;
  /// The error that ended the connection; null while it is well.
  [[nodiscard]] const Error* error() const noexcept;

  /// What was agreed on; complete once is_handshaking() is false.
  [[nodiscard]] const ConnectionInfo& info() const noexcept KEYWAY_LIFETIMEBOUND;
  /// The verdict on the peer's chain, once there is one; after a resumption, that of when the session began.
  [[nodiscard]] const x509::Verdict* verdict() const noexcept KEYWAY_LIFETIMEBOUND;
  /// The peer's chain as it was sent, leaf first; empty where the peer showed none. After a resumption, that of when
  /// the session began.
  [[nodiscard]] const std::vector<Bytes>& peer_chain() const noexcept KEYWAY_LIFETIMEBOUND;

  /// Client: what came with the server's chain, where it was asked for, as it was sent; also after a resumption. At
  /// Pause::verification it is there already. Whether the OCSP responses are of use is the verdict's to say.
  [[nodiscard]] const CarriedProofs& peer_proofs() const noexcept KEYWAY_LIFETIMEBOUND;

  /// About Encrypted ClientHello, where ConnectionInfo::ech is neither `off` nor `greased`; else null.
  [[nodiscard]] const EchDetails* ech() const noexcept KEYWAY_LIFETIMEBOUND;

  /// Fills `out` with keying material (RFC 8446 7.5, RFC 5705). No context (std::nullopt) and an empty one differ in
  /// TLS 1.2, and are the same in TLS 1.3. Errors: NotReady during the handshake, but while a server takes early data;
  /// InvalidArgument.
  [[nodiscard]] Result<void> export_keying_material(std::string_view label, std::optional<ByteView> context,
                                                    ByteSpan out) const;

  /// The channel binding's bytes. Errors: NotReady during the handshake; also for what the connection can't give: in
  /// TLS 1.3 no `tls_unique` (RFC 8446 C.5); without extended_master_secret no `tls_exporter`, and no `tls_unique` when
  /// it is resumed (RFC 7627 1).
  [[nodiscard]] Result<Bytes> channel_binding(ChannelBinding kind) const;

  // --- pauses

  /// What the handshake waits for; nothing when it doesn't.
  [[nodiscard]] std::optional<Pause> pause() const noexcept;
  /// Server, at Pause::client_hello, Pause::credential and Pause::psk_lookup.
  [[nodiscard]] std::optional<ClientHelloView> pending_client_hello() const noexcept;
  /// Client, at Pause::credential.
  [[nodiscard]] std::optional<CertificateRequestView> pending_certificate_request() const noexcept;
  /// At Pause::signature.
  [[nodiscard]] std::optional<PendingSignature> pending_signature() const noexcept;
  /// Server, at Pause::ticket_opening, Pause::session_lookup and Pause::first_use.
  [[nodiscard]] std::optional<PendingLookup> pending_lookup() const noexcept;
  /// Server, at Pause::ticket_sealing: what is to be hidden in a ticket each. They hold secrets, and live until
  /// resume(). Empty elsewhere.
  [[nodiscard]] std::vector<ByteView> pending_sessions() const;
  /// At Pause::verification: the peer's chain, leaf first, DER.
  [[nodiscard]] std::span<const ByteView> pending_chain() const noexcept KEYWAY_LIFETIMEBOUND;
  /// Client, at Pause::verification, with a verifier: the question that the configuration's own verifier is asked, with
  /// all that came beside the chain. Supply what it wants, and answer with its verdict. Nothing elsewhere. It lives no
  /// longer than the pause.
  [[nodiscard]] std::optional<x509::Verification> verification() const KEYWAY_LIFETIMEBOUND;

  /// Answers the pause and goes on. Errors: NotReady when nothing waits or the answer is not one for this pause
  /// (nothing has then changed); else as receive(). Messages that came before the pause are worked through at once;
  /// then call receive() again with what is left.
  [[nodiscard]] Result<void> resume(Answer answer);

  // --- going on elsewhere (handover.hpp); all of it needs allow_secret_extraction()

  /// The largest that export_idle() gives, in bytes.
  static constexpr std::size_t max_exported = std::size_t{1} << 20U;
  /// The whole connection, sealed under `key`, for import_idle() in another process; here it ends, without a word to
  /// the peer: error() is then AlreadyClosed. Give the bytes on once, to one process: two that go on with the same
  /// connection would seal under the same keys. Errors, after which nothing has changed: InvalidConfiguration (not
  /// allowed, or too large), NotReady (the handshake is not done, output() is not sent, a message of the peer's has
  /// begun, refused early data was not taken, an answer to request_client_certificate() is due, or a client may be
  /// asked later and its provider does not write running hashes), AlreadyClosed (one side has), RandomFailed,
  /// CryptoFailed.
  [[nodiscard]] Result<Bytes> export_idle(const HandoverKey& key);
  /// Goes on with such a connection, on the same side. Its records must come from where the other left off: nothing
  /// between may be lost. All is as it was, but: sessions that the server still gives are not kept; the verdict has its
  /// path, checks and policies alone; a server whose configuration no longer asks clients later, or whose provider does
  /// not write running hashes (HashFunction::write_state()), can't. Errors: InvalidHandover (altered, another key,
  /// another version of the format, the other side's), InvalidConfiguration (the policy no longer has its version or
  /// suite, a key from outside is missing, or a client no longer lets itself be asked later), CryptoFailed.
  [[nodiscard]] static Result<Connection> import_idle(std::shared_ptr<const ClientConfig> config,
                                                      const HandoverKey& key, ByteView exported,
                                                      const ConnectionOptions& options = {});
  [[nodiscard]] static Result<Connection> import_idle(std::shared_ptr<const ServerConfig> config,
                                                      const HandoverKey& key, ByteView exported,
                                                      const ConnectionOptions& options = {});

  /// Hands out the keys of both directions, with the sequence numbers of the next records: from here on, somebody else
  /// seals and opens. The connection goes on with what the protocol says: receive() takes what was in the records, as
  /// TLSPlaintext records (RFC 8446 5.1, version 0x0303), application data too; output() has such records, to be sealed
  /// and never sent as they are; send() refuses. Errors, after which nothing has changed: as export_idle(); a
  /// connection of QUIC's has no records, and refuses.
  [[nodiscard]] Result<ConnectionSecrets> extract_secrets();
  /// After extract_secrets(), once: the new keys of a direction after a KeyUpdate. `received`: look after receive().
  /// `sent`: once a KeyUpdate of output() was sealed with the old ones, and before what follows it.
  [[nodiscard]] std::optional<DirectionSecrets> take_changed_secrets(Direction direction);
  /// What records must be like that somebody else seals.
  [[nodiscard]] RecordShape record_shape() const noexcept;

 private:
  class Core;
  friend class QuicConnection;
  explicit Connection(std::unique_ptr<Core> core) noexcept;
  std::unique_ptr<Core> core_;
};

}  // namespace keyway
