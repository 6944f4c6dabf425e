#include "tls/server/client_certificate.hpp"

#include <utility>

#include "tls/handshake/peer_certificate.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_verify.hpp"

namespace keyway::tls::server {
namespace {

/// Judges the message's shape: without a context, as the request had none, and with no extension that was not asked
/// for.
Result<void> check_message(const CertificateMessage& message) {
  if (!message.certificate_request_context.empty()) {
    return std::unexpected(fail(ErrorCode::NonEmptyRequestContext).at("Certificate, certificate_request_context"));
  }
  return check_entries_are_bare(message, "Certificate");
}

}  // namespace

Result<ExpectCertificate::Next> ExpectCertificate::handle(Flow& flow, const HandshakeMessage& message) && {
  auto taken = PeerCertificate::take(awaited_.config->common(), message);
  if (!taken) return std::unexpected(std::move(taken.error()));
  const CertificateMessage* const certificate = &taken->message;
  if (auto checked = check_message(*certificate); !checked) return std::unexpected(std::move(checked.error()));
  const ServerConfig& config = *awaited_.config;
  awaited_.transcript.add(message.raw);
  if (certificate->certificate_list.empty()) {
    auto anonymous = admit_anonymous(config);
    if (!anonymous) return std::unexpected(std::move(anonymous.error()));
    return Next(ExpectFinished(std::move(awaited_), *anonymous));
  }
  auto leaf = parse_shown_leaf(*certificate, flow.info().peer_certificate_type, *config.common().provider);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  std::vector<ByteView> chain;
  chain.reserve(certificate->certificate_list.size());
  for (const CertificateEntry& entry : certificate->certificate_list) chain.push_back(entry.cert_data);
  chain = keep_chain(flow, chain);
  if (config.client_authentication()->pauses_for_verification) {
    return Next(AwaitVerdict(std::move(awaited_), std::move(leaf->key), std::move(chain)));
  }
  auto accepted = judge_chain(config, chain, flow, *leaf);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectCertificateVerify(std::move(awaited_), std::move(leaf->key), *accepted));
}

Result<AwaitVerdict::Next> AwaitVerdict::resume(Flow& flow, Answer& answer) && {
  auto accepted = take_judgement({}, chain_, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectCertificateVerify(std::move(awaited_), std::move(leaf_key_), *accepted));
}

Result<ExpectCertificateVerify::Next> ExpectCertificateVerify::handle(Flow& flow, const HandshakeMessage& message) && {
  auto verify = CertificateVerify::parse(message.body);
  if (!verify) return std::unexpected(std::move(verify.error()));
  const CommonConfig& config = awaited_.config->common();
  auto proof = verify_certificate_verify(*verify, *leaf_key_, Side::client, awaited_.transcript.hash(),
                                         config.policy.signature_schemes);
  if (!proof) return std::unexpected(std::move(proof.error()));
  awaited_.transcript.add(message.raw);
  flow.info().client_signature_scheme = verify->algorithm;
  flow.emit(event::HandshakeSignature{Direction::received, verify->algorithm});
  if (awaited_.tickets) {
    Session& session = awaited_.tickets->session;
    session.peer_scheme = verify->algorithm;
    session.peer_certificate_type = flow.info().peer_certificate_type;
    const bool is_bound =
        bind_to_client(session, flow.peer_chain(), flow.verdict(), *config.provider, config.clock->now());
    if (!is_bound) awaited_.tickets = nullptr;
  }
  return Next(ExpectFinished(std::move(awaited_), admit_proven(chain_, *proof)));
}

void recall_client(Flow& flow, SignatureScheme scheme, CertificateType type, const ClientProof* proof) {
  flow.info().client_signature_scheme = scheme;
  flow.info().peer_certificate_type = type;
  if (proof == nullptr) return;
  flow.keep_peer_chain(proof->chain);
  if (type != CertificateType::RawPublicKey) flow.keep_verdict(proof->verdict());
}

}  // namespace keyway::tls::server
