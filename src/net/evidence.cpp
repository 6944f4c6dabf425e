#include "net/evidence.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "net/http_reader.hpp"
#include "net/plain_stream.hpp"
#include "net/url.hpp"

namespace keyway::net {
namespace {

using std::chrono::steady_clock;

/// One exchange, and what is left of the time for it.
struct Request {
  const x509::Fetch& wanted;
  const std::optional<CachedEvidence>& cached;
  const EvidenceOptions& options;
  steady_clock::time_point deadline;
};

struct Answer {
  Response response;
  Bytes body;
};

[[nodiscard]] std::string request_text(const Url& url, const Request& request) {
  const bool is_post = !request.wanted.body.empty();
  std::string text = (is_post ? "POST " : "GET ") + url.target + " HTTP/1.1\r\nHost: " + url.authority() +
                     "\r\nUser-Agent: keyway/0.1\r\nAccept: */*\r\nConnection: close\r\n";
  if (is_post) {
    text += "Content-Type: application/ocsp-request\r\nContent-Length: " + std::to_string(request.wanted.body.size()) +
            "\r\n";
  }
  if (request.cached && !request.cached->etag.empty()) text += "If-None-Match: " + request.cached->etag + "\r\n";
  if (request.cached && !request.cached->last_modified.empty()) {
    text += "If-Modified-Since: " + request.cached->last_modified + "\r\n";
  }
  return text + "\r\n";
}

[[nodiscard]] Error too_long(const x509::Fetch& wanted) {
  return fail(ErrorCode::HttpFailed)
      .at(printable(wanted.url))
      .expected("at most " + std::to_string(wanted.max_size) + " bytes")
      .received("more");
}

[[nodiscard]] Result<Answer> exchange(const Url& url, const Request& request) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(request.deadline - steady_clock::now());
  if (left.count() <= 0) return std::unexpected(fail(ErrorCode::TimedOut).at(url.authority()));
  ConnectOptions connect = request.options.connect;
  connect.timeout = std::min(connect.timeout, left);
  auto tcp = connect_tcp(url.host, url.port, connect);
  if (!tcp) return std::unexpected(std::move(tcp.error()));
  const PlainStream stream(std::move(tcp->socket), request.deadline);
  std::string text = request_text(url, request);
  text += as_text(request.wanted.body);
  if (auto sent = stream.write_all(as_bytes(text)); !sent) return std::unexpected(std::move(sent.error()));

  Answer answer;
  FetchOptions options;
  options.on_body = [&](ByteView part) -> Result<void> {
    if (part.size() > request.wanted.max_size - answer.body.size()) return std::unexpected(too_long(request.wanted));
    answer.body.insert(answer.body.end(), part.begin(), part.end());
    return {};
  };
  const auto read_some = [&](ByteSpan room) { return stream.read_some(room); };
  if (auto read = read_response(read_some, options, answer.response); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return answer;
}

[[nodiscard]] bool is_redirect(unsigned status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Follows redirects, a few, to http URLs alone; a POST is not sent on.
[[nodiscard]] Result<Answer> exchange_following(const Request& request) {
  auto url = Url::parse_http(request.wanted.url);
  if (!url) return std::unexpected(std::move(url.error()));
  for (std::size_t redirects = 0;; ++redirects) {
    auto answer = exchange(*url, request);
    if (!answer || !is_redirect(answer->response.status) || !request.wanted.body.empty()) return answer;
    if (redirects == request.options.max_redirects) {
      return std::unexpected(fail(ErrorCode::HttpFailed).at(url->authority()).received("too many redirects"));
    }
    auto next = url->resolve(answer->response.field("Location").value_or(""));
    if (!next) return std::unexpected(std::move(next.error()).at("the redirect of " + url->authority()));
    url = std::move(next);
  }
}

}  // namespace

EvidenceFetcher::EvidenceFetcher(EvidenceOptions options, std::unique_ptr<EvidenceCache> cache)
    : options_(std::move(options)), cache_(std::move(cache)) {}

Obtained EvidenceFetcher::ask(const x509::Fetch& wanted, const std::optional<CachedEvidence>& cached, Time now) {
  auto answer = exchange_following({wanted, cached, options_, steady_clock::now() + options_.timeout});
  if (!answer) return {{}, false, answer.error().message()};
  const Response& response = answer->response;
  CachedEvidence evidence;
  Obtained obtained;
  if (response.status == 304 && cached) {
    evidence = *cached;
    obtained.is_cached = true;
  } else if (response.status == 200 && !answer->body.empty()) {
    const auto until = valid_until(wanted.kind, answer->body, now);
    evidence = {std::move(answer->body), response.field("ETag").value_or(""),
                response.field("Last-Modified").value_or(""), now, until.value_or(now)};
    // What says nothing of how long it holds, or is not what was asked for, is used and not kept.
    if (!until) return {std::move(evidence.bytes), false, {}};
  } else {
    return {{}, false, "the server answered with status " + std::to_string(response.status)};
  }
  evidence.asked_at = now;
  // A cache that can't be written is no reason to know less.
  if (cache_) static_cast<void>(cache_->keep(wanted, evidence));
  obtained.bytes = std::move(evidence.bytes);
  return obtained;
}

Obtained EvidenceFetcher::fetch(const x509::Fetch& wanted, Time now) {
  auto cached = cache_ ? cache_->find(wanted) : std::nullopt;
  const bool is_young = cached && cached->asked_at <= now && now - cached->asked_at < options_.unasked;
  if (is_young && now <= cached->valid_until) return {std::move(cached->bytes), true, {}};
  Obtained obtained = ask(wanted, cached, now);
  // Nobody there: what is still in force is still the truth.
  if (obtained.bytes.empty() && cached && cached->asked_at <= now && now <= cached->valid_until) {
    return {std::move(cached->bytes), true, {}};
  }
  return obtained;
}

std::vector<x509::Fetched> EvidenceFetcher::fetch_all(std::span<const x509::Fetch> wanted, Time now) {
  const auto deadline = steady_clock::now() + options_.total_timeout;
  std::vector<x509::Fetched> all;
  for (const x509::Fetch& one : wanted) {
    Obtained obtained;
    if (steady_clock::now() < deadline) {
      obtained = fetch(one, now);
    } else {
      obtained.why_not = "there was no time left for it";
    }
    std::string line = std::string(x509::to_string(one.kind)) + " from " + printable(one.url) + ": ";
    if (obtained.bytes.empty()) {
      line += obtained.why_not;
    } else {
      line += std::to_string(obtained.bytes.size()) + " bytes" + (obtained.is_cached ? ", from the cache" : "");
    }
    story_.push_back(std::move(line));
    all.push_back({one, std::move(obtained.bytes)});
  }
  return all;
}

}  // namespace keyway::net
