#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <keyway/asio.hpp>
#include <keyway/blocking.hpp>

#include "testing/pair.hpp"

namespace keyway::testing {

using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;
using Stream = keyway::asio::stream<tcp::socket>;

/// Two sockets of this machine, joined.
[[nodiscard]] inline std::pair<tcp::socket, tcp::socket> join_sockets(boost::asio::io_context& context) {
  tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket client(context);
  client.connect(acceptor.local_endpoint());
  tcp::socket server = acceptor.accept();
  client.set_option(tcp::no_delay(true));
  server.set_option(tcp::no_delay(true));
  return {std::move(client), std::move(server)};
}

/// A client and a server stream, joined over loopback.
struct StreamPair {
  boost::asio::io_context& context;
  Stream client;
  Stream server;

  explicit StreamPair(boost::asio::io_context& on, std::shared_ptr<const ClientConfig> client_config = nullptr,
                      std::shared_ptr<const ServerConfig> server_config = nullptr,
                      const ServerName& name = server_name())
      : StreamPair(on, join_sockets(on), std::move(client_config), std::move(server_config), name) {}

  /// Both handshakes, to their end.
  std::pair<error_code, error_code> shake_hands() {
    std::pair<error_code, error_code> outcome;
    client.async_handshake([&](error_code error) { outcome.first = error; });
    server.async_handshake([&](error_code error) { outcome.second = error; });
    run();
    return outcome;
  }
  void run() {
    context.restart();
    context.run_for(std::chrono::seconds(20));
    ASSERT_TRUE(context.stopped()) << "something waits for ever";
  }
  /// Runs coroutines beside each other until all are done.
  template <typename... Coroutines>
  void run_all(Coroutines... coroutines) {
    (boost::asio::co_spawn(context, std::move(coroutines), rethrow), ...);
    run();
  }
  static void rethrow(std::exception_ptr problem) {
    if (problem) std::rethrow_exception(problem);
  }

 private:
  StreamPair(boost::asio::io_context& on, std::pair<tcp::socket, tcp::socket> sockets,
             std::shared_ptr<const ClientConfig> client_config, std::shared_ptr<const ServerConfig> server_config,
             const ServerName& name)
      : context(on),
        client(std::move(sockets.first), client_config ? std::move(client_config) : build(client_builder()), name),
        server(std::move(sockets.second), server_config ? std::move(server_config) : build(server_builder())) {}
};

/// All that comes until the peer's close_notify.
[[nodiscard]] inline Result<std::string> read_to_end(BlockingStream& stream) {
  std::string all;
  Bytes room(50'000);
  for (;;) {
    auto count = stream.read_some(room);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return all;
    all += as_text(ByteView(room).first(*count));
  }
}

/// Bytes that differ from place to place.
[[nodiscard]] inline std::string pattern(std::size_t size, unsigned seed) {
  std::string text(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

}  // namespace keyway::testing
