#include "tls/server/client_hello.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/server/encrypted_hello.hpp"

namespace keyway::tls::server {
namespace {

std::unexpected<Error> refused(std::string_view state, const answer::Refuse& refuse) {
  return std::unexpected(fail(ErrorCode::RejectedByApplication).at(state).alert(refuse.alert));
}

/// The client names a key from outside: answers it, or asks for another share first.
Result<AwaitCredential::Next> answer_with_psk(Flow& flow, const ServerConfig& config, HelloInHand hello, Choice choice,
                                              const NamedPsk& named) {
  using Next = AwaitCredential::Next;
  Transcript transcript(*config.common().provider->hash(choice.suite->hash));
  transcript.add(hello.raw);
  if (choice.needs_retry && named.mode != PskKeyExchangeMode::psk_ke) {
    // Which key it is to be, the second ClientHello says.
    Decision decision{&config, nullptr, {}, std::move(choice)};
    auto sent = send_hello_retry_request(flow, decision.choice, hello, transcript);
    if (!sent) return std::unexpected(std::move(sent.error()));
    return Next(ExpectSecondClientHello(std::move(decision), std::move(hello), transcript));
  }
  auto known = verify_psk(config, hello, named, nullptr);
  if (!known) return std::unexpected(std::move(known.error()));
  auto next = send_psk_flight(flow, config, choice, *known, hello, transcript, /*after_retry=*/false);
  if (!next) return std::unexpected(std::move(next.error()));
  return Next(std::move(*next));
}

/// All is decided but the proof's scheme: answers, or asks for another share first.
Result<AwaitCredential::Next> answer_hello(Flow& flow, const ServerConfig& config, HelloInHand hello, Choice choice,
                                           std::shared_ptr<const Credential> credential) {
  auto scheme = choose_scheme(config, hello, *credential);
  if (!scheme) {
    if (const auto named = find_psk(config, hello, choice)) {
      return answer_with_psk(flow, config, std::move(hello), std::move(choice), *named);
    }
    return std::unexpected(std::move(scheme.error()));
  }
  Transcript transcript(*config.common().provider->hash(choice.suite->hash));
  transcript.add(hello.raw);
  Decision decision{&config, std::move(credential), *scheme, std::move(choice)};
  if (!decision.choice.needs_retry) {
    return widen<AwaitCredential::Next>(
        send_flight(flow, std::move(decision), hello, transcript, /*after_retry=*/false));
  }
  auto sent = send_hello_retry_request(flow, decision.choice, hello, transcript);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return AwaitCredential::Next(ExpectSecondClientHello(std::move(decision), std::move(hello), transcript));
}

/// The client comes back: no credential is needed.
Result<AwaitHelloDecision::Next> resume_session(Flow& flow, const ServerConfig& config, const HelloInHand& hello,
                                                const Choice& choice, const ResumedSession& resumed) {
  Transcript transcript(*config.common().provider->hash(choice.suite->hash));
  transcript.add(hello.raw);
  return widen<AwaitHelloDecision::Next>(send_resumed_flight(flow, config, choice, resumed, hello, transcript));
}

/// RFC 8446 4.1.2: a client may leave out of its second ClientHello what does not fit the suite; the session that could
/// be gone on with, it offers again. Errors: MissingExtension, those of find_session().
Result<void> check_session_offered_again(const ServerConfig& config, const HelloInHand& first,
                                         const HelloInHand& second, const Choice& choice) {
  if (!first.extensions.pre_shared_key || second.extensions.pre_shared_key) return {};
  auto offered = find_session(config, first, choice, nullptr);
  if (!offered) return std::unexpected(std::move(offered.error()));
  if (!*offered) return {};
  return std::unexpected(
      fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension pre_shared_key, as in the first"));
}

/// After a HelloRetryRequest to a client that knew a key from outside: it names one again.
Result<ExpectFinished> answer_second_with_psk(Flow& flow, const Decision& decision, const HelloInHand& hello,
                                              const Transcript& before) {
  if (!hello.extensions.pre_shared_key) {
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension pre_shared_key, as in the first"));
  }
  const auto named = find_psk(*decision.config, hello, decision.choice);
  if (!named) {
    return std::unexpected(fail(ErrorCode::PskNotOffered)
                               .at("ClientHello, pre_shared_key")
                               .expected("the key that the first ClientHello named"));
  }
  auto known = verify_psk(*decision.config, hello, *named, &before);
  if (!known) return std::unexpected(std::move(known.error()));
  Transcript transcript = before;
  transcript.add(hello.raw);
  return send_psk_flight(flow, *decision.config, decision.choice, *known, hello, transcript, /*after_retry=*/true);
}

/// RFC 9001 8.1: no protocol, no connection.
Result<void> take_quic_offer(QuicCarrier& quic, const HelloInHand& hello, const Choice& choice) {
  const auto parameters = hello.hello.extensions.find(ExtensionType::quic_transport_parameters);
  quic.peer_parameters.emplace(parameters->begin(), parameters->end());
  if (!choice.alpn.empty()) return {};
  return std::unexpected(fail(ErrorCode::NoCommonAlpn)
                             .at("ClientHello, application_layer_protocol_negotiation")
                             .expected("a protocol, as QUIC asks for"));
}

/// The configuration stands: chooses, and asks for the credential.
Result<AwaitHelloDecision::Next> choose_and_answer(Flow& flow, const ServerConfig& config, HelloInHand hello) {
  auto version = choose_version(config, hello);
  if (!version) return std::unexpected(std::move(version.error()));
  if (*version == ProtocolVersion::TLS1_2) {
    if (config.early_data() != nullptr) flow.info().early_data = EarlyData::not_in_version;
    return widen<AwaitHelloDecision::Next>(server12::answer_hello(flow, config, std::move(hello)));
  }
  if (hello.hello.extensions.has(ExtensionType::early_data)) flow.reader().skip_early_data();
  flow.info().early_data = early_data_without_session(config, hello);
  auto choice = choose(config, hello);
  if (!choice) return std::unexpected(std::move(choice.error()));
  if (QuicCarrier* quic = flow.quic()) {
    if (auto taken = take_quic_offer(*quic, hello, *choice); !taken) return std::unexpected(std::move(taken.error()));
  }
  // Behind a HelloRetryRequest, the second ClientHello says which session it is to be.
  if (!choice->needs_retry || psk_mode(config, hello) == PskKeyExchangeMode::psk_ke) {
    auto resumed = find_session(config, hello, *choice, nullptr);
    if (!resumed) return std::unexpected(std::move(resumed.error()));
    if (*resumed) return resume_session(flow, config, hello, *choice, **resumed);
  }
  const bool is_last_resort = config.prefers_certificates() && !config.requires_psk();
  const auto named = is_last_resort ? std::nullopt : find_psk(config, hello, *choice);
  if (named) {
    return widen<AwaitHelloDecision::Next>(answer_with_psk(flow, config, std::move(hello), std::move(*choice), *named));
  }
  if (config.requires_psk()) return std::unexpected(no_common_psk(config, hello));
  if (!choice->has_group) {
    return std::unexpected(fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension key_share"));
  }
  if (config.pauses_for_credential()) {
    return AwaitHelloDecision::Next(AwaitCredential(config, std::move(hello), std::move(*choice)));
  }
  auto credential = resolve_credential(config, hello, ProtocolVersion::TLS1_3);
  if (!credential) return std::unexpected(std::move(credential.error()));
  return widen<AwaitHelloDecision::Next>(
      answer_hello(flow, config, std::move(hello), std::move(*choice), std::move(*credential)));
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
  flow.reader().allow_change_cipher_spec(true);
  flow.info().server_name = hello->server_name;
  if (config_->pauses_for_client_hello()) return Next(AwaitHelloDecision(*config_, std::move(*hello)));
  return widen<Next>(choose_and_answer(flow, *config_, std::move(*hello)));
}

Result<AwaitHelloDecision::Next> AwaitHelloDecision::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return refused(name, *refuse);
  if (const auto* use = std::get_if<answer::UseConfig>(&answer)) config_ = use->config.get();
  return choose_and_answer(flow, *config_, std::move(hello_));
}

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return refused(name, *refuse);
  return answer_hello(flow, *config_, std::move(hello_), std::move(choice_),
                      std::move(std::get<answer::UseCredential>(answer).credential));
}

Result<ExpectSecondClientHello::Next> ExpectSecondClientHello::handle(Flow& flow, const HandshakeMessage& message) && {
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto hello = HelloInHand::take(message);
  if (!hello) return std::unexpected(std::move(hello.error()));
  hello = open_second_hello(flow, first_, std::move(*hello));
  if (!hello) return std::unexpected(std::move(hello.error()));
  if (auto same = check_second_hello(first_.hello, hello->hello); !same) {
    return std::unexpected(std::move(same.error()));
  }
  if (!hello->extensions.key_share) {
    return std::unexpected(fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension key_share"));
  }
  std::size_t shares = 0;
  hello->extensions.key_share->for_each([&](const KeyShareEntry&) { ++shares; });
  if (shares != 1 || !find_share(*hello, decision_.choice.group)) {
    return std::unexpected(fail(ErrorCode::KeyShareMismatch)
                               .at("ClientHello, key_share")
                               .expected("one share of " + to_string(decision_.choice.group)));
  }
  if (auto kept = check_session_offered_again(*decision_.config, first_, *hello, decision_.choice); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  auto resumed = find_session(*decision_.config, *hello, decision_.choice, &transcript_);
  if (!resumed) return std::unexpected(std::move(resumed.error()));
  if (!*resumed && !decision_.credential) {
    auto next = answer_second_with_psk(flow, decision_, *hello, transcript_);
    if (!next) return std::unexpected(std::move(next.error()));
    return Next(std::move(*next));
  }
  transcript_.add(hello->raw);
  if (*resumed) {
    const bool is_refused =
        flow.info().early_data != EarlyData::off && first_.hello.extensions.has(ExtensionType::early_data);
    if (is_refused) flow.info().early_data = EarlyData::retried;
    auto next =
        send_resumed_flight_after_retry(flow, *decision_.config, decision_.choice, **resumed, *hello, transcript_);
    if (!next) return std::unexpected(std::move(next.error()));
    return Next(std::move(*next));
  }
  return send_flight(flow, std::move(decision_), *hello, transcript_, /*after_retry=*/true);
}

}  // namespace keyway::tls::server
