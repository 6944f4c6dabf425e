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

#include <keyway/certificate.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway {

namespace tls {
class CertificateMessages;
}

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
  /// With a key that lives elsewhere: the connection pauses for each signature (Pause::signature).
  [[nodiscard]] static Result<std::shared_ptr<const Credential>> with_remote_key(std::vector<x509::Certificate> chain,
                                                                                 const crypto::Provider& provider);

  [[nodiscard]] const std::vector<x509::Certificate>& chain() const noexcept { return chain_; }
  [[nodiscard]] const x509::Certificate& leaf() const noexcept { return chain_.front(); }
  /// Null with a remote key.
  [[nodiscard]] const crypto::PrivateKey* key() const noexcept { return key_.get(); }
  [[nodiscard]] crypto::KeyType key_type() const noexcept { return key_type_; }
  /// TLS 1.3's Certificate message with an empty request context, handshake header included.
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
  std::shared_ptr<const tls::CertificateMessages> messages_;
};

/// What a server knows of a client before it answers. A view: lives for the call, or until the pause is resumed.
class ClientHelloView {
 public:
  ClientHelloView(ByteView raw, std::optional<std::string_view> server_name) noexcept
      : raw_(raw), server_name_(server_name) {}

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

 private:
  ByteView raw_;
  std::optional<std::string_view> server_name_;
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

/// Credentials by server name: the certificate whose DNS names cover it, exact names before wildcards. A client without
/// server_name gets the first credential.
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
