#include "tls/client/certificate.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/handshake/peer_certificate.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/compress_certificate.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"

namespace keyway::tls::client {
namespace {

/// Judges the message's shape: a list that is not empty, without a context, with no extension that was not asked for.
Result<void> check_message(const CertificateMessage& message, const ExtensionSet& asked) {
  if (!message.certificate_request_context.empty()) {
    return std::unexpected(fail(ErrorCode::NonEmptyRequestContext).at("Certificate, certificate_request_context"));
  }
  if (message.certificate_list.empty()) {
    return std::unexpected(fail(ErrorCode::EmptyServerCertificate).at("Certificate, certificate_list"));
  }
  for (const CertificateEntry& entry : message.certificate_list) {
    const bool is_delegation_unasked =
        entry.extensions.has(ExtensionType::delegated_credential) && !asked.has(ExtensionType::delegated_credential);
    if (is_delegation_unasked) {
      return std::unexpected(fail(ErrorCode::UnsolicitedExtension)
                                 .at("Certificate, extension delegated_credential")
                                 .alert(AlertDescription::unexpected_message));  // RFC 9345 4.1.1
    }
    auto checked = check_extensions(entry.extensions, ExtensionHome::certificate, asked, "Certificate");
    if (!checked) return checked;
  }
  return {};
}

/// What an entry of the server's Certificate may answer.
ExtensionSet asked_of_entries(const ClientConfig& config, CertificateType type) {
  ExtensionSet asked;
  const bool takes_delegation = type == CertificateType::X509 && !config.delegated_credential_schemes().empty();
  if (takes_delegation) asked.add(ExtensionType::delegated_credential);
  if (config.asks_for_ocsp()) asked.add(ExtensionType::status_request);
  if (config.asks_for_scts()) asked.add(ExtensionType::signed_certificate_timestamp);
  return asked;
}

}  // namespace

Result<std::unique_ptr<CertificateAsked>> take_request(const ExtensionBlock& extensions) {
  auto asked = std::make_unique<CertificateAsked>();
  asked->version = ProtocolVersion::TLS1_3;
  const auto keep = [](ByteView list, Bytes& to) { to.assign(list.begin(), list.end()); };
  const auto schemes = extensions.find(ExtensionType::signature_algorithms);
  if (!schemes) {
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("CertificateRequest").expected("extension signature_algorithms"));
  }
  auto parsed = SignatureAlgorithmsExtension::parse(*schemes);
  if (!parsed) return std::unexpected(std::move(parsed.error()).at("CertificateRequest"));
  keep(parsed->supported_signature_algorithms.bytes(), asked->signature_schemes);
  if (const auto body = extensions.find(ExtensionType::signature_algorithms_cert)) {
    auto of_chains = SignatureAlgorithmsCertExtension::parse(*body);
    if (!of_chains) return std::unexpected(std::move(of_chains.error()).at("CertificateRequest"));
    keep(of_chains->supported_signature_algorithms.bytes(), asked->chain_schemes);
  }
  if (const auto body = extensions.find(ExtensionType::certificate_authorities)) {
    auto authorities = CertificateAuthoritiesExtension::parse(*body);
    if (!authorities) return std::unexpected(std::move(authorities.error()).at("CertificateRequest"));
    keep(authorities->authorities, asked->authorities);
  }
  if (const auto body = extensions.find(ExtensionType::compress_certificate)) {
    auto compression = CompressCertificateExtension::parse(*body);
    if (!compression) return std::unexpected(std::move(compression.error()).at("CertificateRequest"));
    keep(compression->algorithms.bytes(), asked->compression);
  }
  return asked;
}

Result<AwaitVerdict::Next> AwaitVerdict::resume(Flow& flow, Answer& answer) && {
  auto accepted = take_judgement(server_name_.to_string(), chain_, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectCertificateVerify(std::move(common_), std::move(asked_), std::move(key_), *accepted));
}

Result<ExpectCertificate::Next> ExpectCertificate::handle(Flow& flow, const HandshakeMessage& message) && {
  auto taken = PeerCertificate::take(common_.config->common(), message);
  if (!taken) return std::unexpected(std::move(taken.error()));
  flow.info().certificate_compression = taken->compressed_by;
  const CertificateMessage* const certificate = &taken->message;
  const ExtensionSet asked = asked_of_entries(*common_.config, flow.info().peer_certificate_type);
  if (auto checked = check_message(*certificate, asked); !checked) return std::unexpected(std::move(checked.error()));

  auto proofs = read_proofs(*certificate);
  if (!proofs) return std::unexpected(std::move(proofs.error()));
  flow.keep_peer_proofs(std::move(*proofs));

  const crypto::Provider& provider = *common_.config->common().provider;
  auto leaf = parse_shown_leaf(*certificate, flow.info().peer_certificate_type, provider);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  auto key = choose_proving_key(*common_.config, certificate->certificate_list.front(), std::move(leaf->key), flow);
  if (!key) return std::unexpected(std::move(key.error()));
  // A chain that is judged again would have to be so with the delegation, which is over in days.
  if (key->is_delegated() && common_.config->reverifies_on_resumption()) common_.sessions.reset();
  common_.transcript.add(message.raw);

  std::vector<ByteView> chain;
  chain.reserve(certificate->certificate_list.size());
  for (const CertificateEntry& entry : certificate->certificate_list) chain.push_back(entry.cert_data);
  chain = keep_chain(flow, chain);

  auto accepted = judge_chain(*common_.config, server_name_, chain, flow, *leaf);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  if (!*accepted) {
    return Next(AwaitVerdict(std::move(common_), std::move(server_name_), std::move(asked_), std::move(*key),
                             std::move(chain)));
  }
  return Next(ExpectCertificateVerify(std::move(common_), std::move(asked_), std::move(*key), **accepted));
}

Result<ExpectCertificateOrRequest::Next> ExpectCertificateOrRequest::handle(Flow& flow,
                                                                            const HandshakeMessage& message) && {
  if (message.type != HandshakeType::certificate_request) {
    return widen<Next>(ExpectCertificate(std::move(common_), std::move(server_name_), nullptr).handle(flow, message));
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
  auto asked = take_request(request->extensions);
  if (!asked) return std::unexpected(std::move(asked.error()));
  (*asked)->certificate_type = flow.info().own_certificate_type;
  common_.transcript.add(message.raw);
  return Next(ExpectCertificate(std::move(common_), std::move(server_name_), std::move(*asked)));
}

}  // namespace keyway::tls::client
