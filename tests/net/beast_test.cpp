#include <future>

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

namespace boost_net = boost::asio;
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

  boost_net::io_context context;
  std::optional<BeastStream> client;
  std::optional<BeastStream> server;

  /// The client's coroutine here, beside the server's blocking calls on a thread of their own.
  template <typename Serve>
  void run_all(Serve serve, awaitable<void> ask) {
    std::future<void> serving = std::async(std::launch::async, serve);
    std::exception_ptr problem;
    boost_net::co_spawn(context, std::move(ask), [&](std::exception_ptr ended) { problem = ended; });
    context.run_for(std::chrono::seconds(20));
    const bool was_done = context.stopped();
    client->lowest_layer().close();  // whatever went wrong, the server waits no longer
    if (problem) std::rethrow_exception(problem);
    serving.get();
    ASSERT_TRUE(was_done) << "something waits for ever";
  }
};

TEST_F(UnderBeast, ExchangesRequestsAndResponses) {
  const std::string page = pattern(300'000, 7);
  const auto serve = [&] {
    server->handshake();
    beast::flat_buffer buffer;
    for (int i = 0; i < 3; ++i) {
      http::request<http::string_body> request;
      http::read(*server, buffer, request);
      http::response<http::string_body> response{http::status::ok, 11};
      response.body() = std::string(request.target()) + page;
      response.prepare_payload();
      http::write(*server, response);
    }
    server->shutdown();
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
  run_all(serve, ask());
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
  const auto serve = [&] {
    server->handshake();
    beast::websocket::stream<BeastStream&, /*deflate*/ false> socket(*server);
    socket.accept();
    beast::flat_buffer buffer;
    socket.read(buffer);
    socket.write(buffer.data());
    buffer.clear();
    socket.read(buffer, ended);
  };
  const auto ask = [&]() -> awaitable<void> {
    co_await client->async_handshake(use_awaitable);
    beast::websocket::stream<BeastStream&, /*deflate*/ false> socket(*client);
    co_await socket.async_handshake("shop.localhost", "/", use_awaitable);
    co_await socket.async_write(boost_net::buffer("hello", 5), use_awaitable);
    beast::flat_buffer buffer;
    co_await socket.async_read(buffer, use_awaitable);
    got = beast::buffers_to_string(buffer.data());
    co_await socket.async_close(beast::websocket::close_code::normal, use_awaitable);
  };
  run_all(serve, ask());
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(ended, beast::websocket::error::closed);
}

}  // namespace
}  // namespace keyway::testing
