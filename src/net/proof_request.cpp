#include "net/proof_request.hpp"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/request_head.hpp"

namespace keyway::net {

namespace http = boost::beast::http;

bool asks_for_proof(const http::request_parser<http::empty_body>& head) {
  const auto& request = head.get();
  return request.method() == http::verb::post && view(request.target()) == authenticator_target &&
         request.count(http::field::host) == 1;
}

boost::asio::awaitable<ProofRequest> read_proof_request(ServerStream& stream, boost::beast::flat_buffer& buffer,
                                                        http::request_parser<http::empty_body>& head,
                                                        boost::system::error_code& error) {
  ProofRequest asked;
  // The parser's own limit is for what comes in chunks.
  const bool is_too_large = head.content_length().value_or(0) > most_authenticator_request;
  http::request_parser<http::string_body> parser(std::move(head));
  parser.body_limit(most_authenticator_request);
  if (!is_too_large) {
    co_await http::async_read(stream, buffer, parser, boost::asio::redirect_error(boost::asio::use_awaitable, error));
  }
  if (is_too_large || error) {
    asked.refusal = is_too_large || error == http::error::body_limit ? 413 : 400;
    co_return asked;
  }
  asked.version = parser.get().version();
  asked.keeps_alive = parser.get().keep_alive();
  asked.body = std::move(parser.get().body());
  co_return asked;
}

std::unique_ptr<ExportedAuthenticators> make_authenticators(const Connection& connection, const ServerConfig& config) {
  return std::make_unique<ExportedAuthenticators>(connection, config.common().provider, config.common().policy);
}

}  // namespace keyway::net
