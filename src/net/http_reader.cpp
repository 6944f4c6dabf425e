#include "net/http_reader.hpp"

#include <array>
#include <optional>
#include <utility>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace keyway::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

[[nodiscard]] Error http_error(const boost::system::error_code& code) {
  return fail(ErrorCode::HttpFailed)
      .at("the server's answer")
      .received(code.message())
      .advice("is this an HTTPS server, and does it speak HTTP/1.1?");
}

/// Reads one answer from the stream, its body in pieces.
class Reader {
 public:
  Reader(const ReadSome& read_some, const FetchOptions& options) : read_some_(read_some), options_(options) {
    start_over();
  }

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
    auto count = read_some_(room);
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

  const ReadSome& read_some_;
  const FetchOptions& options_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
  std::size_t interim_answers_ = 0;
  beast::flat_buffer buffer_;
  std::array<std::uint8_t, 16384> received_{};
  std::array<std::uint8_t, 16384> part_{};
};

}  // namespace

Result<void> read_response(const ReadSome& read_some, const FetchOptions& options, Response& response) {
  return Reader(read_some, options).read(response);
}

}  // namespace keyway::net
