#include "tls/server12/client_hello.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/server/negotiation.hpp"

namespace keyway::tls::server12 {

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return server::refused(name, *refuse);
  return send_flight(flow, *config_, hello_, choice_, std::move(std::get<answer::UseCredential>(answer).credential));
}

namespace {

Result<AfterClientHello> answer_choice(Flow& flow, AwaitAnswer::Asking asking) {
  auto& [config, hello, choice, inquiry] = asking;
  auto resumed = find_session(*config, hello, choice, inquiry);
  if (!resumed) return std::unexpected(std::move(resumed.error()));
  if (inquiry.is_open()) return AfterClientHello(AwaitAnswer(std::move(asking)));
  if (*resumed) {
    auto next = send_resumed_flight(flow, *config, hello, choice, **resumed);
    if (!next) return std::unexpected(std::move(next.error()));
    return AfterClientHello(std::move(*next));
  }
  choice.group = find_group(*config, hello);
  if (config->pauses_for_credential()) {
    return AfterClientHello(AwaitCredential(*config, std::move(hello), std::move(choice)));
  }
  auto credential = server::resolve_credential(*config, hello, ProtocolVersion::TLS1_2);
  if (!credential) return std::unexpected(std::move(credential.error()));
  return widen<AfterClientHello>(send_flight(flow, *config, hello, choice, std::move(*credential)));
}

}  // namespace

Result<AfterClientHello> answer_hello(Flow& flow, const ServerConfig& config, server::HelloInHand hello) {
  // Here a ChangeCipherSpec changes keys: none may come until there are some.
  flow.reader().allow_change_cipher_spec(false);
  auto choice = server12::choose(config, hello);
  if (!choice) return std::unexpected(std::move(choice.error()));
  return answer_choice(flow, {&config, std::move(hello), std::move(*choice)});
}

Result<AfterClientHello> AwaitAnswer::resume(Flow& flow, Answer& answer) && {
  const std::unique_ptr<Asking> asking = std::move(asking_);
  if (auto taken = asking->inquiry.take(answer, name); !taken) return std::unexpected(std::move(taken.error()));
  return answer_choice(flow, std::move(*asking));
}

}  // namespace keyway::tls::server12
