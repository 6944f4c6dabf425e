// Early data through the streams: by names of its own, given back where it is refused, never part of other reads.

#include <array>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <keyway/blocking.hpp>

#include "net/socket.hpp"
#include "net/stream_pair.hpp"
#include "tls/connection/early_data_testing.hpp"

namespace keyway::testing {
namespace {

namespace boost_net = boost::asio;

class BlockingEarly : public ::testing::Test {
 protected:
  BlockingEarly() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
    client_end = net::Descriptor(ends[0]);
    server_end = net::Descriptor(ends[1]);
  }
  [[nodiscard]] BlockingStream client() const {
    return *BlockingStream::client(client_end.fd(), world.client, server_name());
  }
  [[nodiscard]] BlockingStream server() const { return *BlockingStream::server(server_end.fd(), world.server); }
  [[nodiscard]] static std::string read(BlockingStream& stream, std::size_t size) {
    std::string all;
    Bytes room(64);
    while (all.size() < size) {
      auto count = stream.read_some(room);
      if (!count || *count == 0) break;
      all += text(ByteView(room).first(*count));
    }
    return all;
  }

  EarlyWorld world;
  net::Descriptor client_end;
  net::Descriptor server_end;
};

TEST_F(BlockingEarly, IsReadByNameAndAnsweredBeforeTheHandshakeIsDone) {
  std::promise<void> is_answered;
  std::thread peer([&] {
    auto stream = server();
    Bytes room(4);
    std::string early;
    while (early.size() < 12) {
      const auto count = stream.read_early(room);
      ASSERT_TRUE(count && *count > 0);
      early += text(ByteView(room).first(*count));
    }
    EXPECT_EQ(early, "who is there");
    EXPECT_TRUE(stream.connection().is_handshaking());
    ASSERT_TRUE(stream.write_all(as_bytes("me")));
    is_answered.set_value();
    EXPECT_EQ(stream.read_early(room), 0U);
    EXPECT_FALSE(stream.connection().is_handshaking());
    EXPECT_EQ(read(stream, 4), "well");
  });
  auto stream = client();
  EXPECT_EQ(stream.write_early(as_bytes("who is there")), 12U);
  EXPECT_EQ(is_answered.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  ASSERT_TRUE(stream.handshake());
  EXPECT_EQ(stream.connection().info().early_data, EarlyData::accepted);
  EXPECT_EQ(read(stream, 2), "me");
  EXPECT_TRUE(stream.write_all(as_bytes("well")));
  peer.join();
}

TEST_F(BlockingEarly, ThatNobodyAskedForIsKeptApart) {
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    EXPECT_EQ(read(stream, 4), "late");
    Bytes room(64);
    EXPECT_EQ(stream.read_early(room), 5U);
    EXPECT_EQ(stream.read_early(room), 0U);
  });
  auto stream = client();
  EXPECT_EQ(stream.write_early(as_bytes("early")), 5U);
  ASSERT_TRUE(stream.handshake());
  EXPECT_TRUE(stream.write_all(as_bytes("late")));
  peer.join();
}

TEST_F(BlockingEarly, ThatIsRefusedIsGivenBack) {
  world.change_server();
  std::thread peer([&] {
    auto stream = server();
    Bytes room(64);
    EXPECT_EQ(stream.read_early(room), 0U);
    EXPECT_EQ(read(stream, 5), "again");
  });
  auto stream = client();
  EXPECT_EQ(stream.write_early(as_bytes("again")), 5U);
  ASSERT_TRUE(stream.handshake());
  const Bytes refused = stream.connection().take_refused_early_data();
  EXPECT_EQ(text(refused), "again");
  EXPECT_TRUE(stream.write_all(refused));
  peer.join();
}

TEST_F(BlockingEarly, IsNotSentWithoutASessionThatAllowsIt) {
  world = EarlyWorld(/*client_allows=*/false);
  std::thread peer([&] { EXPECT_TRUE(server().handshake()); });
  auto stream = client();
  EXPECT_EQ(stream.write_early(as_bytes("early")), 0U);
  EXPECT_TRUE(stream.handshake());
  peer.join();
}

class AsioEarly : public ::testing::Test {
 protected:
  boost_net::io_context context;
  EarlyWorld world;
};

/// What comes early until `size` bytes are there, or no more does.
awaitable<std::string> read_early(Stream& stream, std::size_t size, error_code& error) {
  std::string early;
  std::array<char, 5> room{};
  while (!error && early.size() < size) {
    const std::size_t count =
        co_await stream.async_read_early_some(boost_net::buffer(room), redirect_error(use_awaitable, error));
    early.append(room.data(), count);
  }
  co_return early;
}

TEST_F(AsioEarly, IsReadByNameAndAnsweredBeforeTheHandshakeIsDone) {
  StreamPair pair(context, world.client, world.server);
  const auto server = [&]() -> awaitable<void> {
    error_code error;
    EXPECT_EQ(co_await read_early(pair.server, 12, error), "who is there");
    EXPECT_FALSE(error);
    EXPECT_TRUE(pair.server.connection()->is_handshaking());
    co_await boost_net::async_write(pair.server, boost_net::buffer("me", 2), use_awaitable);
    EXPECT_EQ(co_await read_early(pair.server, 1, error), "");
    EXPECT_EQ(error, boost_net::error::eof);
    EXPECT_FALSE(pair.server.connection()->is_handshaking());
  };
  std::string got(2, '\0');
  const auto client = [&]() -> awaitable<void> {
    EXPECT_EQ(co_await pair.client.async_write_early_some(boost_net::buffer("who is there", 12), use_awaitable), 12U);
    co_await pair.client.async_handshake(use_awaitable);
    co_await boost_net::async_read(pair.client, boost_net::buffer(got), use_awaitable);
  };
  pair.run_all(server, client);
  EXPECT_EQ(got, "me");
  EXPECT_EQ(pair.client.connection()->info().early_data, EarlyData::accepted);
}

TEST_F(AsioEarly, ThatNobodyAskedForIsKeptApart) {
  StreamPair pair(context, world.client, world.server);
  const auto server = [&]() -> awaitable<void> {
    co_await pair.server.async_handshake(use_awaitable);
    std::string late(4, '\0');
    co_await boost_net::async_read(pair.server, boost_net::buffer(late), use_awaitable);
    EXPECT_EQ(late, "late");
    error_code error;
    EXPECT_EQ(co_await read_early(pair.server, 5, error), "early");
  };
  const auto client = [&]() -> awaitable<void> {
    co_await pair.client.async_write_early_some(boost_net::buffer("early", 5), use_awaitable);
    co_await pair.client.async_handshake(use_awaitable);
    co_await boost_net::async_write(pair.client, boost_net::buffer("late", 4), use_awaitable);
  };
  pair.run_all(server, client);
}

TEST_F(AsioEarly, ThatIsRefusedIsGivenBack) {
  world.change_server();
  StreamPair pair(context, world.client, world.server);
  const auto server = [&]() -> awaitable<void> {
    error_code error;
    EXPECT_EQ(co_await read_early(pair.server, 1, error), "");
    EXPECT_EQ(error, boost_net::error::eof);
  };
  const auto client = [&]() -> awaitable<void> {
    co_await pair.client.async_write_early_some(boost_net::buffer("again", 5), use_awaitable);
    co_await pair.client.async_handshake(use_awaitable);
  };
  pair.run_all(server, client);
  EXPECT_EQ(text(pair.client.connection()->take_refused_early_data()), "again");
}

TEST_F(AsioEarly, IsNotSentWithoutASessionThatAllowsIt) {
  world = EarlyWorld(/*client_allows=*/true, /*server_takes=*/false);
  StreamPair pair(context, world.client, world.server);
  error_code error;
  pair.client.async_write_early_some(boost_net::buffer("early", 5), [&](error_code told, std::size_t count) {
    error = told;
    EXPECT_EQ(count, 0U);
  });
  pair.run();
  EXPECT_EQ(error, ErrorCode::NotReady);
}

}  // namespace
}  // namespace keyway::testing
