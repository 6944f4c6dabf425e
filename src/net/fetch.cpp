#include "net/fetch.hpp"

#include <algorithm>
#include <utility>

#include <boost/beast/core/string.hpp>

#include <keyway/blocking.hpp>

#include "core/text.hpp"
#include "net/http_reader.hpp"

namespace keyway::net {
namespace {

namespace beast = boost::beast;
using std::chrono::steady_clock;

[[nodiscard]] std::string request_text(const Url& url, const FetchOptions& options) {
  return options.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority() +
         "\r\nUser-Agent: keyway/0.1\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

void tell_tls(const BlockingStream& stream, Response& response) {
  const Connection& connection = stream.connection();
  response.tls = connection.info();
  response.is_in_kernel = stream.kernel_tls_active();
  if (const x509::Verdict* verdict = connection.verdict()) response.verdict = *verdict;
  response.peer_chain = connection.peer_chain();
}

}  // namespace

std::optional<std::string> Response::field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [name](const auto& field) {
    return beast::iequals({field.first.data(), field.first.size()}, {name.data(), name.size()});
  });
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

Result<Response> fetch(const Url& url, std::shared_ptr<const ClientConfig> config, const FetchOptions& options) {
  const auto start = steady_clock::now();
  auto tcp = connect_tcp(url.host, url.port, options.connect);
  if (!tcp) return std::unexpected(std::move(tcp.error()));
  if (options.on_connected) options.on_connected(*tcp);

  const BlockingTimeouts timeouts{.handshake = options.handshake_timeout,
                                  .read = options.stall_timeout,
                                  .write = options.stall_timeout,
                                  .close = std::chrono::milliseconds(200)};
  auto stream = BlockingStream::client(tcp->socket.fd(), std::move(config), url.host, timeouts,
                                       {.id = 0, .observer = options.observer});
  if (!stream) return std::unexpected(std::move(stream.error()));
  stream->use_kernel_tls(options.kernel_tls);
  if (options.on_pause) stream->on_pause(options.on_pause);
  const std::string request = request_text(url, options);
  const auto shaking = steady_clock::now();
  std::size_t sent_early = 0;
  // Half a request is of no use to the server, and whole it is one that may come twice.
  if (options.sends_early && stream->connection().early_data_left() >= request.size()) {
    auto sent = stream->write_early(as_bytes(request));
    if (!sent) return std::unexpected(std::move(sent.error()).at("while the request was sent early"));
    sent_early = *sent;
  }
  if (auto done = stream->handshake(); !done) {
    if (options.on_refused) options.on_refused(stream->connection());
    return std::unexpected(std::move(done.error()).at(url.authority() + " (" + tcp->address + ")"));
  }

  Response response;
  response.address = tcp->address;
  response.resolved_in = tcp->resolved_in;
  response.connected_in = tcp->connected_in;
  response.handshake_in = time_since(shaking);
  tell_tls(*stream, response);
  if (options.on_established) {
    if (auto done = options.on_established(*stream); !done) {
      return std::unexpected(std::move(done.error()).at(url.authority() + " (" + tcp->address + ")"));
    }
  }
  // What was refused is sent again, now that the server has proved itself.
  if (!stream->connection().take_refused_early_data().empty()) sent_early = 0;
  if (auto sent = stream->write_all(as_bytes(request).subspan(sent_early)); !sent) {
    return std::unexpected(std::move(sent.error()).at("while the request was sent"));
  }
  const auto read_some = [&](ByteSpan room) { return stream->read_some(room); };
  if (auto read = read_response(read_some, options, response); !read) return std::unexpected(std::move(read.error()));
  tell_tls(*stream, response);  // the server may have asked for a certificate meanwhile
  // The answer is whole: what the server does now is of no matter.
  static_cast<void>(stream->close_sending());
  response.total = time_since(start);
  return response;
}

}  // namespace keyway::net
