#include "tls/server/client_hello.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/server/encrypted_hello.hpp"
#include "tls/server/retry_cookie.hpp"

namespace keyway::tls::server {
namespace {

/// All but what TLS 1.2 and the application's decision on the ClientHello bring.
using AfterHello = AwaitAnswer::Next;

Result<AwaitCredential::Next> ask_for_another_share(Flow& flow, Asking asking) {
  if (asking.config->stateless_retry() != nullptr) {
    auto cookie = make_cookie(asking);
    if (!cookie) return std::unexpected(std::move(cookie.error()));
    asking.cookie = std::move(*cookie);
  }
  Transcript transcript = asking.transcript();
  auto sent = send_hello_retry_request(flow, asking.choice, asking.hello, transcript, asking.cookie);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return Result<AwaitCredential::Next>(std::in_place, std::in_place_type<ExpectSecondClientHello>, std::move(asking),
                                       transcript);
}

/// The client names a key from outside: answers it, or asks for another share first.
Result<AwaitCredential::Next> answer_with_psk(Flow& flow, Asking asking, const NamedPsk& named) {
  if (asking.choice.needs_retry && named.mode != PskKeyExchangeMode::psk_ke) {
    asking.credential = nullptr;  // which key it is to be, the second ClientHello says
    return ask_for_another_share(flow, std::move(asking));
  }
  auto known = verify_psk(*asking.config, asking.hello, named, asking.messages_before());
  if (!known) return std::unexpected(std::move(known.error()));
  auto next = send_psk_flight(flow, *asking.config, asking.choice, *known, asking.hello, asking.transcript(),
                              asking.before.has_value());
  if (!next) return std::unexpected(std::move(next.error()));
  return AwaitCredential::Next(std::move(*next));
}

/// All is decided but the proof's scheme: answers, or asks for another share first.
Result<AwaitCredential::Next> answer_hello(Flow& flow, Asking asking) {
  auto scheme = choose_scheme(*asking.config, asking.hello, *asking.credential);
  if (!scheme) {
    auto named = find_psk(*asking.config, asking.hello, asking.choice, asking.inquiry);
    if (!named) return std::unexpected(std::move(named.error()));
    if (asking.inquiry.is_open()) return AwaitCredential::Next(AwaitAnswer(std::move(asking)));
    if (*named) return answer_with_psk(flow, std::move(asking), **named);
    return std::unexpected(std::move(scheme.error()));
  }
  if (asking.choice.needs_retry) return ask_for_another_share(flow, std::move(asking));
  const Transcript transcript = asking.transcript();
  return widen<AwaitCredential::Next>(
      send_flight(flow, Decision{asking.config, std::move(asking.credential), *scheme, std::move(asking.choice)},
                  asking.hello, transcript, asking.before.has_value()));
}

/// The client comes back: no credential is needed.
Result<AfterHello> resume_session(Flow& flow, Asking asking, const ResumedSession& resumed) {
  if (asking.before) {
    auto next = send_resumed_flight_after_retry(flow, *asking.config, asking.choice, resumed, asking.hello,
                                                asking.transcript());
    if (!next) return std::unexpected(std::move(next.error()));
    return AfterHello(std::move(*next));
  }
  const auto judged = judge_early_data(*asking.config, asking.hello, asking.choice, resumed, asking.inquiry);
  if (asking.inquiry.is_open()) return AfterHello(AwaitAnswer(std::move(asking)));
  return widen<AfterHello>(
      send_resumed_flight(flow, *asking.config, asking.choice, resumed, judged, asking.hello, asking.transcript()));
}

/// It is known what the client could be answered with: finds out what it is to be.
Result<AfterHello> answer_choice(Flow& flow, Asking asking) {
  const ServerConfig& config = *asking.config;
  // Behind a HelloRetryRequest, the second ClientHello says which session it is to be.
  if (!asking.choice.needs_retry || psk_mode(config, asking.hello) == PskKeyExchangeMode::psk_ke) {
    auto resumed = find_session(config, asking.hello, asking.choice, asking.messages_before(), asking.inquiry);
    if (!resumed) return std::unexpected(std::move(resumed.error()));
    if (asking.inquiry.is_open()) return AfterHello(AwaitAnswer(std::move(asking)));
    if (*resumed) return resume_session(flow, std::move(asking), **resumed);
  }
  const bool is_last_resort = config.prefers_certificates() && !config.requires_psk();
  auto named = is_last_resort ? Result<std::optional<NamedPsk>>(std::nullopt)
                              : find_psk(config, asking.hello, asking.choice, asking.inquiry);
  if (!named) return std::unexpected(std::move(named.error()));
  if (asking.inquiry.is_open()) return AfterHello(AwaitAnswer(std::move(asking)));
  if (*named) return widen<AfterHello>(answer_with_psk(flow, std::move(asking), **named));
  if (config.requires_psk()) return std::unexpected(no_common_psk(config, asking.hello));
  if (!asking.choice.has_group) {
    return std::unexpected(fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension key_share"));
  }
  if (config.pauses_for_credential()) return AfterHello(AwaitCredential(std::move(asking)));
  auto credential = resolve_credential(config, asking.hello, ProtocolVersion::TLS1_3);
  if (!credential) return std::unexpected(std::move(credential.error()));
  asking.credential = std::move(*credential);
  return widen<AfterHello>(answer_hello(flow, std::move(asking)));
}

/// RFC 9001 8.1: no protocol, no connection.
Result<void> check_quic_protocol(const Choice& choice) {
  if (!choice.alpn.empty()) return {};
  return std::unexpected(fail(ErrorCode::NoCommonAlpn)
                             .at("ClientHello, application_layer_protocol_negotiation")
                             .expected("a protocol, as QUIC asks for"));
}

/// The configuration stands: chooses, and asks for the credential.
Result<AwaitHelloDecision::Next> choose_and_answer(Flow& flow, const ServerConfig& config, HelloInHand hello,
                                                   Bytes client_address) {
  auto version = choose_version(config, hello);
  if (!version) return std::unexpected(std::move(version.error()));
  if (*version == ProtocolVersion::TLS1_2) {
    if (config.early_data() != nullptr) flow.info().early_data = EarlyData::not_in_version;
    return widen<AwaitHelloDecision::Next>(server12::answer_hello(flow, config, std::move(hello)));
  }
  flow.info().early_data = early_data_without_session(config, hello);
  auto choice = choose(config, hello);
  if (!choice) return std::unexpected(std::move(choice.error()));
  if (flow.quic() != nullptr) {
    if (auto fits = check_quic_protocol(*choice); !fits) return std::unexpected(std::move(fits.error()));
  }
  Asking asking{.config = &config,
                .hello = std::move(hello),
                .choice = std::move(*choice),
                .client_address = std::move(client_address)};
  if (config.stateless_retry() != nullptr && asking.hello.extensions.cookie) {
    auto before = recall_messages(asking);
    if (!before) return std::unexpected(std::move(before.error()));
    asking.before = *before;
    flow.info().after_hello_retry_request = true;
  }
  // Behind a second ClientHello there is none to pass over (RFC 8446 4.2.10).
  const bool may_send_early = !asking.before && asking.hello.hello.extensions.has(ExtensionType::early_data);
  if (may_send_early) flow.reader().skip_early_data();
  return widen<AwaitHelloDecision::Next>(answer_choice(flow, std::move(asking)));
}

}  // namespace

Result<ExpectClientHello::Next> ExpectClientHello::handle(Flow& flow, const HandshakeMessage& message) && {
  // Judged before anything is answered: then the alert is one that the client can read.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto hello = HelloInHand::take(message);
  if (!hello) return std::unexpected(std::move(hello.error()));
  hello = open_first_hello(flow, *config_, std::move(*hello));
  if (!hello) return std::unexpected(std::move(hello.error()));
  if (auto fits = check_carriage(hello->hello, flow.quic() != nullptr); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  if (QuicCarrier* quic = flow.quic()) {
    const auto parameters = hello->hello.extensions.find(ExtensionType::quic_transport_parameters);
    quic->peer_parameters.emplace(parameters->begin(), parameters->end());
  }
  flow.reader().allow_change_cipher_spec(true);
  flow.info().server_name = hello->server_name;
  if (config_->pauses_for_client_hello()) {
    return Next(AwaitHelloDecision(*config_, std::move(*hello), std::move(client_address_)));
  }
  return widen<Next>(choose_and_answer(flow, *config_, std::move(*hello), std::move(client_address_)));
}

Result<AwaitHelloDecision::Next> AwaitHelloDecision::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return refused(name, *refuse);
  if (const auto* use = std::get_if<answer::UseConfig>(&answer)) config_ = use->config.get();
  return choose_and_answer(flow, *config_, std::move(hello_), std::move(client_address_));
}

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return refused(name, *refuse);
  asking_.credential = std::move(std::get<answer::UseCredential>(answer).credential);
  return answer_hello(flow, std::move(asking_));
}

Result<AwaitAnswer::Next> AwaitAnswer::resume(Flow& flow, Answer& answer) && {
  const std::unique_ptr<Asking> asking = std::move(asking_);
  if (auto taken = asking->inquiry.take(answer, name); !taken) return std::unexpected(std::move(taken.error()));
  if (asking->credential) return widen<Next>(answer_hello(flow, std::move(*asking)));
  return answer_choice(flow, std::move(*asking));
}

}  // namespace keyway::tls::server
