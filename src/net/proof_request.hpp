#pragma once
/// \file
/// The file server's side of authenticator.hpp: the one request whose body it reads.

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <keyway/config.hpp>

#include "net/authenticator.hpp"
#include "net/server_session.hpp"

namespace keyway::net {

/// True for a POST to authenticator_target, of which the head is read.
[[nodiscard]] bool asks_for_proof(const boost::beast::http::request_parser<boost::beast::http::empty_body>& head);

struct ProofRequest {
  std::string body;
  unsigned version = 11;
  bool keeps_alive = false;
  unsigned refusal = 0;  ///< a status; 0: `body` is whole
};

/// Reads the body, of most_authenticator_request bytes at most. `head` is moved from.
[[nodiscard]] boost::asio::awaitable<ProofRequest> read_proof_request(
    ServerStream& stream, boost::beast::flat_buffer& buffer,
    boost::beast::http::request_parser<boost::beast::http::empty_body>& head, boost::system::error_code& error);

/// For a connection past its handshake.
[[nodiscard]] std::unique_ptr<ExportedAuthenticators> make_authenticators(const Connection& connection,
                                                                          const ServerConfig& config);

}  // namespace keyway::net
