#include "tls/server12/client_certificate.hpp"

#include <utility>

#include "tls/handshake/peer_chain.hpp"

namespace keyway::tls::server12 {

Result<ExpectCertificate::Next> ExpectCertificate::handle(Flow& flow, const HandshakeMessage& message) && {
  const CertificateType type = flow.info().peer_certificate_type;
  auto shown = parse_shown_tls12(message.body, type);
  if (!shown) return std::unexpected(std::move(shown.error()));
  const ServerConfig& config = *exchange_.config;
  exchange_.transcript.add(message.raw);
  if (shown->empty()) {
    auto anonymous = admit_anonymous(config);
    // RFC 5246 7.4.6: certificate_required is TLS 1.3's.
    if (!anonymous) return std::unexpected(std::move(anonymous.error()).alert(AlertDescription::handshake_failure));
    exchange_.transcript.forget_messages();
    return Next(ExpectClientKeyExchange(std::move(exchange_), *anonymous));
  }
  auto leaf = parse_shown_leaf(*shown, type, *config.common().provider);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  std::vector<ByteView> chain = keep_chain(flow, *shown);
  if (config.client_authentication()->pauses_for_verification) {
    return Next(AwaitVerdict(std::move(exchange_), std::move(leaf->key), std::move(chain)));
  }
  auto accepted = judge_chain(config, chain, flow, *leaf);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectKeyExchangeBeforeProof(std::move(exchange_), {std::move(leaf->key), *accepted}));
}

Result<AwaitVerdict::Next> AwaitVerdict::resume(Flow& flow, Answer& answer) && {
  auto accepted = take_judgement({}, chain_, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(ExpectKeyExchangeBeforeProof(std::move(exchange_), {std::move(leaf_key_), *accepted}));
}

}  // namespace keyway::tls::server12
