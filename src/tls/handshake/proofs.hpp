#pragma once

#include <optional>
#include <span>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/verdict.hpp>

#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/suites.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"
#include "tls/wire/server_hello.hpp"
#include "tls/wire/server_key_exchange.hpp"

namespace keyway::tls {

struct ClientSession;
struct ReadyPsk;
struct Session;

// Values that only their verifier can make: a state that needs one can't be reached around the check.

/// The peer's chain was judged and accepted (or the configuration, by its own name, does without; or the peer knows a
/// key from outside in its place).
class ChainAccepted {
 private:
  ChainAccepted() noexcept = default;
  friend class PskAccepted;
  friend Result<ChainAccepted> accept_chain(const x509::Verdict& verdict);
  friend ChainAccepted accept_unverified_chain(const ClientConfig& config);
  friend Result<ChainAccepted> accept_raw_public_key(std::span<const Bytes> pinned, ByteView shown);
};
/// RFC 7250: a raw public key is accepted where it is one of those that are pinned, byte for byte. Errors:
/// RawPublicKeyUnknown.
[[nodiscard]] Result<ChainAccepted> accept_raw_public_key(std::span<const Bytes> pinned, ByteView shown);
/// Errors: the verdict's.
[[nodiscard]] Result<ChainAccepted> accept_chain(const x509::Verdict& verdict);
/// Only for a configuration built without_certificate_verification().
[[nodiscard]] ChainAccepted accept_unverified_chain(const ClientConfig& config);

/// The server goes on with the session that was offered, or knows a key from outside: no certificate will come. A
/// session's chain was accepted when it began; that the server is the same, or has the key, shows when its Finished
/// holds, which the secret goes into.
class PskAccepted {
 public:
  [[nodiscard]] ChainAccepted chain() const noexcept { return chain_; }
  [[nodiscard]] const ReadyPsk* external() const noexcept { return external_; }  ///< null: a session

 private:
  explicit PskAccepted(ChainAccepted chain) noexcept : chain_(chain) {}
  explicit PskAccepted(const ReadyPsk& external) noexcept : external_(&external) {}
  friend Result<PskAccepted> accept_external_psk(const ReadyPsk& chosen, const SuiteTls13& suite);
  friend Result<PskAccepted> accept_psk(const PreSharedKeyServerHello& answer, const ClientSession& offered,
                                        const SuiteTls13& suite);
  ChainAccepted chain_;
  const ReadyPsk* external_ = nullptr;
};
/// RFC 8446 4.2.11: the server chose a key from outside that was offered. Errors: PskNotOffered (a suite with another
/// hash).
[[nodiscard]] Result<PskAccepted> accept_external_psk(const ReadyPsk& chosen, const SuiteTls13& suite);
/// RFC 8446 4.2.11, for a session that was offered first. Errors: PskNotOffered (another index; a suite with another
/// hash).
[[nodiscard]] Result<PskAccepted> accept_psk(const PreSharedKeyServerHello& answer, const ClientSession& offered,
                                             const SuiteTls13& suite);

/// The same in TLS 1.2, where the server shows it by echoing the session ID.
class SessionAccepted {
 public:
  [[nodiscard]] ChainAccepted chain() const noexcept { return chain_; }

 private:
  explicit SessionAccepted(ChainAccepted chain) noexcept : chain_(chain) {}
  friend Result<SessionAccepted> accept_session(const ServerHello& hello, const ClientSession& offered,
                                                bool extended_master_secret);
  ChainAccepted chain_;
};
/// RFC 5246 7.4.1.3 and RFC 7627 5.3, for a ServerHello that goes on with `offered`. `extended_master_secret`: it has
/// the extension. Errors: SessionSuiteChanged, ExtendedMasterSecretChanged.
[[nodiscard]] Result<SessionAccepted> accept_session(const ServerHello& hello, const ClientSession& offered,
                                                     bool extended_master_secret);

/// The peer proved that it holds the private key of its leaf.
class HandshakeSignatureValid {
 private:
  HandshakeSignatureValid() noexcept = default;
  friend Result<HandshakeSignatureValid> verify_certificate_verify(const CertificateVerify& message,
                                                                   const crypto::PublicKey& key, Side signer,
                                                                   const TranscriptHash& transcript,
                                                                   std::span<const SignatureScheme> offered);
  friend Result<HandshakeSignatureValid> verify_authenticator(const CertificateVerify& message,
                                                              const crypto::PublicKey& key, ByteView content,
                                                              std::span<const SignatureScheme> offered);
  friend Result<HandshakeSignatureValid> verify_certificate_verify_tls12(const CertificateVerify& message,
                                                                         const crypto::PublicKey& key,
                                                                         ByteView handshake_messages,
                                                                         std::span<const SignatureScheme> offered);
  friend Result<HandshakeSignatureValid> verify_server_key_exchange(const ServerKeyExchange& message,
                                                                    const crypto::PublicKey& key,
                                                                    const HelloRandoms& randoms,
                                                                    std::span<const SignatureScheme> offered);
};
/// RFC 8446 4.4.3. Errors: SignatureSchemeNotOffered, WrongKeyForScheme, BadHandshakeSignature.
[[nodiscard]] Result<HandshakeSignatureValid> verify_certificate_verify(const CertificateVerify& message,
                                                                        const crypto::PublicKey& key, Side signer,
                                                                        const TranscriptHash& transcript,
                                                                        std::span<const SignatureScheme> offered);

/// RFC 9261 5.2.2, over `content`. Errors: the same.
[[nodiscard]] Result<HandshakeSignatureValid> verify_authenticator(const CertificateVerify& message,
                                                                   const crypto::PublicKey& key, ByteView content,
                                                                   std::span<const SignatureScheme> offered);

/// RFC 5246 7.4.8, of a client, over all messages before. Errors: the same.
[[nodiscard]] Result<HandshakeSignatureValid> verify_certificate_verify_tls12(const CertificateVerify& message,
                                                                              const crypto::PublicKey& key,
                                                                              ByteView handshake_messages,
                                                                              std::span<const SignatureScheme> offered);

/// RFC 5246 7.4.3 over RFC 8422 5.4's parameters. Errors: the same.
[[nodiscard]] Result<HandshakeSignatureValid> verify_server_key_exchange(const ServerKeyExchange& message,
                                                                         const crypto::PublicKey& key,
                                                                         const HelloRandoms& randoms,
                                                                         std::span<const SignatureScheme> offered);

/// The client is somebody whom the server lets in: it proved who it is, or it need not. A server's last states take it.
class ClientAdmitted {
 private:
  ClientAdmitted() noexcept = default;
  friend ClientAdmitted admit_unasked(const ServerConfig& config) noexcept;
  friend Result<ClientAdmitted> admit_anonymous(const ServerConfig& config);
  friend ClientAdmitted admit_proven(ChainAccepted chain, HandshakeSignatureValid signature) noexcept;
  friend std::optional<ClientAdmitted> admit_resumed(const ServerConfig& config, const Session& session) noexcept;
  friend Result<ClientAdmitted> admit_by_psk(ByteView expected_binder, ByteView binder, std::size_t index);
};
/// RFC 8446 4.2.11.2, in constant time: a client that knows a key from outside is let in for that. `index`: among the
/// client's identities. Errors: BadBinder.
[[nodiscard]] Result<ClientAdmitted> admit_by_psk(ByteView expected_binder, ByteView binder, std::size_t index);
/// Only for a configuration that asks no client for a certificate.
[[nodiscard]] ClientAdmitted admit_unasked(const ServerConfig& config) noexcept;
/// A client that was asked and shows none. Errors: NoCertificateSent, where one is required.
[[nodiscard]] Result<ClientAdmitted> admit_anonymous(const ServerConfig& config);
[[nodiscard]] ClientAdmitted admit_proven(ChainAccepted chain, HandshakeSignatureValid signature) noexcept;
/// A client that comes back, as the session says who it was. Nothing where a certificate is required and the session
/// began without, and without a key from outside: it is not gone on with.
[[nodiscard]] std::optional<ClientAdmitted> admit_resumed(const ServerConfig& config, const Session& session) noexcept;

/// The peer's Finished matched: both sides saw the same handshake.
class FinishedVerified {
 private:
  FinishedVerified() noexcept = default;
  friend Result<FinishedVerified> verify_finished(ByteView expected_verify_data, ByteView body);
};
/// RFC 8446 4.4.4, RFC 5246 7.4.9, in constant time. Errors: LengthOutOfRange, BadFinished.
[[nodiscard]] Result<FinishedVerified> verify_finished(ByteView expected_verify_data, ByteView body);

}  // namespace keyway::tls
