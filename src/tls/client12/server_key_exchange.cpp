#include "tls/client12/server_key_exchange.hpp"

#include <algorithm>
#include <utility>

#include "tls/wire/server_key_exchange.hpp"

namespace keyway::tls::client12 {
namespace {

/// Answers the server's public key with one of our own.
Result<Agreement> agree(Flow& flow, const CommonConfig& config, const ServerEcdhParams& params) {
  const auto& offered = config.policy.groups;
  const crypto::KeyExchangeGroup* group = config.provider->group(params.group);
  const bool is_offered = std::ranges::find(offered, params.group) != offered.end() && is_ecdhe_group(params.group);
  if (!is_offered || group == nullptr) {
    return std::unexpected(
        fail(ErrorCode::GroupNotOffered).at("ServerKeyExchange, namedcurve").received(to_string(params.group)));
  }
  auto answer = group->answer(config.randomness(), params.public_key);
  if (!answer) return std::unexpected(std::move(answer.error()).at("ServerKeyExchange, public"));
  flow.info().group = params.group;
  flow.emit(event::KeyAgreement{params.group, answer->share.size(), params.public_key.size()});
  flow.emit_parameters();
  return Agreement{std::move(answer->share), std::move(answer->secret), /*is_encrypted=*/false};
}

}  // namespace

Result<ExpectServerKeyExchange::Next> ExpectServerKeyExchange::handle(Flow& flow, const HandshakeMessage& message) && {
  auto exchange = ServerKeyExchange::parse(message.body);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  const CommonConfig& config = common_.config->common();
  auto proof = verify_server_key_exchange(*exchange, *leaf_key_, common_.randoms, config.policy.signature_schemes);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.info().signature_scheme = exchange->algorithm;
  flow.emit(event::HandshakeSignature{Direction::received, exchange->algorithm});
  auto agreement = agree(flow, config, exchange->params);
  if (!agreement) return std::unexpected(std::move(agreement.error()));
  common_.transcript.add(message.raw);
  return Next(ExpectRequestOrDone(std::move(common_), std::move(*agreement), chain_, *proof));
}

}  // namespace keyway::tls::client12
