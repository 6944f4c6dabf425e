#pragma once
/// \file
/// Configurations: built once, then immutable, thread-safe and shared by connections. What is not said is safe.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/alpn.hpp>
#include <keyway/certificate_compression.hpp>
#include <keyway/certificate_type.hpp>
#include <keyway/clock.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/early_data.hpp>
#include <keyway/ech.hpp>
#include <keyway/error.hpp>
#include <keyway/external_psk.hpp>
#include <keyway/observer.hpp>
#include <keyway/policy.hpp>
#include <keyway/record_limits.hpp>
#include <keyway/session.hpp>
#include <keyway/trust.hpp>

namespace keyway {

namespace tls {
class PskSet;
struct EchPlan;
}  // namespace tls

/// What both sides' configurations have.
struct CommonConfig {
  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<const crypto::Random> random;  ///< null: the provider's
  std::shared_ptr<const Clock> clock;
  std::vector<std::shared_ptr<Observer>> observers;
  Policy policy = Policy::compatible_2026();
  std::vector<std::string> alpn;     ///< in order of preference; empty: none
  std::size_t padding_block = 0;     ///< records are padded to a multiple of this many bytes; 0: not at all
  std::size_t max_fragment = 16384;  ///< bytes of plaintext a record, 64 to 16384
  /// Bytes of plaintext that are taken in a protected record, told to the peer (RFC 8449); 0: what the protocol allows.
  std::uint16_t record_size_limit = 0;
  std::uint64_t max_records_per_key = 0;        ///< records sent before the keys are changed; 0: what the AEAD bears
  std::size_t max_handshake_message = 131072;   ///< bytes of a handshake message's body that are taken from the peer
  bool requires_extended_master_secret = true;  ///< TLS 1.2 without RFC 7627 is refused
  bool requires_secure_renegotiation = true;    ///< of a TLS 1.2 server; without RFC 5746 it is refused
  bool greases = false;                         ///< says what nobody knows (RFC 8701)
  bool allows_psk_ke = false;                   ///< TLS 1.3 sessions without a key exchange beside (RFC 8446 4.2.9)
  bool allows_secret_extraction = false;        ///< a connection's keys may leave it (handover.hpp)
  /// For certificates in TLS 1.3 (RFC 8879), ours and the peer's; empty: not compressed.
  CertificateCompressors certificate_compressors = keyway::certificate_compressors();
  std::shared_ptr<const tls::PskSet> psks;  ///< keys from outside; null: none

  [[nodiscard]] const crypto::Random& randomness() const noexcept { return random ? *random : provider->random(); }
};

/// How many tickets a client would like (RFC 9149): one for each connection that it means to make at the same time.
struct TicketWish {
  std::uint8_t after_full_handshake = 1;
  std::uint8_t after_resumption = 1;
};

/// A client's configuration.
class ClientConfig {
 public:
  class Builder;

  [[nodiscard]] const CommonConfig& common() const noexcept { return common_; }
  /// Null only after without_certificate_verification(). Trusts nobody where requires_psk().
  [[nodiscard]] const x509::Verifier* verifier() const noexcept { return verifier_.get(); }
  /// True when the connection pauses with Pause::verification instead of asking the verifier itself.
  [[nodiscard]] bool pauses_for_verification() const noexcept { return pauses_for_verification_; }
  /// True when it asks the verifier, and pauses where the verdict wants something from elsewhere.
  [[nodiscard]] bool pauses_for_fetches() const noexcept { return pauses_for_fetches_; }
  [[nodiscard]] bool is_fallback() const noexcept { return is_fallback_; }
  /// The raw public keys that the server may have, as SubjectPublicKeyInfo.
  [[nodiscard]] const std::vector<Bytes>& pinned_keys() const noexcept { return pinned_keys_; }
  /// What is taken of the server, and what there is to show, in order of preference.
  [[nodiscard]] const std::vector<CertificateType>& server_certificate_types() const noexcept {
    return server_certificate_types_;
  }
  [[nodiscard]] const std::vector<CertificateType>& client_certificate_types() const noexcept {
    return client_certificate_types_;
  }
  /// What delegated credentials (RFC 9345) may be for; empty: none is taken.
  [[nodiscard]] const std::vector<SignatureScheme>& delegated_credential_schemes() const noexcept {
    return delegated_credential_schemes_;
  }
  /// True when a server may ask for a certificate once the handshake is done.
  [[nodiscard]] bool allows_late_authentication() const noexcept { return allows_late_authentication_; }
  /// Tickets that the server is asked for; nothing: it is not asked.
  [[nodiscard]] const std::optional<TicketWish>& ticket_wish() const noexcept { return ticket_wish_; }
  /// Bytes of early data that are sent at most; 0: none is offered.
  [[nodiscard]] std::size_t max_early_data() const noexcept { return max_early_data_; }
  /// True where the server must know one of the keys that were added: no certificate is taken in their place.
  [[nodiscard]] bool requires_psk() const noexcept { return requires_psk_; }
  /// True when the chain of a session is judged again before the session is gone on with.
  [[nodiscard]] bool reverifies_on_resumption() const noexcept { return reverifies_on_resumption_; }
  /// How the ClientHello is hidden, or that it looks as if it were; null: neither.
  [[nodiscard]] const tls::EchPlan* ech() const noexcept { return ech_.get(); }
  [[nodiscard]] bool sends_server_name() const noexcept { return sends_server_name_; }
  /// True when the server is asked for OCSP responses with its certificates (RFC 6066 8).
  [[nodiscard]] bool asks_for_ocsp() const noexcept { return asks_for_ocsp_; }
  /// True when the server is asked for signed certificate timestamps (RFC 6962 3.3.1).
  [[nodiscard]] bool asks_for_scts() const noexcept { return asks_for_scts_; }
  /// Asked of the server; nothing: not asked.
  [[nodiscard]] std::optional<MaxFragmentLength> max_fragment_length() const noexcept { return max_fragment_length_; }
  [[nodiscard]] bool takes_unoffered_alpn() const noexcept { return takes_unoffered_alpn_; }
  /// What is shown to servers that ask for a certificate: the first that fits.
  [[nodiscard]] const std::vector<std::shared_ptr<const Credential>>& credentials() const noexcept {
    return credentials_;
  }
  /// Chooses in place of credentials(); null: nobody does.
  [[nodiscard]] const ClientCredentialResolver* credential_resolver() const noexcept {
    return credential_resolver_.get();
  }
  [[nodiscard]] bool pauses_for_credential() const noexcept { return pauses_for_credential_; }
  /// True when a handshake ends rather than go on without a certificate that was asked for.
  [[nodiscard]] bool insists_on_credential() const noexcept { return insists_on_credential_; }
  /// True when there may be something to show.
  [[nodiscard]] bool has_credentials() const noexcept {
    return !credentials_.empty() || credential_resolver_ != nullptr || pauses_for_credential_;
  }
  /// Where sessions are kept to come back to; null after without_resumption().
  [[nodiscard]] SessionStore* session_store() const noexcept { return session_store_.get(); }
  /// A digest of what this configuration allows and trusts, the application protocols aside.
  [[nodiscard]] const std::array<std::uint8_t, 32>& id() const noexcept { return id_; }
  /// What a session of `version` is bound to; one of another configuration is not gone on with. In TLS 1.3 that is
  /// id(), as the protocol is chosen anew there (RFC 8446 4.2.10); in TLS 1.2 the protocols belong to it, too.
  [[nodiscard]] const std::array<std::uint8_t, 32>& session_binding(ProtocolVersion version) const noexcept {
    return version == ProtocolVersion::TLS1_3 ? id_ : id_with_protocols_;
  }
  /// What of this configuration is weaker than the default, in words; empty when nothing is.
  [[nodiscard]] const std::vector<std::string>& weakenings() const noexcept { return weakenings_; }

 private:
  ClientConfig() = default;
  CommonConfig common_;
  std::unique_ptr<x509::Verifier> verifier_;
  std::vector<std::string> weakenings_;
  std::shared_ptr<SessionStore> session_store_;
  std::array<std::uint8_t, 32> id_{};
  std::array<std::uint8_t, 32> id_with_protocols_{};
  std::optional<MaxFragmentLength> max_fragment_length_;
  bool pauses_for_verification_ = false;
  bool pauses_for_fetches_ = false;
  bool reverifies_on_resumption_ = false;
  bool sends_server_name_ = true;
  bool asks_for_ocsp_ = true;
  bool asks_for_scts_ = false;
  bool takes_unoffered_alpn_ = false;
  bool is_fallback_ = false;
  bool requires_psk_ = false;
  bool allows_late_authentication_ = false;
  std::optional<TicketWish> ticket_wish_;
  std::size_t max_early_data_ = 0;
  std::vector<SignatureScheme> delegated_credential_schemes_;
  std::shared_ptr<const tls::EchPlan> ech_;
  std::vector<Bytes> pinned_keys_;
  std::vector<CertificateType> server_certificate_types_;
  std::vector<CertificateType> client_certificate_types_;
  std::vector<std::shared_ptr<const Credential>> credentials_;
  std::shared_ptr<const ClientCredentialResolver> credential_resolver_;
  bool pauses_for_credential_ = false;
  bool insists_on_credential_ = false;
};

/// Builds a ClientConfig. By default: the system's trust store, every check, Policy's default, no ALPN, sessions kept
/// in an InMemorySessionStore of the configuration's own.
class ClientConfig::Builder {
 public:
  Builder();
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  Builder& trust(std::shared_ptr<const x509::TrustStore> anchors);  ///< instead of the system's
  /// The same with anchors that may be exchanged: each handshake is judged by those of its moment, and one that resumes
  /// a session as with reverify_on_resumption().
  Builder& trust(std::shared_ptr<const x509::LiveTrust> anchors);
  Builder& add_intermediate(x509::Certificate certificate);  ///< for paths that servers leave incomplete
  Builder& add_crl(x509::Crl crl);
  Builder& revocation(x509::RevocationPolicy policy);  ///< `off` weakens
  Builder& path_budget(x509::PathBudget budget);
  /// What servers' certificates are held to beside RFC 5280 6.1. Profile::rfc5280 weakens.
  Builder& certificate_rules(x509::Profile profile, x509::Conformance conformance = x509::Conformance::lenient);
  Builder& certificate_policies(x509::PolicyInputs inputs);  ///< none are asked for by default
  Builder& alpn(std::vector<std::string> protocols);         ///< each of 1 to 255 bytes
  Builder& policy(Policy policy);
  Builder& provider(std::shared_ptr<const crypto::Provider> provider);
  Builder& random(std::shared_ptr<const crypto::Random> random);
  Builder& clock(std::shared_ptr<const Clock> clock);
  Builder& observe(std::shared_ptr<Observer> observer);  ///< a key log weakens
  Builder& padding_block(std::size_t bytes);
  Builder& max_fragment(std::size_t bytes);
  /// The most plaintext that is taken in a protected record, 64 to 16385 bytes, content type and padding included; the
  /// peer is told (RFC 8449). A server tells the client in any case, once it has asked.
  Builder& record_size_limit(std::uint16_t bytes);
  /// Instead of certificate_compressors(); each algorithm once. None: certificates are not compressed.
  Builder& certificate_compression(CertificateCompressors compressors);
  Builder& max_records_per_key(std::uint64_t records);  ///< keys change themselves after as many, or sooner
  Builder& max_handshake_message(std::size_t bytes);    ///< of a message's body that are taken; by default 131072
  /// This is a second try, with less than the first one offered: TLS_FALLBACK_SCSV (RFC 7507) tells the server, which
  /// ends a handshake that somebody talked down.
  Builder& as_fallback();
  Builder& without_server_name_extension();  ///< the name is still what the certificate must be for
  /// Whether the server is asked for OCSP responses: by default it is. Not asked, a certificate that promises one (RFC
  /// 7633) is not held to it.
  Builder& ocsp_stapling(bool asks);
  /// Whether the server is asked for signed certificate timestamps: by default it is not, unless there is somebody who
  /// judges them (certificate_transparency()). They are handed on by Connection::peer_proofs().
  Builder& signed_certificate_timestamps(bool asks);
  /// The server is asked for signed certificate timestamps (RFC 6962), these and those of its certificate and of its
  /// OCSP response are judged by `logs` (not null), and the verdict tells of them; `policy` says how many there must
  /// be.
  Builder& certificate_transparency(std::shared_ptr<const x509::CtLogList> logs,
                                    x509::CtPolicy policy = x509::CtPolicy::off);
  /// Asks for smaller records in both directions (RFC 6066 4); record_size_limit() is its successor.
  Builder& max_fragment_length(MaxFragmentLength length);
  /// Weakens: the server may choose an application protocol that was not offered, which RFC 7301 forbids.
  Builder& take_unoffered_alpn();
  /// The connection pauses with Pause::verification, and the application answers with a verdict of its own.
  Builder& pause_for_verification();
  /// What may be fetched for a verdict. Where the verdict on a chain wants something, the connection pauses with
  /// Pause::verification; Connection::verification() is then the question, to be fed and to be answered with.
  Builder& fetching(x509::Fetching what);
  /// To show to servers that ask for a certificate. Several are tried in order: the first that the server's request
  /// takes, whose issuer it names and whose chain it can verify; else the next best. Where none fits, the answer says
  /// so with an empty list (RFC 8446 4.4.2), and the server decides.
  Builder& add_credential(std::shared_ptr<const Credential> credential);
  Builder& credentials(std::shared_ptr<const ClientCredentialResolver> resolver);  ///< instead of add_credential()
  /// Pause::credential, instead of either, once the server has proved who it is. A connection that resumes a session is
  /// not asked again: it keeps the identity of the one before.
  Builder& pause_for_credential();
  /// The handshake ends with `handshake_failure` where a certificate is asked for and none fits.
  Builder& insist_on_credential();
  /// Sessions are kept there; several configurations may share it, and don't see each other's sessions unless they
  /// allow and trust the same.
  /// A key that the server has, too (TLS 1.3): who knows it is the server, and no certificate is asked for or taken.
  /// Up to 16, in order of preference; a session that is come back to stands before them. TLS 1.2 has no
  /// use for it: what the policy has of it is offered, and a server that chooses it is refused (NoCommonVersion).
  Builder& add_psk(std::shared_ptr<const ExternalPsk> psk);
  /// Puts values that nobody knows among what is offered, and the extensions in an order that changes from connection
  /// to connection (RFC 8701), so that servers stay able to take new ones.
  Builder& grease();
  /// Hides the ClientHello by the first of these configurations that can be used (RFC 9849). They are one server's: a
  /// configuration with them is for that server alone. Needs TLS 1.3, and certificates: a server that can't read what
  /// is hidden proves that by one for its public name. The handshake then ends with EchRejected; Connection::ech() says
  /// what to try again with. Who judges certificates at Pause::verification judges, while ConnectionInfo::ech is
  /// `rejected`, for the public name that Connection::ech() tells.
  Builder& ech(EchConfigList configs, EchUse use = EchUse::required);
  /// With ech(): what the outer ClientHello, which anybody reads, offers in place of alpn(); none: nothing (not with
  /// QUIC). For protocols that tell too much (RFC 9849 10.5); by default both offer the same. A server that reads what
  /// is hidden chooses of alpn(), and one that can't of these, for a handshake that ends with EchRejected.
  Builder& ech_outer_alpn(std::vector<std::string> protocols);
  /// Sends what looks like a hidden ClientHello where there is none (RFC 9849 6.2).
  Builder& grease_ech();
  /// A key (DER of its SubjectPublicKeyInfo) that the server may show in a certificate's place (RFC 7250). It stands
  /// for the server whatever its name; no other raw key is taken. Then nothing but such keys is taken, unless trust()
  /// is called, too, or server_certificate_types() says otherwise.
  Builder& pin_server_key(Bytes subject_public_key_info);
  /// What is taken of the server, in order of preference. RawPublicKey wants pins, or pause_for_verification().
  Builder& server_certificate_types(std::vector<CertificateType> types);
  /// What there may be to show, in order of preference, in place of what add_credential() brings, in its order.
  Builder& client_certificate_types(std::vector<CertificateType> types);
  /// A server may ask for a certificate once the handshake is done (RFC 8446 4.6.2), up to 8 times on a connection;
  /// what is shown comes of add_credential(), of a resolver, or of Pause::credential; a key that lives elsewhere signs
  /// at Pause::signature. The connection takes in nothing while it waits so.
  Builder& allow_late_authentication();
  /// Asks the server for as many tickets (RFC 9149), which it may, or may not, give.
  Builder& request_tickets(TicketWish wish);
  /// The server may prove itself with a key that its certificate's key has delegated for some days (RFC 9345), in TLS
  /// 1.3. `schemes`: what such a key may sign with; none: all of the policy's that may be used so.
  Builder& take_delegated_credentials(std::vector<SignatureScheme> schemes = {});
  /// Weakens: with a session whose server takes it, data may be sent at once, by Connection::send_early(). It can be
  /// replayed, and has no forward secrecy. Up to `max_size` bytes (1 to 2^24) are kept of it until the server has said
  /// whether it takes them.
  Builder& allow_early_data(std::size_t max_size = 16384);
  /// Beside the keys, certificates are taken, too, in both versions, and verified as without keys.
  Builder& allow_certificates_beside_psks();
  Builder& session_store(std::shared_ptr<SessionStore> store);
  Builder& without_resumption();  ///< every handshake is a full one
  /// The server's chain, as it was shown when the session began, is judged again whenever the session is gone on with:
  /// what is no longer trusted, or was revoked since, ends the handshake. Asks as a full handshake does.
  Builder& reverify_on_resumption();
  /// Weakens: a server may go on with a session without a key exchange (psk_ke, RFC 8446 4.2.9).
  Builder& allow_psk_ke();
  /// Weakens: a connection's keys may leave it, for another process or for the kernel (handover.hpp, kernel_tls.hpp).
  Builder& allow_secret_extraction();
  /// Weakens: takes TLS 1.2 servers that lack extended_master_secret (RFC 7627).
  Builder& allow_missing_extended_master_secret();
  /// Weakens: takes TLS 1.2 servers that lack renegotiation_info (RFC 5746). Keyway never renegotiates, but such a
  /// server may: it would take what an attacker sent before this handshake for this client's (RFC 5746 4.1).
  Builder& allow_missing_secure_renegotiation();
  /// Weakens: takes any certificate, so anybody can be the server. For tests against servers of one's own.
  Builder& without_certificate_verification();

  /// Errors: InvalidConfiguration, StoreEmpty, CryptoFailed.
  [[nodiscard]] Result<std::shared_ptr<const ClientConfig>> build();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// How a server asks clients who they are.
struct ClientAuthentication {
  bool is_required = false;                        ///< a client that shows no certificate is refused
  bool pauses_for_verification = false;            ///< with Pause::verification, instead of asking the verifier itself
  std::unique_ptr<const x509::Verifier> verifier;  ///< null only where the application judges, or no chain is taken
  std::vector<Bytes> pinned_keys;                  ///< raw public keys that clients may have
  std::vector<CertificateType> certificate_types;  ///< that are taken, in order of preference
  Bytes request_tls13;  ///< CertificateRequest with an empty context, handshake header included
  Bytes request_tls12;
};

/// How a server keeps nothing while a client answers a HelloRetryRequest: what it would have kept is in a cookie (RFC
/// 8446 4.2.2), sealed, and another Connection, of another process too, goes on with the second ClientHello.
struct StatelessRetry {
  std::shared_ptr<TicketKeys> keys = nullptr;  ///< shared by servers that go on for each other; null: its own
  std::chrono::seconds lifetime{30};           ///< of a cookie; 1 to 300 s
};

/// A server's configuration.
class ServerConfig {
 public:
  class Builder;

  [[nodiscard]] const CommonConfig& common() const noexcept { return common_; }
  /// Null when credentials are chosen by Pause::credential, and where requires_psk().
  [[nodiscard]] const CredentialResolver* credentials() const noexcept { return credentials_.get(); }
  [[nodiscard]] bool pauses_for_client_hello() const noexcept { return pauses_for_client_hello_; }
  [[nodiscard]] bool pauses_for_credential() const noexcept { return pauses_for_credential_; }
  /// True where there is nothing to show but keys that were added: clients must know one.
  [[nodiscard]] bool requires_psk() const noexcept {
    return (common_.psks != nullptr || psk_resolver_ != nullptr) && credentials_ == nullptr && !pauses_for_credential_;
  }
  /// Null: keys from outside are those that were added.
  [[nodiscard]] const PskResolver* psk_resolver() const noexcept { return psk_resolver_.get(); }
  [[nodiscard]] ResolvedPsks resolved_psks() const noexcept { return resolved_psks_; }
  /// True where a key from outside is for clients alone that no certificate serves.
  [[nodiscard]] bool prefers_certificates() const noexcept { return prefers_certificates_; }
  /// Null where the order of CommonConfig::alpn decides.
  [[nodiscard]] const AlpnChooser* alpn_chooser() const noexcept { return alpn_chooser_.get(); }
  [[nodiscard]] bool acknowledges_server_name() const noexcept { return acknowledges_server_name_; }
  /// Null when clients are not asked for certificates.
  [[nodiscard]] const ClientAuthentication* client_authentication() const noexcept {
    return asks_clients_later_ ? nullptr : client_authentication_.get();
  }
  /// The same where clients are asked once the handshake is done; else null.
  [[nodiscard]] const ClientAuthentication* late_client_authentication() const noexcept {
    return asks_clients_later_ ? client_authentication_.get() : nullptr;
  }
  /// Null: early data is not taken. With one, it has a store.
  [[nodiscard]] const EarlyDataOptions* early_data() const noexcept { return early_data_.get(); }
  /// Null: a connection waits for the answer to its HelloRetryRequest. With one, it has keys.
  [[nodiscard]] const StatelessRetry* stateless_retry() const noexcept { return stateless_retry_.get(); }
  /// Null: hidden ClientHellos are not read.
  [[nodiscard]] const EchKeys* ech_keys() const noexcept { return ech_keys_.get(); }
  [[nodiscard]] const TicketOptions& tickets() const noexcept { return tickets_; }
  /// What seals sessions. Null after without_tickets(), unless there is a session_store().
  [[nodiscard]] TicketKeys* ticket_keys() const noexcept { return ticket_keys_.get(); }
  /// False after without_tickets(): no sealed sessions are given to clients, none are taken.
  [[nodiscard]] bool gives_tickets() const noexcept { return gives_tickets_; }
  /// Null: no sessions are kept here.
  [[nodiscard]] ServerSessionStore* session_store() const noexcept { return session_store_.get(); }
  /// A digest of what this configuration shows and allows: tickets of another are not taken.
  [[nodiscard]] const std::array<std::uint8_t, 32>& id() const noexcept { return id_; }
  [[nodiscard]] const std::vector<std::string>& weakenings() const noexcept { return weakenings_; }

 private:
  ServerConfig() = default;
  CommonConfig common_;
  std::shared_ptr<const CredentialResolver> credentials_;
  std::shared_ptr<const PskResolver> psk_resolver_;
  std::shared_ptr<const AlpnChooser> alpn_chooser_;
  std::vector<std::string> weakenings_;
  std::unique_ptr<const ClientAuthentication> client_authentication_;
  TicketOptions tickets_;
  std::unique_ptr<const EarlyDataOptions> early_data_;
  std::unique_ptr<const StatelessRetry> stateless_retry_;
  std::shared_ptr<const EchKeys> ech_keys_;
  std::shared_ptr<TicketKeys> ticket_keys_;
  std::shared_ptr<ServerSessionStore> session_store_;
  std::array<std::uint8_t, 32> id_{};
  ResolvedPsks resolved_psks_ = ResolvedPsks::imported;
  bool gives_tickets_ = false;
  bool pauses_for_client_hello_ = false;
  bool pauses_for_credential_ = false;
  bool acknowledges_server_name_ = true;
  bool prefers_certificates_ = false;
  bool asks_clients_later_ = false;
};

/// Builds a ServerConfig. A credential, or a key from outside, is the only thing that it can't do without.
class ServerConfig::Builder {
 public:
  Builder();
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  Builder& add_credential(std::shared_ptr<const Credential> credential);  ///< several: chosen by server name
  Builder& unknown_name(UnknownName answer);
  Builder& credentials(std::shared_ptr<const CredentialResolver> resolver);  ///< instead of add_credential()
  /// A key that clients have, too (TLS 1.3): who knows it is let in, is asked for no certificate, and is shown none
  /// (ConnectionInfo::psk says which it was). Up to 1024, in order of preference. Without credentials beside, clients
  /// must know one, and TLS 1.2 is not spoken.
  Builder& add_psk(std::shared_ptr<const ExternalPsk> psk);
  /// Asked for a key where the client names none that was added (external_psk.hpp). No sessions are given to clients
  /// that come with such a key: each time, the resolver says whether it is still good.
  Builder& psk_resolver(std::shared_ptr<const PskResolver> resolver, ResolvedPsks taken = ResolvedPsks::imported);
  /// Weakens: clients that come back may send data at once, which can be replayed and has no forward secrecy. It comes
  /// out of Connection::receive() as Received::early_data, apart from all other. A ticket is good for it once, and for
  /// `window` around the moment when it must have been sent. Needs tickets. The streams of asio.hpp and
  /// blocking.hpp read it by names of its own: read_early_some(), read_early().
  Builder& take_early_data(EarlyDataOptions options = {});
  /// A HelloRetryRequest carries a cookie. Once it is sent (ConnectionInfo::after_hello_retry_request), the Connection
  /// may go: a new one, of a configuration with the same keys, takes the second ClientHello as its first message. From
  /// where the client comes, ConnectionOptions::client_address says to both. A cookie that is forged, too old, or was
  /// given to another address or for another ClientHello ends the handshake, as there is no second HelloRetryRequest.
  /// Not with take_early_data() or ech_keys().
  Builder& stateless_retry(StatelessRetry options = {});
  /// Puts an extension that nobody knows into tickets (RFC 8701 4), so that clients stay able to take new ones.
  Builder& grease();
  /// Reads hidden ClientHellos (RFC 9849) with these keys. There is a certificate for each public name, too: whoever
  /// can't be read gets that one, and the configurations to come back with. Needs TLS 1.3.
  Builder& ech_keys(std::shared_ptr<const EchKeys> keys);
  Builder& prefer_certificates();     ///< keys that were added serve clients alone whom no certificate serves
  Builder& pause_for_client_hello();  ///< Pause::client_hello, before anything is answered
  Builder& pause_for_credential();    ///< Pause::credential, instead of a resolver
  Builder& alpn(
      std::vector<std::string> protocols);  ///< the server's order decides; no overlap is fatal (RFC 7301 3.2)
  Builder& alpn_chooser(std::shared_ptr<const AlpnChooser> chooser);  ///< instead of an order
  Builder& policy(Policy policy);
  Builder& provider(std::shared_ptr<const crypto::Provider> provider);
  Builder& random(std::shared_ptr<const crypto::Random> random);
  Builder& clock(std::shared_ptr<const Clock> clock);
  Builder& observe(std::shared_ptr<Observer> observer);
  Builder& padding_block(std::size_t bytes);
  Builder& max_fragment(std::size_t bytes);
  /// The most plaintext that is taken in a protected record, 64 to 16385 bytes, content type and padding included; the
  /// peer is told (RFC 8449). A server tells the client in any case, once it has asked.
  Builder& record_size_limit(std::uint16_t bytes);
  Builder& max_handshake_message(std::size_t bytes);  ///< of a message's body that are taken; by default 131072
  /// The names that clients ask for are used, and not acknowledged (RFC 6066 3).
  Builder& without_server_name_acknowledgement();
  /// Instead of certificate_compressors(); each algorithm once. None: certificates are not compressed.
  Builder& certificate_compression(CertificateCompressors compressors);
  Builder& max_records_per_key(std::uint64_t records);  ///< keys change themselves after as many, or sooner
  /// Clients must show a certificate that one of `anchors` stands behind (extended key usage clientAuth).
  Builder& require_client_certificate(std::shared_ptr<const x509::TrustStore> anchors);
  /// Clients may show one; one that is shown must be good all the same.
  Builder& ask_for_client_certificate(std::shared_ptr<const x509::TrustStore> anchors);
  /// Clients are asked by Connection::request_client_certificate(), once the handshake is done, and not in it: those of
  /// TLS 1.3 that allow it. Whom to trust, the two above say; what comes later is not part of tickets. Not with raw
  /// keys.
  Builder& ask_clients_later();
  /// A key (DER of its SubjectPublicKeyInfo) that a client may show in a certificate's place (RFC 7250); no other raw
  /// key is taken. Clients are asked as by the two above, whose `anchors` may then be null: nothing but such keys is
  /// taken then.
  Builder& pin_client_key(Bytes subject_public_key_info);
  /// What is taken of clients, in order of preference. RawPublicKey wants pins, or pause_for_verification().
  Builder& client_certificate_types(std::vector<CertificateType> types);
  /// What else there is to judge clients' certificates by.
  Builder& add_client_intermediate(x509::Certificate certificate);
  Builder& add_client_crl(x509::Crl crl);
  Builder& client_revocation(x509::RevocationPolicy policy);  ///< `off` weakens
  Builder& client_path_budget(x509::PathBudget budget);
  /// What clients' certificates are held to beside RFC 5280 6.1. Profile::rfc5280 weakens.
  Builder& client_certificate_rules(x509::Profile profile, x509::Conformance conformance = x509::Conformance::lenient);
  Builder& client_certificate_policies(x509::PolicyInputs inputs);  ///< none are asked for by default
  /// The names (DER) that the request says certificates are taken of, in place of the anchors' subjects. None: it does
  /// not say.
  Builder& client_authorities(std::vector<Bytes> names);
  /// The connection pauses with Pause::verification, and the application answers with a verdict of its own on the
  /// client's chain. `anchors` above may then be null.
  Builder& pause_for_verification();
  /// How many tickets, and how long each is good: by default 2, for 24 hours.
  Builder& tickets(std::size_t count, std::chrono::seconds lifetime);
  /// Instead of random keys of the configuration's own that change by themselves every ticket lifetime.
  Builder& ticket_keys(std::shared_ptr<TicketKeys> keys);
  /// What tickets are bound to instead of the certificates that are shown: for servers that share ticket keys, and each
  /// have certificates of their own. It also says that their applications judge clients alike, where they do
  /// (pause_for_verification()); else no server takes another's tickets then.
  Builder& ticket_context(std::string context);
  Builder& without_tickets();  ///< no sealed sessions are given, none are taken
  /// Sessions are kept there for TLS 1.2 clients without tickets, which come back by session ID. After
  /// without_tickets() all are kept there, TLS 1.3's too: each of those is then gone on with once.
  Builder& session_store(std::shared_ptr<ServerSessionStore> store);
  /// Weakens: goes on without a key exchange (psk_ke, RFC 8446 4.2.9) with clients that want it so.
  Builder& allow_psk_ke();
  /// Weakens: a connection's keys may leave it, for another process or for the kernel (handover.hpp, kernel_tls.hpp).
  Builder& allow_secret_extraction();
  /// Weakens: takes TLS 1.2 clients that lack extended_master_secret (RFC 7627).
  Builder& allow_missing_extended_master_secret();

  /// Errors: InvalidConfiguration, CryptoFailed.
  [[nodiscard]] Result<std::shared_ptr<const ServerConfig>> build();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace keyway
