#include "tls/handshake/proofs.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include <keyway/secret.hpp>

#include "tls/session/client_session.hpp"
#include "tls/session/psk_set.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls {

Result<ChainAccepted> accept_chain(const x509::Verdict& verdict) {
  if (!verdict.accepted()) return std::unexpected(verdict.to_error().at("Certificate"));
  return ChainAccepted();
}

ChainAccepted accept_unverified_chain([[maybe_unused]] const ClientConfig& config) {
  assert(config.verifier() == nullptr);
  return {};
}

Result<ChainAccepted> accept_raw_public_key(std::span<const Bytes> pinned, ByteView shown) {
  const bool is_known = std::ranges::any_of(pinned, [&](const Bytes& key) { return std::ranges::equal(key, shown); });
  if (is_known) return ChainAccepted();
  return std::unexpected(fail(ErrorCode::RawPublicKeyUnknown)
                             .at("Certificate")
                             .advice("Pin the peer's key, or check with its owner whether it has changed."));
}

Result<PskAccepted> accept_psk(const PreSharedKeyServerHello& answer, const ClientSession& offered,
                               const SuiteTls13& suite) {
  if (answer.selected_identity != 0) {
    return std::unexpected(fail(ErrorCode::PskNotOffered)
                               .at("ServerHello, pre_shared_key, selected_identity")
                               .expected("0")
                               .received(std::to_string(answer.selected_identity)));
  }
  const SuiteTls13* original = find_suite_tls13(offered.session.cipher_suite);
  if (original == nullptr || original->hash != suite.hash) {
    return std::unexpected(
        fail(ErrorCode::PskNotOffered)
            .at("ServerHello, cipher_suite")
            .expected("one with the hash of the session's, " + to_string(offered.session.cipher_suite))
            .received(to_string(suite.id)));
  }
  return PskAccepted(offered.peer->accepted);
}

Result<PskAccepted> accept_external_psk(const ReadyPsk& chosen, const SuiteTls13& suite) {
  if (chosen.hash == suite.hash) return PskAccepted(chosen);
  return std::unexpected(fail(ErrorCode::PskNotOffered)
                             .at("ServerHello, cipher_suite")
                             .expected("one with the hash that the pre-shared key is for")
                             .received(to_string(suite.id)));
}

Result<SessionAccepted> accept_session(const ServerHello& hello, const ClientSession& offered,
                                       bool extended_master_secret) {
  const Session& session = offered.session;
  if (session.cipher_suite != hello.cipher_suite) {
    return std::unexpected(fail(ErrorCode::SessionSuiteChanged)
                               .at("ServerHello, cipher_suite")
                               .expected(to_string(session.cipher_suite))
                               .received(to_string(hello.cipher_suite)));
  }
  if (session.extended_master_secret != extended_master_secret) {
    return std::unexpected(
        fail(ErrorCode::ExtendedMasterSecretChanged)
            .at("ServerHello")
            .expected(session.extended_master_secret ? "extended_master_secret, as in the session" : "none")
            .received(extended_master_secret ? "extended_master_secret" : "none"));
  }
  return SessionAccepted(offered.peer->accepted);
}

namespace {

/// What a message's signature is held against.
struct SignatureCheck {
  std::string_view message;
  SignatureScheme scheme;
  ByteView signature;
  ByteView content;
  std::span<const SignatureScheme> offered;
  bool (*fits)(SignatureScheme scheme, crypto::KeyType key) noexcept;  ///< as the version has it
};

Result<void> verify_signature(const SignatureCheck& check, const crypto::PublicKey& key) {
  const std::string where = std::string(check.message) + ", algorithm";
  if (std::ranges::find(check.offered, check.scheme) == check.offered.end()) {
    return std::unexpected(fail(ErrorCode::SignatureSchemeNotOffered).at(where).received(to_string(check.scheme)));
  }
  if (!check.fits(check.scheme, key.type())) {
    return std::unexpected(fail(ErrorCode::WrongKeyForScheme)
                               .at(where)
                               .expected("a scheme for a key of type " + crypto::to_string(key.type()))
                               .received(to_string(check.scheme)));
  }
  const auto algorithm = crypto::algorithm_of(check.scheme);
  if (algorithm && key.verify(*algorithm, check.content, check.signature)) return {};
  return std::unexpected(fail(ErrorCode::BadHandshakeSignature).at(std::string(check.message) + ", signature"));
}

}  // namespace

Result<HandshakeSignatureValid> verify_certificate_verify(const CertificateVerify& message,
                                                          const crypto::PublicKey& key, Side signer,
                                                          const TranscriptHash& transcript,
                                                          std::span<const SignatureScheme> offered) {
  return verify_authenticator(message, key, certificate_verify_content(signer, transcript.view()), offered);
}

Result<HandshakeSignatureValid> verify_authenticator(const CertificateVerify& message, const crypto::PublicKey& key,
                                                     ByteView content, std::span<const SignatureScheme> offered) {
  auto verified = verify_signature(
      {"CertificateVerify", message.algorithm, message.signature, content, offered, crypto::fits_tls13}, key);
  if (!verified) return std::unexpected(std::move(verified.error()));
  return HandshakeSignatureValid();
}

Result<HandshakeSignatureValid> verify_certificate_verify_tls12(const CertificateVerify& message,
                                                                const crypto::PublicKey& key,
                                                                ByteView handshake_messages,
                                                                std::span<const SignatureScheme> offered) {
  auto verified = verify_signature(
      {"CertificateVerify", message.algorithm, message.signature, handshake_messages, offered, crypto::fits_tls12},
      key);
  if (!verified) return std::unexpected(std::move(verified.error()));
  return HandshakeSignatureValid();
}

Result<HandshakeSignatureValid> verify_server_key_exchange(const ServerKeyExchange& message,
                                                           const crypto::PublicKey& key, const HelloRandoms& randoms,
                                                           std::span<const SignatureScheme> offered) {
  const Bytes content = server_key_exchange_content(randoms.client, randoms.server, message.raw_params);
  auto verified = verify_signature(
      {"ServerKeyExchange", message.algorithm, message.signature, content, offered, crypto::fits_tls12}, key);
  if (!verified) return std::unexpected(std::move(verified.error()));
  return HandshakeSignatureValid();
}

ClientAdmitted admit_unasked([[maybe_unused]] const ServerConfig& config) noexcept {
  assert(config.client_authentication() == nullptr);
  return {};
}

Result<ClientAdmitted> admit_anonymous(const ServerConfig& config) {
  if (!config.client_authentication()->is_required) return ClientAdmitted();
  return std::unexpected(fail(ErrorCode::NoCertificateSent).at("Certificate, certificate_list"));
}

ClientAdmitted admit_proven(ChainAccepted /*chain*/, HandshakeSignatureValid /*signature*/) noexcept {
  return {};
}

Result<ClientAdmitted> admit_by_psk(ByteView expected_binder, ByteView binder, std::size_t index) {
  if (equal_in_constant_time(expected_binder, binder)) return ClientAdmitted();
  return std::unexpected(fail(ErrorCode::BadBinder).at("ClientHello, pre_shared_key, binder " + std::to_string(index)));
}

std::optional<ClientAdmitted> admit_resumed(const ServerConfig& config, const Session& session) noexcept {
  const ClientAuthentication* authentication = config.client_authentication();
  const bool must_be_known = authentication != nullptr && authentication->is_required;
  if (must_be_known && session.client_identity.empty()) return std::nullopt;
  return ClientAdmitted();
}

Result<FinishedVerified> verify_finished(ByteView expected_verify_data, ByteView body) {
  auto finished = Finished::parse(body, expected_verify_data.size());
  if (!finished) {
    // One of another length proves no more than one of other content: decrypt_error for both (RFC 8446 4.4.4).
    return std::unexpected(fail(ErrorCode::BadFinished)
                               .at("Finished, verify_data")
                               .expected(std::to_string(expected_verify_data.size()) + " bytes")
                               .received(std::to_string(body.size())));
  }
  if (!equal_in_constant_time(expected_verify_data, finished->verify_data)) {
    return std::unexpected(fail(ErrorCode::BadFinished).at("Finished, verify_data"));
  }
  return FinishedVerified();
}

}  // namespace keyway::tls
