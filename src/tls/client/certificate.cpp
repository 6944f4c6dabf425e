#include "tls/client/certificate.hpp"

#include <utility>

#include <keyway/certificate.hpp>

#include "tls/handshake/next.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"

namespace keyway::tls::client {
namespace {

/// Judges the message's shape: a list that is not empty, without a context, with no extension that was not asked for.
Result<void> check_message(const CertificateMessage& message) {
  if (!message.certificate_request_context.empty()) {
    return std::unexpected(fail(ErrorCode::NonEmptyRequestContext).at("Certificate, certificate_request_context"));
  }
  if (message.certificate_list.empty()) {
    return std::unexpected(fail(ErrorCode::EmptyServerCertificate).at("Certificate, certificate_list"));
  }
  for (const CertificateEntry& entry : message.certificate_list) {
    // Nothing that a certificate entry could answer is asked for yet.
    auto checked = check_extensions(entry.extensions, ExtensionHome::certificate, ExtensionSet(), "Certificate");
    if (!checked) return checked;
  }
  return {};
}

Result<std::unique_ptr<crypto::PublicKey>> parse_leaf_key(ByteView leaf, const crypto::Provider& provider) {
  auto view = x509::CertificateView::parse(leaf);
  if (!view) {
    Error error = std::move(view.error()).at("Certificate, entry 0");
    // Bytes that are no certificate at all are a malformed message; one that breaks X.509's rules is a bad certificate.
    if (error.code() == ErrorCode::InvalidDer) error = std::move(error).alert(AlertDescription::decode_error);
    return std::unexpected(std::move(error));
  }
  // RFC 5280 4.2.1.3: a key that may not sign can't prove itself in TLS 1.3.
  if (view->key_usage && !view->key_usage->digital_signature()) {
    return std::unexpected(fail(ErrorCode::WrongKeyUsage)
                               .at("Certificate, entry 0, keyUsage")
                               .expected("digitalSignature")
                               .alert(AlertDescription::illegal_parameter));
  }
  auto key = provider.public_key(view->subject_public_key_info);
  if (!key) return std::unexpected(std::move(key.error()).at("Certificate, entry 0, subjectPublicKeyInfo"));
  return key;
}

Result<ChainAccepted> judge(const ClientConfig& config, const ServerName& name, std::span<const ByteView> chain,
                            Flow& flow) {
  const x509::Verifier* verifier = config.verifier();
  if (verifier == nullptr) return accept_unverified_chain(config);
  x509::Verdict verdict = verifier->verify(chain, &name, x509::Purpose::server, config.common().clock->now());
  flow.keep_verdict(std::move(verdict));
  flow.emit(event::ChainJudged{flow.verdict(), chain, name.to_string()});
  return accept_chain(*flow.verdict());
}

}  // namespace

Result<AwaitVerdict::Next> AwaitVerdict::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) {
    return std::unexpected(fail(ErrorCode::CertificateRefused).at("Certificate").alert(refuse->alert));
  }
  flow.keep_verdict(std::move(std::get<answer::Verified>(answer).verdict));
  flow.emit(event::ChainJudged{flow.verdict(), chain_, server_name_.to_string()});
  auto accepted = accept_chain(*flow.verdict());
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectCertificateVerify(std::move(common_), std::move(asked_), std::move(leaf_key_), *accepted));
}

Result<ExpectCertificate::Next> ExpectCertificate::handle(Flow& flow, const HandshakeMessage& message) && {
  auto certificate = CertificateMessage::parse(message.body);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  if (auto checked = check_message(*certificate); !checked) return std::unexpected(std::move(checked.error()));

  const crypto::Provider& provider = *common_.config->common().provider;
  auto leaf_key = parse_leaf_key(certificate->certificate_list.front().cert_data, provider);
  if (!leaf_key) return std::unexpected(std::move(leaf_key.error()));
  common_.transcript.add(message.raw);

  std::vector<Bytes> kept;
  std::vector<ByteView> chain;
  kept.reserve(certificate->certificate_list.size());
  chain.reserve(certificate->certificate_list.size());
  for (const CertificateEntry& entry : certificate->certificate_list) {
    kept.emplace_back(entry.cert_data.begin(), entry.cert_data.end());
    chain.emplace_back(kept.back());
  }
  flow.keep_peer_chain(std::move(kept));  // moving the vector leaves the bytes where they are

  if (common_.config->pauses_for_verification()) {
    return Next(AwaitVerdict(std::move(common_), std::move(server_name_), std::move(asked_), std::move(*leaf_key),
                             std::move(chain)));
  }
  auto accepted = judge(*common_.config, server_name_, chain, flow);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectCertificateVerify(std::move(common_), std::move(asked_), std::move(*leaf_key), *accepted));
}

Result<ExpectCertificateOrRequest::Next> ExpectCertificateOrRequest::handle(Flow& flow,
                                                                            const HandshakeMessage& message) && {
  if (message.type == HandshakeType::certificate) {
    return widen<Next>(
        ExpectCertificate(std::move(common_), std::move(server_name_), std::nullopt).handle(flow, message));
  }
  auto request = CertificateRequest::parse(message.body);
  if (!request) return std::unexpected(std::move(request.error()));
  // RFC 8446 4.3.2: empty, unless for post-handshake authentication.
  if (!request->certificate_request_context.empty()) {
    return std::unexpected(
        fail(ErrorCode::NonEmptyRequestContext).at("CertificateRequest, certificate_request_context"));
  }
  auto checked =
      check_extensions(request->extensions, ExtensionHome::certificate_request, ExtensionSet(), "CertificateRequest");
  if (!checked) return std::unexpected(std::move(checked.error()));
  const auto schemes = request->extensions.find(ExtensionType::signature_algorithms);
  if (!schemes) {
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("CertificateRequest").expected("extension signature_algorithms"));
  }
  if (auto parsed = SignatureAlgorithmsExtension::parse(*schemes); !parsed) {
    return std::unexpected(std::move(parsed.error()).at("CertificateRequest"));
  }
  if (const auto authorities = request->extensions.find(ExtensionType::certificate_authorities)) {
    if (auto parsed = CertificateAuthoritiesExtension::parse(*authorities); !parsed) {
      return std::unexpected(std::move(parsed.error()).at("CertificateRequest"));
    }
  }
  common_.transcript.add(message.raw);
  return Next(ExpectCertificate(std::move(common_), std::move(server_name_), CertificateAsked{}));
}

}  // namespace keyway::tls::client
