#include "tls/server/second_hello.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/server/encrypted_hello.hpp"
#include "tls/server/retry_cookie.hpp"

namespace keyway::tls::server {
namespace {

using Next = AwaitAnswerAfterRetry::Next;

std::unexpected<Error> missing(std::string_view expected) {
  return std::unexpected(fail(ErrorCode::MissingExtension).at("ClientHello").expected(expected));
}

/// RFC 8446 4.1.2: a client may leave out of its second ClientHello what does not fit the suite; the session that could
/// be gone on with, it offers again. Errors: MissingExtension, those of find_session().
Result<void> check_session_offered_again(Asking& asking) {
  if (!asking.first->extensions.pre_shared_key || asking.hello.extensions.pre_shared_key) return {};
  auto offered = find_session(*asking.config, *asking.first, asking.choice, nullptr, asking.inquiry);
  if (!offered) return std::unexpected(std::move(offered.error()));
  if (!*offered) return {};
  return missing("extension pre_shared_key, as in the first");
}

/// The client goes on with a session: what it sent early is lost.
Result<Next> resume_session(Flow& flow, const Asking& asking, const ResumedSession& resumed) {
  const bool is_refused =
      flow.info().early_data != EarlyData::off && asking.first->hello.extensions.has(ExtensionType::early_data);
  if (is_refused) flow.info().early_data = EarlyData::retried;
  auto next =
      send_resumed_flight_after_retry(flow, *asking.config, asking.choice, resumed, asking.hello, asking.transcript());
  if (!next) return std::unexpected(std::move(next.error()));
  return Next(std::move(*next));
}

/// The first ClientHello named a key from outside: one is named again.
Result<Next> answer_with_psk(Flow& flow, Asking asking) {
  if (!asking.hello.extensions.pre_shared_key) return missing("extension pre_shared_key, as in the first");
  auto named = find_psk(*asking.config, asking.hello, asking.choice, asking.inquiry);
  if (!named) return std::unexpected(std::move(named.error()));
  if (asking.inquiry.is_open()) return Next(AwaitAnswerAfterRetry(std::move(asking)));
  if (!*named) {
    return std::unexpected(fail(ErrorCode::PskNotOffered)
                               .at("ClientHello, pre_shared_key")
                               .expected("the key that the first ClientHello named"));
  }
  auto known = verify_psk(*asking.config, asking.hello, **named, asking.messages_before());
  if (!known) return std::unexpected(std::move(known.error()));
  auto next = send_psk_flight(flow, *asking.config, asking.choice, *known, asking.hello, asking.transcript(),
                              /*after_retry=*/true);
  if (!next) return std::unexpected(std::move(next.error()));
  return Next(std::move(*next));
}

Result<Next> answer(Flow& flow, Asking asking) {
  if (auto kept = check_session_offered_again(asking); !kept) return std::unexpected(std::move(kept.error()));
  if (asking.inquiry.is_open()) return Next(AwaitAnswerAfterRetry(std::move(asking)));
  auto resumed = find_session(*asking.config, asking.hello, asking.choice, asking.messages_before(), asking.inquiry);
  if (!resumed) return std::unexpected(std::move(resumed.error()));
  if (asking.inquiry.is_open()) return Next(AwaitAnswerAfterRetry(std::move(asking)));
  if (*resumed) return resume_session(flow, asking, **resumed);
  if (!asking.credential) return answer_with_psk(flow, std::move(asking));
  // What it hangs on is the same as in the first.
  auto scheme = choose_scheme(*asking.config, asking.hello, *asking.credential);
  if (!scheme) return std::unexpected(std::move(scheme.error()));
  const Transcript transcript = asking.transcript();
  return widen<Next>(send_flight(flow, Decision{asking.config, std::move(asking.credential), *scheme, asking.choice},
                                 asking.hello, transcript, /*after_retry=*/true));
}

}  // namespace

Result<Next> ExpectSecondClientHello::handle(Flow& flow, const HandshakeMessage& message) && {
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto hello = HelloInHand::take(message);
  if (!hello) return std::unexpected(std::move(hello.error()));
  hello = open_second_hello(flow, asked_.hello, std::move(*hello));
  if (!hello) return std::unexpected(std::move(hello.error()));
  if (auto same = check_second_hello(asked_.hello.hello, hello->hello, asked_.cookie); !same) {
    return std::unexpected(std::move(same.error()));
  }
  if (auto share = check_share(*hello, asked_.choice.group); !share) return std::unexpected(std::move(share.error()));
  return answer(flow, Asking{.config = asked_.config,
                             .hello = std::move(*hello),
                             .choice = std::move(asked_.choice),
                             .credential = std::move(asked_.credential),
                             .before = transcript_,
                             .first = std::make_unique<const HelloInHand>(std::move(asked_.hello))});
}

Result<Next> AwaitAnswerAfterRetry::resume(Flow& flow, Answer& answer) && {
  const std::unique_ptr<Asking> asking = std::move(asking_);
  if (auto taken = asking->inquiry.take(answer, name); !taken) return std::unexpected(std::move(taken.error()));
  return server::answer(flow, std::move(*asking));
}

}  // namespace keyway::tls::server
