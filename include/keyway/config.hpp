#pragma once
/// \file
/// Configurations: built once, then immutable, thread-safe and shared by connections. What is not said is safe.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <keyway/certificate_compression.hpp>
#include <keyway/clock.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/observer.hpp>
#include <keyway/policy.hpp>
#include <keyway/session.hpp>
#include <keyway/trust.hpp>

namespace keyway {

/// What both sides' configurations have.
struct CommonConfig {
  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<const crypto::Random> random;  ///< null: the provider's
  std::shared_ptr<const Clock> clock;
  std::vector<std::shared_ptr<Observer>> observers;
  Policy policy = Policy::compatible_2026();
  std::vector<std::string> alpn;                ///< in order of preference; empty: none
  std::size_t padding_block = 0;                ///< records are padded to a multiple of this many bytes; 0: not at all
  std::size_t max_fragment = 16384;             ///< bytes of plaintext a record, 64 to 16384
  std::uint64_t max_records_per_key = 0;        ///< records sent before the keys are changed; 0: what the AEAD bears
  std::size_t max_handshake_message = 131072;   ///< bytes of a handshake message's body that are taken from the peer
  bool requires_extended_master_secret = true;  ///< TLS 1.2 without RFC 7627 is refused
  bool allows_psk_ke = false;                   ///< TLS 1.3 sessions without a key exchange beside (RFC 8446 4.2.9)
  /// For certificates in TLS 1.3 (RFC 8879), ours and the peer's; empty: not compressed.
  CertificateCompressors certificate_compressors = keyway::certificate_compressors();

  [[nodiscard]] const crypto::Random& randomness() const noexcept { return random ? *random : provider->random(); }
};

/// A client's configuration.
class ClientConfig {
 public:
  class Builder;

  [[nodiscard]] const CommonConfig& common() const noexcept { return common_; }
  /// Null only after without_certificate_verification().
  [[nodiscard]] const x509::Verifier* verifier() const noexcept { return verifier_.get(); }
  /// True when the connection pauses with Pause::verification instead of asking the verifier itself.
  [[nodiscard]] bool pauses_for_verification() const noexcept { return pauses_for_verification_; }
  /// True when the chain of a session is judged again before the session is gone on with.
  [[nodiscard]] bool reverifies_on_resumption() const noexcept { return reverifies_on_resumption_; }
  [[nodiscard]] bool sends_server_name() const noexcept { return sends_server_name_; }
  /// Where sessions are kept to come back to; null after without_resumption().
  [[nodiscard]] SessionStore* session_store() const noexcept { return session_store_.get(); }
  /// A digest of what this configuration allows and trusts: sessions of another are not gone on with.
  [[nodiscard]] const std::array<std::uint8_t, 32>& id() const noexcept { return id_; }
  /// What of this configuration is weaker than the default, in words; empty when nothing is.
  [[nodiscard]] const std::vector<std::string>& weakenings() const noexcept { return weakenings_; }

 private:
  ClientConfig() = default;
  CommonConfig common_;
  std::unique_ptr<x509::Verifier> verifier_;
  std::vector<std::string> weakenings_;
  std::shared_ptr<SessionStore> session_store_;
  std::array<std::uint8_t, 32> id_{};
  bool pauses_for_verification_ = false;
  bool reverifies_on_resumption_ = false;
  bool sends_server_name_ = true;
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
  Builder& add_intermediate(x509::Certificate certificate);         ///< for paths that servers leave incomplete
  Builder& add_crl(x509::Crl crl);
  Builder& revocation(x509::RevocationPolicy policy);  ///< `off` weakens
  Builder& path_budget(x509::PathBudget budget);
  Builder& alpn(std::vector<std::string> protocols);  ///< each of 1 to 255 bytes
  Builder& policy(Policy policy);
  Builder& provider(std::shared_ptr<const crypto::Provider> provider);
  Builder& random(std::shared_ptr<const crypto::Random> random);
  Builder& clock(std::shared_ptr<const Clock> clock);
  Builder& observe(std::shared_ptr<Observer> observer);  ///< a key log weakens
  Builder& padding_block(std::size_t bytes);
  Builder& max_fragment(std::size_t bytes);
  /// Instead of certificate_compressors(); each algorithm once. None: certificates are not compressed.
  Builder& certificate_compression(CertificateCompressors compressors);
  Builder& max_records_per_key(std::uint64_t records);  ///< keys change themselves after as many, or sooner
  Builder& without_server_name_extension();             ///< the name is still what the certificate must be for
  /// The connection pauses with Pause::verification, and the application answers with a verdict of its own.
  Builder& pause_for_verification();
  /// Sessions are kept there; several configurations may share it, and don't see each other's sessions unless they
  /// allow and trust the same.
  Builder& session_store(std::shared_ptr<SessionStore> store);
  Builder& without_resumption();  ///< every handshake is a full one
  /// The server's chain, as it was shown when the session began, is judged again whenever the session is gone on with:
  /// what is no longer trusted, or was revoked since, ends the handshake. Asks as a full handshake does.
  Builder& reverify_on_resumption();
  /// Weakens: a server may go on with a session without a key exchange (psk_ke, RFC 8446 4.2.9).
  Builder& allow_psk_ke();
  /// Weakens: takes TLS 1.2 servers that lack extended_master_secret (RFC 7627).
  Builder& allow_missing_extended_master_secret();
  /// Weakens: takes any certificate, so anybody can be the server. For tests against servers of one's own.
  Builder& without_certificate_verification();

  /// Errors: InvalidConfiguration, StoreEmpty, CryptoFailed.
  [[nodiscard]] Result<std::shared_ptr<const ClientConfig>> build();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// A server's configuration.
class ServerConfig {
 public:
  class Builder;

  [[nodiscard]] const CommonConfig& common() const noexcept { return common_; }
  /// Null when credentials are chosen by Pause::credential.
  [[nodiscard]] const CredentialResolver* credentials() const noexcept { return credentials_.get(); }
  [[nodiscard]] bool pauses_for_client_hello() const noexcept { return pauses_for_client_hello_; }
  [[nodiscard]] bool pauses_for_credential() const noexcept { return pauses_for_credential_; }
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
  std::vector<std::string> weakenings_;
  TicketOptions tickets_;
  std::shared_ptr<TicketKeys> ticket_keys_;
  std::shared_ptr<ServerSessionStore> session_store_;
  std::array<std::uint8_t, 32> id_{};
  bool gives_tickets_ = false;
  bool pauses_for_client_hello_ = false;
  bool pauses_for_credential_ = false;
};

/// Builds a ServerConfig. Credentials are the only thing that it can't do without.
class ServerConfig::Builder {
 public:
  Builder();
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  Builder& add_credential(std::shared_ptr<const Credential> credential);  ///< several: chosen by server name
  Builder& unknown_name(UnknownName answer);
  Builder& credentials(std::shared_ptr<const CredentialResolver> resolver);  ///< instead of add_credential()
  Builder& pause_for_client_hello();  ///< Pause::client_hello, before anything is answered
  Builder& pause_for_credential();    ///< Pause::credential, instead of a resolver
  Builder& alpn(
      std::vector<std::string> protocols);  ///< the server's order decides; no overlap is fatal (RFC 7301 3.2)
  Builder& policy(Policy policy);
  Builder& provider(std::shared_ptr<const crypto::Provider> provider);
  Builder& random(std::shared_ptr<const crypto::Random> random);
  Builder& clock(std::shared_ptr<const Clock> clock);
  Builder& observe(std::shared_ptr<Observer> observer);
  Builder& padding_block(std::size_t bytes);
  Builder& max_fragment(std::size_t bytes);
  /// Instead of certificate_compressors(); each algorithm once. None: certificates are not compressed.
  Builder& certificate_compression(CertificateCompressors compressors);
  Builder& max_records_per_key(std::uint64_t records);  ///< keys change themselves after as many, or sooner
  /// How many tickets, and how long each is good: by default 2, for 24 hours.
  Builder& tickets(std::size_t count, std::chrono::seconds lifetime);
  /// Instead of random keys of the configuration's own that change by themselves every ticket lifetime.
  Builder& ticket_keys(std::shared_ptr<TicketKeys> keys);
  /// What tickets are bound to instead of the certificates that are shown: for servers that share ticket keys, and each
  /// have certificates of their own.
  Builder& ticket_context(std::string context);
  Builder& without_tickets();  ///< no sealed sessions are given, none are taken
  /// Sessions are kept there for TLS 1.2 clients without tickets, which come back by session ID. After
  /// without_tickets() all are kept there, TLS 1.3's too: each of those is then gone on with once.
  Builder& session_store(std::shared_ptr<ServerSessionStore> store);
  /// Weakens: goes on without a key exchange (psk_ke, RFC 8446 4.2.9) with clients that want it so.
  Builder& allow_psk_ke();
  /// Weakens: takes TLS 1.2 clients that lack extended_master_secret (RFC 7627).
  Builder& allow_missing_extended_master_secret();

  /// Errors: InvalidConfiguration, CryptoFailed.
  [[nodiscard]] Result<std::shared_ptr<const ServerConfig>> build();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace keyway
