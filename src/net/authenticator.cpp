#include "net/authenticator.hpp"

#include <array>
#include <string>
#include <utility>

#include <keyway/trust.hpp>

#include "net/fetch.hpp"
#include "net/http_reader.hpp"

namespace keyway::net {
namespace {

/// By the first identity that will do; else an authentic refusal (RFC 9261 6).
[[nodiscard]] Result<Bytes> prove(ExportedAuthenticators& ours, ByteView request, const FurtherIdentities& identities) {
  const auto asked = ExportedAuthenticators::asked_name(request);
  if (!asked) return std::unexpected(asked.error());
  for (const auto& identity : identities) {
    if (*asked && !x509::covers(identity->leaf().view(), **asked)) continue;
    auto proof = ours.authenticate(request, identity.get());
    if (proof) return proof;
  }
  return ours.authenticate(request, nullptr);
}

[[nodiscard]] std::string head_of_request(const Url& url, std::size_t size) {
  return "POST " + std::string(authenticator_target) + " HTTP/1.1\r\nHost: " + url.authority() +
         "\r\nUser-Agent: keyway/0.1\r\nContent-Type: " + std::string(authenticator_media_type) +
         "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

/// What came for it: the authenticator. Errors: those of the stream and of reading, HttpFailed.
[[nodiscard]] Result<Bytes> exchange(BlockingStream& stream, const Url& url, ByteView request) {
  const std::string head = head_of_request(url, request.size());
  const std::array<ByteView, 2> pieces{as_bytes(head), request};
  if (auto sent = stream.write_all(pieces); !sent) return std::unexpected(std::move(sent.error()));
  Bytes body;
  FetchOptions options;
  options.method = "POST";
  options.on_body = [&body](ByteView part) -> Result<void> {
    if (body.size() + part.size() > ExportedAuthenticators::max_size) {
      return std::unexpected(fail(ErrorCode::MessageTooLong).at("authenticator").expected("at most 131072 bytes"));
    }
    body.insert(body.end(), part.begin(), part.end());
    return {};
  };
  Response response;
  const auto read_some = [&stream](ByteSpan room) { return stream.read_some(room); };
  if (auto read = read_response(read_some, options, response); !read) return std::unexpected(std::move(read.error()));
  if (response.status == 200) return body;
  return std::unexpected(fail(ErrorCode::HttpFailed)
                             .at(authenticator_target)
                             .expected("an authenticator")
                             .received("status " + std::to_string(response.status))
                             .advice("only Keyway's servers have this resource, where they were given --also-cert"));
}

}  // namespace

SiteAnswer answer_authenticator_request(ExportedAuthenticators& ours, ByteView request,
                                        const FurtherIdentities& identities) {
  const auto proof = prove(ours, request, identities);
  if (!proof) {
    return proof.error().code() == ErrorCode::AuthenticatorReplayed
               ? error_answer(409, "This request was answered before.")
               : error_answer(400, "This is not an authenticator request (RFC 9261) that can be answered here.");
  }
  SiteAnswer answer;
  answer.fields = {{"Content-Type", std::string(authenticator_media_type)}, {"Cache-Control", "no-store"}};
  answer.text = as_text(*proof);
  answer.size = answer.text.size();
  return answer;
}

Result<AuthenticatedIdentity> prove_also(BlockingStream& stream, const Url& url, const ServerName& name,
                                         std::shared_ptr<const crypto::Provider> provider,
                                         const ExportedAuthenticators::Judge& judge) {
  ExportedAuthenticators ours(stream.connection(), std::move(provider));
  AuthenticatorWish wish;
  wish.server_name = name;
  const auto request = ours.request(wish);
  if (!request) return std::unexpected(request.error());
  const auto proof = exchange(stream, url, *request);
  if (!proof) return std::unexpected(proof.error());
  auto who = ours.validate(*request, *proof, judge);
  if (!who || !who->chain.empty()) return who;
  return std::unexpected(fail(ErrorCode::EmptyServerCertificate)
                             .at("authenticator")
                             .expected("a certificate for " + name.to_string())
                             .received("a refusal that is authentic: the server can't prove that name"));
}

}  // namespace keyway::net
