#pragma once
/// \file
/// What one side shows of itself: a certificate chain and the private key to its leaf.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/carried_proofs.hpp>
#include <keyway/certificate.hpp>
#include <keyway/certificate_type.hpp>
#include <keyway/crypto.hpp>
#include <keyway/delegated_credential.hpp>
#include <keyway/error.hpp>
#include <keyway/policy.hpp>
#include <keyway/types.hpp>

namespace keyway {

namespace tls {
class CertificateMessages;
}

/// What limits the use of a credential beside its key.
struct CredentialTerms {
  /// The schemes that it signs with, in order of preference; empty: the policy's.
  std::vector<SignatureScheme> signing_schemes = {};
  /// Shown only to a peer that names an issuer of its chain in certificate_authorities. Else the names matter as a
  /// preference: a credential that they fit comes before one that they don't.
  bool only_to_named_issuers = false;
};

/// A chain with its key, ready to be sent: the Certificate message is encoded once. Immutable, shared by connections.
class Credential {
 public:
  /// `chain`: leaf first, each certified by the next. `key` belongs to the leaf. Errors: KeyMismatch, InvalidArgument
  /// (an empty chain; a chain out of order, with the right order in the advice), UnsupportedKey.
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> create(std::vector<x509::Certificate> chain,
                                                                        std::shared_ptr<const crypto::PrivateKey> key,
                                                                        const crypto::Provider& provider);
  /// The same from PEM texts. Errors also: InvalidPem, InvalidKey, EncryptedKey.
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> from_pem(std::string_view chain_pem,
                                                                          std::string_view key_pem,
                                                                          const crypto::Provider& provider);
  /// The same from files. Errors also: FileNotFound, FileUnreadable, FileEmpty, each with the path.
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> from_files(const std::filesystem::path& chain,
                                                                            const std::filesystem::path& key,
                                                                            const crypto::Provider& provider);
  /// A key without a certificate (RFC 7250), for peers that know it already. Errors: InvalidArgument, UnsupportedKey.
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> raw_public_key(
      std::shared_ptr<const crypto::PrivateKey> key, const crypto::Provider& provider);
  /// The same from a PEM text. Errors also: InvalidPem, InvalidKey, EncryptedKey.
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> raw_public_key_from_pem(
      std::string_view key_pem, const crypto::Provider& provider);
  /// With a key that lives elsewhere: the connection pauses for each signature (Pause::signature).
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> with_remote_key(std::vector<x509::Certificate> chain,
                                                                                 const crypto::Provider& provider);

  /// A chain with a key that the leaf's key has delegated (RFC 9345), in place of the leaf's own. It serves clients of
  /// TLS 1.3 alone that take such, while it is timely: for others, add the chain with its own key behind it. The
  /// signature is the clients' to judge; Delegation::verify() tells beforehand. Errors: KeyMismatch,
  /// InvalidDelegatedCredential, those of create().
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> delegated(
      std::vector<x509::Certificate> chain, Delegation delegation, std::shared_ptr<const crypto::PrivateKey> key,
      const crypto::Provider& provider);
  /// The same from PEM texts: `delegation_pem` holds the blocks DELEGATED CREDENTIAL and PRIVATE KEY. The
  /// signature is verified here. Errors also: BadDelegatedCredentialSignature,
  /// InvalidPem, InvalidKey, EncryptedKey.
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> delegated_from_pem(std::string_view chain_pem,
                                                                                    std::string_view delegation_pem,
                                                                                    const crypto::Provider& provider);

  /// The same credential with these proofs in place of its own: an OCSP response that was renewed, for a resolver that
  /// answers with the newest. Clients that ask for them get them; others don't. OCSP responses are not looked into.
  /// Errors: InvalidArgument (more entries than certificates, an entry too long to be sent), InvalidSctList.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> with_proofs(CarriedProofs proofs) const;
  /// The same credential under these terms in place of its own.
  [[nodiscard]] std::shared_ptr<const Credential> with_terms(CredentialTerms terms) const;

  [[nodiscard]] CertificateType certificate_type() const noexcept {
    return chain_.empty() ? CertificateType::RawPublicKey : CertificateType::X509;
  }
  /// Empty for a raw public key.
  [[nodiscard]] const std::vector<x509::Certificate>& chain() const noexcept { return chain_; }
  /// What names it: the leaf's DER, or that of the raw public key.
  [[nodiscard]] ByteView name() const noexcept;
  /// There is none to a raw public key.
  [[nodiscard]] const x509::Certificate& leaf() const noexcept { return chain_.front(); }
  /// Null with a remote key.
  [[nodiscard]] const crypto::PrivateKey* key() const noexcept { return key_.get(); }
  [[nodiscard]] crypto::KeyType key_type() const noexcept { return key_type_; }
  /// What its key rests on; null: the leaf's own key.
  [[nodiscard]] const Delegation* delegation() const noexcept { return delegation_.get(); }
  [[nodiscard]] const CredentialTerms& terms() const noexcept { return terms_; }
  [[nodiscard]] const CarriedProofs& proofs() const noexcept { return proofs_; }
  /// TLS 1.3's Certificate message with an empty request context and without proofs, handshake header included.
  [[nodiscard]] ByteView certificate_message_tls13() const noexcept;
  /// TLS 1.2's.
  [[nodiscard]] ByteView certificate_message_tls12() const noexcept;
  /// All of its messages, as the library keeps them; not part of the interface.
  [[nodiscard]] const tls::CertificateMessages& messages() const noexcept { return *messages_; }

 private:
  Credential() = default;
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> assemble(std::vector<x509::Certificate> chain,
                                                                          std::shared_ptr<const crypto::PrivateKey> key,
                                                                          const crypto::Provider& provider);
  std::vector<x509::Certificate> chain_;
  std::shared_ptr<const crypto::PrivateKey> key_;
  crypto::KeyType key_type_{};
  CarriedProofs proofs_;
  std::shared_ptr<const Delegation> delegation_;
  std::shared_ptr<const tls::CertificateMessages> messages_;
  CredentialTerms terms_;
};

/// A pre-shared key that a client names (RFC 8446 4.2.11): a ticket, or a key from outside. A view, as the hello's.
struct OfferedPsk {
  ByteView identity;  ///< as it is on the wire
  /// Of an identity that has the shape of an imported key's (RFC 9258 5.1): the key's own name, and its context.
  std::optional<ByteView> external_identity;
  ByteView context;
};

/// What a server knows of a client before it answers. A view: lives for the call, or until the pause is resumed.
class ClientHelloView {
 public:
  ClientHelloView(ByteView raw, std::optional<std::string_view> server_name) noexcept
      : raw_(raw), server_name_(server_name) {}
  /// For takes(): what the server has, and the version that it chose. `policy` and `clock` outlive the view; without a
  /// clock, no delegated credential is taken.
  ClientHelloView(ByteView raw, std::optional<std::string_view> server_name, const Policy& policy,
                  std::optional<ProtocolVersion> version, const Clock* clock = nullptr) noexcept
      : raw_(raw), server_name_(server_name), policy_(&policy), version_(version), clock_(clock) {}

  /// The whole message with its handshake header.
  [[nodiscard]] ByteView raw() const noexcept { return raw_; }
  /// The host name asked for, in lower case; nothing when the client did not say.
  [[nodiscard]] std::optional<std::string_view> server_name() const noexcept { return server_name_; }
  [[nodiscard]] std::vector<ProtocolVersion> versions() const;
  [[nodiscard]] std::vector<CipherSuite> cipher_suites() const;
  [[nodiscard]] std::vector<CompressionMethod> compression_methods() const;
  [[nodiscard]] std::vector<NamedGroup> groups() const;
  [[nodiscard]] std::vector<SignatureScheme> signature_schemes() const;
  [[nodiscard]] std::vector<std::string> alpn() const;
  /// The pre-shared keys that the client names: for a server that looks keys up as they are asked for, and answers
  /// Pause::client_hello with a configuration that has the one. None of them is proved to be known yet.
  [[nodiscard]] std::vector<OfferedPsk> psks() const;
  /// The names of certificate_authorities (RFC 8446 4.2.4); empty: the client does not say.
  [[nodiscard]] std::vector<x509::DistinguishedNameView> authorities() const;
  /// True when this credential can prove itself to the client, in the version that was chosen: by the suites, groups
  /// and schemes that both sides have, and by its terms. Where no version is chosen yet: in any that the client has.
  [[nodiscard]] bool takes(const Credential& credential) const;
  /// True when the client names no authority, or one that issued a certificate of the chain.
  [[nodiscard]] bool names_issuer_of(const Credential& credential) const;
  /// True when the client verifies the chain's signatures, by what it says in signature_algorithms_cert or else in
  /// signature_algorithms (RFC 8446 4.2.3). What is self-signed, nobody verifies.
  [[nodiscard]] bool takes_chain_of(const Credential& credential) const;

 private:
  ByteView raw_;
  std::optional<std::string_view> server_name_;
  const Policy* policy_ = nullptr;
  std::optional<ProtocolVersion> version_;
  const Clock* clock_ = nullptr;
};

/// What a server asks of a client's certificate (RFC 8446 4.3.2, RFC 5246 7.4.4). A view: lives for the call, or until
/// the pause is resumed.
class CertificateRequestView {
 public:
  /// The lists' contents as they stand in the message, well-formed.
  struct Parts {
    ProtocolVersion version{};
    ByteView signature_schemes;
    ByteView authorities;        ///< empty: none is named
    ByteView certificate_types;  ///< of TLS 1.2
    const Policy* policy = nullptr;
    CertificateType certificate_type = CertificateType::X509;  ///< that was agreed on (RFC 7250)
    ByteView chain_schemes = {};  ///< of signature_algorithms_cert; empty: those above are for chains, too
  };
  explicit CertificateRequestView(const Parts& parts) noexcept : parts_(parts) {}

  [[nodiscard]] ProtocolVersion version() const noexcept { return parts_.version; }
  [[nodiscard]] CertificateType certificate_type() const noexcept { return parts_.certificate_type; }
  [[nodiscard]] std::vector<SignatureScheme> signature_schemes() const;
  /// The names of the authorities that the server takes certificates of; empty: it does not say.
  [[nodiscard]] std::vector<x509::DistinguishedNameView> authorities() const;
  /// True when this credential can prove itself to the server: by the kind of its key, by the schemes that both sides
  /// have, and by its terms.
  [[nodiscard]] bool takes(const Credential& credential) const;
  /// True when the server names no authority, or one that issued a certificate of the chain.
  [[nodiscard]] bool names_issuer_of(const Credential& credential) const;
  /// True when the server verifies the chain's signatures, as it says (RFC 8446 4.2.3).
  [[nodiscard]] bool takes_chain_of(const Credential& credential) const;

 private:
  Parts parts_;
};

/// Chooses what a client shows to a server that asks for a certificate. Thread-safe.
class ClientCredentialResolver {
 public:
  virtual ~ClientCredentialResolver() = default;
  /// Null: nothing is shown. One that the request does not take ends the handshake.
  [[nodiscard]] virtual std::shared_ptr<const Credential> resolve(const CertificateRequestView& request) const = 0;
};

/// Chooses the credential for a connection by what the client asks. Thread-safe.
class CredentialResolver {
 public:
  virtual ~CredentialResolver() = default;
  /// Null: there is none for this client; the handshake ends with `unrecognized_name`.
  [[nodiscard]] virtual std::shared_ptr<const Credential> resolve(const ClientHelloView& hello) const = 0;
};

/// What a server does with a name that it has no certificate for.
enum class UnknownName : std::uint8_t {
  refuse,       ///< `unrecognized_name`: no customer gets another's certificate; the default
  use_default,  ///< the first credential that was added
};

/// Credentials by server name: the certificate whose DNS names cover it. Of several: one that the client takes, then
/// one whose chain it can verify, then one whose issuer it names, then an exact name before a wildcard, then the one
/// that was added first. A client without server_name has the choice of all.
class CredentialsByName final : public CredentialResolver {
 public:
  explicit CredentialsByName(UnknownName unknown = UnknownName::refuse) noexcept : unknown_(unknown) {}
  void add(std::shared_ptr<const Credential> credential) { credentials_.push_back(std::move(credential)); }
  [[nodiscard]] std::shared_ptr<const Credential> resolve(const ClientHelloView& hello) const override;

 private:
  std::vector<std::shared_ptr<const Credential>> credentials_;
  UnknownName unknown_;
};

}  // namespace keyway
