// A server on Boost.Asio, with coroutines, many clients at once: sends back what it is sent.
//
//   example_server_asio_coroutine CHAIN.pem KEY.pem [PORT]
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <keyway/asio.hpp>
#include <keyway/keyway.hpp>

namespace net = boost::asio;
using boost::system::error_code;
using net::redirect_error;
using net::use_awaitable;
using net::ip::tcp;
using Config = std::shared_ptr<const keyway::ServerConfig>;

net::awaitable<void> echo(tcp::socket socket, Config config) {
  keyway::asio::stream<tcp::socket> stream(std::move(socket), config);
  error_code error;
  co_await stream.async_handshake(redirect_error(use_awaitable, error));
  std::array<char, 4096> buffer{};
  while (!error) {
    const std::size_t count =
        co_await stream.async_read_some(net::buffer(buffer), redirect_error(use_awaitable, error));
    if (count == 0) break;
    co_await net::async_write(stream, net::buffer(buffer, count), redirect_error(use_awaitable, error));
  }
  if (error == net::error::eof) {  // the peer has said all; so have we
    co_await stream.async_shutdown(redirect_error(use_awaitable, error));
  } else if (stream.error() != nullptr) {
    std::fprintf(stderr, "%s\n", stream.error()->message().c_str());
  }
}

net::awaitable<void> listen(tcp::acceptor acceptor, Config config) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    net::co_spawn(acceptor.get_executor(), echo(std::move(socket), config), net::detached);
  }
}

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: %s CHAIN.pem KEY.pem [PORT]\n", argv[0]), 2;
  const auto provider = keyway::crypto::make_provider();
  if (!provider) return std::fprintf(stderr, "%s\n", provider.error().message().c_str()), 1;
  const auto credential = keyway::Credential::from_files(argv[1], argv[2], **provider);
  if (!credential) return std::fprintf(stderr, "%s\n", credential.error().message().c_str()), 1;
  const auto config = keyway::ServerConfig::Builder().provider(*provider).add_credential(*credential).build();
  if (!config) return std::fprintf(stderr, "%s\n", config.error().message().c_str()), 1;

  net::io_context context{1};
  const auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 0);
  tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), port});
  std::printf("listening on %u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  net::co_spawn(context, listen(std::move(acceptor), *config), net::detached);
  context.run();
}
