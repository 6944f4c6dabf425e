#include "tls/server12/client_hello.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/server/negotiation.hpp"

namespace keyway::tls::server12 {

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) {
    return std::unexpected(fail(ErrorCode::RejectedByApplication).at(name).alert(refuse->alert));
  }
  return send_flight(flow, *config_, hello_, choice_, std::move(std::get<answer::UseCredential>(answer).credential));
}

Result<std::variant<AwaitCredential, AwaitSignature, ExpectCertificate, ExpectClientKeyExchange>> answer_hello(
    Flow& flow, const ServerConfig& config, server::HelloInHand hello) {
  using Next = std::variant<AwaitCredential, AwaitSignature, ExpectCertificate, ExpectClientKeyExchange>;
  // Here a ChangeCipherSpec changes keys: none may come until there are some.
  flow.reader().allow_change_cipher_spec(false);
  auto choice = server12::choose(config, hello);
  if (!choice) return std::unexpected(std::move(choice.error()));
  if (config.pauses_for_credential()) return Next(AwaitCredential(config, std::move(hello), std::move(*choice)));
  auto credential = server::resolve_credential(config, hello, ProtocolVersion::TLS1_2);
  if (!credential) return std::unexpected(std::move(credential.error()));
  return widen<Next>(send_flight(flow, config, hello, *choice, std::move(*credential)));
}

}  // namespace keyway::tls::server12
