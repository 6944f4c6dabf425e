#include <thread>

#include <boost/asio/detached.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/stream_pair.hpp"

namespace keyway::testing {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using BeastStream = keyway::asio::stream<beast::tcp_stream>;

static_assert(beast::is_sync_stream<BeastStream>::value);
static_assert(beast::is_async_stream<BeastStream>::value);
static_assert(std::is_same_v<decltype(std::declval<BeastStream&>().lowest_layer()), tcp::socket&>);

class UnderBeast : public ::testing::Test {
 protected:
  UnderBeast() {
    auto sockets = join_sockets(context);
    client.emplace(beast::tcp_stream(std::move(sockets.first)), build(client_builder()), server_name());
    server.emplace(beast::tcp_stream(std::move(sockets.second)), build(server_builder()));
  }

  net::io_context context;
  std::optional<BeastStream> client;
  std::optional<BeastStream> server;

  void run_all(awaitable<void> one, awaitable<void> other) {
    net::co_spawn(context, std::move(one), StreamPair::rethrow);
    net::co_spawn(context, std::move(other), StreamPair::rethrow);
    context.run_for(std::chrono::seconds(20));
    ASSERT_TRUE(context.stopped());
  }
};

TEST_F(UnderBeast, ExchangesRequestsAndResponses) {
  const std::string page = pattern(300'000, 7);
  const auto serve = [&]() -> awaitable<void> {
    co_await server->async_handshake(use_awaitable);
    beast::flat_buffer buffer;
    for (int i = 0; i < 3; ++i) {
      http::request<http::string_body> request;
      co_await http::async_read(*server, buffer, request, use_awaitable);
      http::response<http::string_body> response{http::status::ok, 11};
      response.body() = std::string(request.target()) + page;
      response.prepare_payload();
      co_await http::async_write(*server, response, use_awaitable);
    }
    co_await server->async_shutdown(use_awaitable);
  };
  int right = 0;
  const auto ask = [&]() -> awaitable<void> {
    co_await client->async_handshake(use_awaitable);
    beast::flat_buffer buffer;
    for (int i = 0; i < 3; ++i) {
      http::request<http::string_body> request{http::verb::get, "/" + std::to_string(i), 11};
      request.set(http::field::host, "shop.localhost");
      co_await http::async_write(*client, request, use_awaitable);
      http::response<http::string_body> response;
      co_await http::async_read(*client, buffer, response, use_awaitable);
      if (response.body() == "/" + std::to_string(i) + page) ++right;
    }
    co_await client->async_shutdown(use_awaitable);
  };
  run_all(serve(), ask());
  EXPECT_EQ(right, 3);
}

TEST_F(UnderBeast, GivesUpOnAPeerThatIsSilent) {
  client->next_layer().expires_after(std::chrono::milliseconds(50));
  error_code error;
  client->async_handshake([&](error_code ended) { error = ended; });
  context.run_for(std::chrono::seconds(5));
  EXPECT_EQ(error, beast::error::timeout);
}

TEST_F(UnderBeast, CarriesAWebSocketAndTearsItDown) {
  std::string got;
  error_code ended;
  const auto serve = [&]() -> awaitable<void> {
    co_await server->async_handshake(use_awaitable);
    beast::websocket::stream<BeastStream&, /*deflate*/ false> socket(*server);
    co_await socket.async_accept(use_awaitable);
    beast::flat_buffer buffer;
    co_await socket.async_read(buffer, use_awaitable);
    co_await socket.async_write(buffer.data(), use_awaitable);
    buffer.clear();
    co_await socket.async_read(buffer, redirect_error(use_awaitable, ended));
  };
  const auto ask = [&]() -> awaitable<void> {
    co_await client->async_handshake(use_awaitable);
    beast::websocket::stream<BeastStream&, /*deflate*/ false> socket(*client);
    co_await socket.async_handshake("shop.localhost", "/", use_awaitable);
    co_await socket.async_write(net::buffer("hello", 5), use_awaitable);
    beast::flat_buffer buffer;
    co_await socket.async_read(buffer, use_awaitable);
    got = beast::buffers_to_string(buffer.data());
    co_await socket.async_close(beast::websocket::close_code::normal, use_awaitable);
  };
  run_all(serve(), ask());
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(ended, beast::websocket::error::closed);
}

}  // namespace
}  // namespace keyway::testing
