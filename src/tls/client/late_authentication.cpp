#include "tls/client/late_authentication.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/client/certificate.hpp"
#include "tls/client/own_credential.hpp"
#include "tls/handshake/signing.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::client {
namespace {

/// RFC 8446 4.3.2: each request on a connection has a context of its own.
Result<void> check_context(const LateAuthentication& late, ByteView context) {
  if (late.contexts.size() == LateAuthentication::max_requests) {
    return std::unexpected(fail(ErrorCode::UnexpectedMessage)
                               .at("CertificateRequest, after the handshake")
                               .expected("at most " + std::to_string(LateAuthentication::max_requests) + " of them"));
  }
  const bool is_new = !context.empty() && std::ranges::none_of(late.contexts, [&](const Bytes& used) {
    return std::ranges::equal(used, context);
  });
  if (is_new) return {};
  return std::unexpected(fail(ErrorCode::InvalidValue)
                             .at("CertificateRequest, certificate_request_context")
                             .expected("one that no request had before")
                             .received(context.empty() ? "an empty one" : "one that was used"));
}

/// Sends all, with the Finished behind it.
Result<void> finish(Flow& flow, LateAnswer& late, const TrafficSecret& writing, bool is_proven) {
  Writer out(late.messages);
  write_handshake(out, Finished{writing.finished(late.transcript.hash()).view()});
  flow.info().late_authentication = is_proven ? ClientProofLater::proven : ClientProofLater::declined;
  return flow.send(late.messages);
}

/// Adds the CertificateVerify, and is done.
Result<void> prove(Flow& flow, LateAnswer& late, const TrafficSecret& writing, ByteView signature) {
  add_certificate_verify(flow, *late.wanted, signature, late.messages, late.transcript);
  flow.info().client_signature_scheme = late.wanted->scheme;
  return finish(flow, late, writing, /*is_proven=*/true);
}

/// Adds the Certificate, and goes on as far as that is possible here.
Result<void> show(Flow& flow, LateAuthentication& late, std::unique_ptr<LateAnswer> answer, Shown shown,
                  const TrafficSecret& writing) {
  if (!shown.credential) {
    Writer out(answer->messages);
    write_handshake(out, CertificateMessage{answer->context, {}});
    answer->transcript.add(answer->messages);
    return finish(flow, *answer, writing, /*is_proven=*/false);
  }
  answer->messages = shown.credential->messages().tls13_in_context(answer->context);
  answer->transcript.add(answer->messages);
  Bytes content = certificate_verify_content(Side::client, answer->transcript.hash().view());
  answer->wanted = WantedSignature{std::move(shown.credential), shown.scheme, std::move(content)};
  auto signature = sign_here(*answer->wanted);
  if (!signature) return std::unexpected(std::move(signature.error()));
  if (*signature) return prove(flow, *answer, writing, **signature);
  late.waiting = std::move(answer);
  return {};
}

}  // namespace

Result<void> answer_late_request(Flow& flow, const ClientConfig& config, LateAuthentication& late,
                                 const TrafficSecret& writing, const HandshakeMessage& message) {
  auto request = CertificateRequest::parse(message.body);
  if (!request) return std::unexpected(std::move(request.error()));
  const ByteView context = request->certificate_request_context;
  if (auto checked = check_context(late, context); !checked) return checked;
  auto placed =
      check_extensions(request->extensions, ExtensionHome::certificate_request, ExtensionSet(), "CertificateRequest");
  if (!placed) return placed;
  auto asked = take_request(request->extensions);
  if (!asked) return std::unexpected(std::move(asked.error()));
  late.contexts.emplace_back(context.begin(), context.end());
  auto answer = std::make_unique<LateAnswer>(
      LateAnswer{late.transcript, Bytes(context.begin(), context.end()), std::move(*asked)});
  answer->transcript.add(message.raw);
  if (config.pauses_for_credential()) {
    late.waiting = std::move(answer);
    return {};
  }
  auto shown = choose_credential(config, *answer->asked);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return show(flow, late, std::move(answer), std::move(*shown), writing);
}

bool LateAnswer::takes(const Answer& answer) const noexcept {
  if (!wanted) return answers_credential(answer);
  return std::holds_alternative<answer::Signature>(answer) || std::holds_alternative<answer::Refuse>(answer);
}

Result<void> resume_late_answer(Flow& flow, const ClientConfig& config, LateAuthentication& late,
                                const TrafficSecret& writing, Answer& answer) {
  auto waiting = std::move(late.waiting);
  if (waiting->wanted) {
    auto signature = take_signature(answer, LateAnswer::paused_for_signature);
    if (!signature) return std::unexpected(std::move(signature.error()));
    return prove(flow, *waiting, writing, *signature);
  }
  auto shown = take_credential(config, *waiting->asked, answer, LateAnswer::paused_for_credential);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return show(flow, late, std::move(waiting), std::move(*shown), writing);
}

}  // namespace keyway::tls::client
