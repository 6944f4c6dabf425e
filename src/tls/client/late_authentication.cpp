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

/// Adds the Certificate and, for a credential, its CertificateVerify.
Result<void> add_proof(Flow& flow, const Shown& shown, ByteView context, Bytes& messages, Transcript& transcript) {
  if (!shown.credential) {
    Writer out(messages);
    write_handshake(out, CertificateMessage{context, {}});
    transcript.add(messages);
    return {};
  }
  messages = shown.credential->messages().tls13_in_context(context);
  transcript.add(messages);
  const WantedSignature wanted{shown.credential, shown.scheme,
                               certificate_verify_content(Side::client, transcript.hash().view())};
  auto signature = sign_here(wanted);
  if (!signature) return std::unexpected(std::move(signature.error()));
  if (!*signature) return std::unexpected(fail(ErrorCode::SigningFailed).at("CertificateVerify"));
  add_certificate_verify(flow, wanted, **signature, messages, transcript);
  flow.info().client_signature_scheme = shown.scheme;
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
  auto shown = choose_credential(config, **asked);
  if (!shown) return std::unexpected(std::move(shown.error()));
  const bool is_elsewhere = shown->credential && shown->credential->key() == nullptr;
  if (is_elsewhere) *shown = Shown{};
  late.contexts.emplace_back(context.begin(), context.end());

  Transcript transcript = late.transcript;
  transcript.add(message.raw);
  Bytes messages;
  if (auto added = add_proof(flow, *shown, context, messages, transcript); !added) return added;
  Writer out(messages);
  write_handshake(out, Finished{writing.finished(transcript.hash()).view()});
  flow.info().late_authentication = shown->credential ? ClientProofLater::proven : ClientProofLater::declined;
  return flow.send(messages);
}

}  // namespace keyway::tls::client
