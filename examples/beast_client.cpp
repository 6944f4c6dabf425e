// An HTTPS client with Boost.Beast on Keyway's stream: fetches "/" and prints it.
//
//   example_beast_client HOST PORT ROOT.pem
#include <chrono>
#include <cstdio>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <keyway/asio.hpp>
#include <keyway/keyway.hpp>

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using net::use_awaitable;

net::awaitable<std::string> fetch(std::string host, std::string port,
                                  std::shared_ptr<const keyway::ClientConfig> config, keyway::ServerName name) {
  net::ip::tcp::resolver resolver(co_await net::this_coro::executor);
  const auto addresses = co_await resolver.async_resolve(host, port, use_awaitable);
  keyway::asio::stream<beast::tcp_stream> stream(beast::tcp_stream(co_await net::this_coro::executor), config, name);
  stream.next_layer().expires_after(std::chrono::seconds(20));  // for all that follows
  co_await stream.next_layer().async_connect(addresses, use_awaitable);
  co_await stream.async_handshake(use_awaitable);

  http::request<http::string_body> request{http::verb::get, "/", 11};
  request.set(http::field::host, host);
  co_await http::async_write(stream, request, use_awaitable);
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, use_awaitable);
  boost::system::error_code ignored;  // the response is whole, whatever becomes of the goodbye
  co_await stream.async_shutdown(net::redirect_error(use_awaitable, ignored));
  co_return response.body();
}

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: %s HOST PORT ROOT.pem\n", argv[0]), 2;
  auto trust = keyway::x509::TrustStore::from_file(argv[3]);
  if (!trust) return std::fprintf(stderr, "%s\n", trust.error().message().c_str()), 1;
  const auto config = keyway::ClientConfig::Builder()
                          .trust(std::make_shared<keyway::x509::TrustStore>(std::move(*trust)))
                          .alpn({"http/1.1"})
                          .build();
  const auto name = keyway::ServerName::parse(argv[1]);
  if (!config || !name) return std::fprintf(stderr, "no configuration, or no name\n"), 1;

  net::io_context context;
  int exit_code = 1;
  net::co_spawn(context, fetch(argv[1], argv[2], *config, *name), [&](std::exception_ptr problem, std::string page) {
    try {
      if (problem) std::rethrow_exception(problem);
      std::fwrite(page.data(), 1, page.size(), stdout);
      exit_code = 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  });
  context.run();
  return exit_code;
}
