#include "net/fetch.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <keyway/blocking.hpp>

#include "core/text.hpp"

namespace keyway::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using std::chrono::steady_clock;

[[nodiscard]] std::chrono::microseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start);
}

[[nodiscard]] Error http_error(const boost::system::error_code& code) {
  return fail(ErrorCode::HttpFailed)
      .at("the server's answer")
      .received(code.message())
      .advice("is this an HTTPS server, and does it speak HTTP/1.1?");
}

[[nodiscard]] std::string request_text(const Url& url, const FetchOptions& options) {
  return options.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority() +
         "\r\nUser-Agent: keyway/0.1\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

/// Reads one answer from the stream, its body in pieces.
class Reader {
 public:
  Reader(BlockingStream& stream, const FetchOptions& options) : stream_(stream), options_(options) { start_over(); }

  [[nodiscard]] Result<void> read(Response& response) {
    if (auto head = read_head(); !head) return head;
    fill_head(response);
    while (!parser_->is_done()) {
      if (auto part = read_part(response); !part) return part;
    }
    return {};
  }

 private:
  void start_over() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(options_.max_head));
    parser_->body_limit(boost::none);
    parser_->skip(options_.method == "HEAD");
  }

  /// Interim answers are passed over (RFC 9110 15.2), a few of them.
  [[nodiscard]] bool passes_over_interim_answer() {
    const unsigned status = parser_->get().result_int();
    if (status < 100 || status >= 200 || status == 101 || ++interim_answers_ > 16) return false;
    start_over();
    return true;
  }

  [[nodiscard]] Result<void> read_head() {
    while (!parser_->is_header_done()) {
      boost::system::error_code error;
      const std::size_t used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (error && error != http::error::need_more) return std::unexpected(http_error(error));
      if (parser_->is_header_done() && !passes_over_interim_answer()) break;
      if (used != 0 && buffer_.size() != 0) continue;
      if (auto more = read_more(); !more) return more;
    }
    return {};
  }

  void fill_head(Response& response) {
    const auto& message = parser_->get();
    response.status = message.result_int();
    response.reason = std::string(message.reason());
    for (const auto& field : message) {
      response.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    if (!options_.on_head) return;
    const auto length = parser_->content_length();
    options_.on_head(response.status, length ? std::optional<std::uint64_t>(*length) : std::nullopt);
  }

  [[nodiscard]] Result<void> read_part(Response& response) {
    auto& body = parser_->get().body();
    body.data = part_.data();
    body.size = part_.size();
    boost::system::error_code error;
    const std::size_t used = buffer_.size() == 0 ? 0 : parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == http::error::need_buffer) error = {};
    if (error && error != http::error::need_more) return std::unexpected(http_error(error));
    const std::size_t got = part_.size() - body.size;
    response.body_bytes += got;
    if (got != 0 && options_.on_body) {
      if (auto taken = options_.on_body(ByteView(part_).first(got)); !taken) return taken;
    }
    if (parser_->is_done() || got != 0 || (used != 0 && buffer_.size() != 0)) return {};
    return read_more();
  }

  [[nodiscard]] Result<void> read_more() {
    const std::span<std::uint8_t> room(received_);
    auto count = stream_.read_some(room);
    if (!count) return std::unexpected(std::move(count.error()).at("while the answer was read"));
    if (*count == 0) return end_of_stream();
    const auto space = buffer_.prepare(*count);
    buffer_.commit(boost::asio::buffer_copy(space, boost::asio::buffer(received_.data(), *count)));
    return {};
  }
  /// A clean end: fine where nothing else says how long the body is.
  [[nodiscard]] Result<void> end_of_stream() {
    boost::system::error_code error;
    // Beast's parser can't be told of an end before it has seen a byte.
    const bool has_head = parser_->is_header_done();
    if (has_head) parser_->put_eof(error);
    if (has_head && !error && parser_->is_done()) return {};
    return std::unexpected(fail(ErrorCode::HttpFailed)
                               .at("the server's answer")
                               .received("an end before the answer was complete")
                               .advice("try again; the server closed the connection too early"));
  }

  BlockingStream& stream_;
  const FetchOptions& options_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
  std::size_t interim_answers_ = 0;
  beast::flat_buffer buffer_;
  std::array<std::uint8_t, 16384> received_{};
  std::array<std::uint8_t, 16384> part_{};
};

void tell_tls(const BlockingStream& stream, Response& response) {
  const Connection& connection = stream.connection();
  response.tls = connection.info();
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
  const auto shaking = steady_clock::now();
  if (auto done = stream->handshake(); !done) {
    return std::unexpected(std::move(done.error()).at(url.authority() + " (" + tcp->address + ")"));
  }

  Response response;
  response.address = tcp->address;
  response.resolved_in = tcp->resolved_in;
  response.connected_in = tcp->connected_in;
  response.handshake_in = since(shaking);
  tell_tls(*stream, response);
  if (auto sent = stream->write_all(as_bytes(request_text(url, options))); !sent) {
    return std::unexpected(std::move(sent.error()).at("while the request was sent"));
  }
  Reader reader(*stream, options);
  if (auto read = reader.read(response); !read) return std::unexpected(std::move(read.error()));
  // The answer is whole: what the server does now is of no matter.
  static_cast<void>(stream->close_sending());
  response.total = since(start);
  return response;
}

}  // namespace keyway::net
