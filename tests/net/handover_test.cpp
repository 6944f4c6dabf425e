// A connection that one process hands to another, with its socket: the peer notices nothing.

#include <keyway/handover.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <keyway/asio.hpp>
#include <keyway/blocking.hpp>

#include "net/socket.hpp"
#include "net/stream_pair.hpp"

namespace keyway::testing {
namespace {

using net::Descriptor;

struct HandoverCase {
  ProtocolVersion version;
  Side side;  ///< which end changes process
};

/// The end of a Unix socket that a connection is handed over by.
struct Channel {
  int fd;

  void send(int passed, ByteView bytes) const {
    alignas(::cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    std::uint32_t size = static_cast<std::uint32_t>(bytes.size());
    ::iovec part{.iov_base = &size, .iov_len = sizeof size};
    ::msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ::cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof passed);
    std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
    ASSERT_EQ(::sendmsg(fd, &message, 0), static_cast<::ssize_t>(sizeof size));
    ASSERT_EQ(::send(fd, bytes.data(), bytes.size(), 0), static_cast<::ssize_t>(bytes.size()));
  }
  std::pair<int, Bytes> receive() const {
    alignas(::cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    std::uint32_t size = 0;
    ::iovec part{.iov_base = &size, .iov_len = sizeof size};
    ::msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(fd, &message, MSG_WAITALL) != static_cast<::ssize_t>(sizeof size)) return {-1, {}};
    int passed = -1;
    std::memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof passed);
    Bytes bytes(size);
    if (::recv(fd, bytes.data(), bytes.size(), MSG_WAITALL) != static_cast<::ssize_t>(size)) return {-1, {}};
    return {passed, bytes};
  }
};

/// What both ends' processes know: made before there are two of them.
struct Setting {
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
  HandoverKey key = *HandoverKey::generate(*provider());

  explicit Setting(ProtocolVersion version) {
    const Policy policy = Policy::compatible_2026().narrowed_to({version});
    ClientConfig::Builder client_of = client_builder();
    client_of.policy(policy).allow_secret_extraction();
    client = build(std::move(client_of));
    ServerConfig::Builder server_of = server_builder();
    server_of.policy(policy).allow_secret_extraction();
    server = build(std::move(server_of));
  }
  [[nodiscard]] Result<Connection> import(Side side, ByteView bytes) const {
    return side == Side::client ? Connection::import_idle(client, key, bytes)
                                : Connection::import_idle(server, key, bytes);
  }
};

/// Answers each word with "`who`: " before it, until the peer closes.
bool echo(BlockingStream& stream, std::string_view who, std::size_t words) {
  Bytes room(1000);
  for (std::size_t i = 0; i < words; ++i) {
    const auto count = stream.read_some(room);
    if (!count) return false;
    if (*count == 0) return stream.close().has_value();
    const std::string answer = std::string(who) + ": " + std::string(as_text(ByteView(room).first(*count)));
    if (!stream.write_all(as_bytes(answer))) return false;
  }
  return true;
}

/// The process that takes over: its exit status says how it went.
[[noreturn]] void succeed(const Setting& setting, Side side, Channel channel) {
  const auto [fd, bytes] = channel.receive();
  if (fd < 0) ::_exit(2);
  auto connection = setting.import(side, bytes);
  if (!connection) ::_exit(3);
  auto stream = BlockingStream::resume(fd, std::move(*connection));
  if (setting.client->common().policy.has(ProtocolVersion::TLS1_3) && !stream.connection().update_keys(true)) {
    ::_exit(4);
  }
  ::_exit(echo(stream, "second", SIZE_MAX) ? 0 : 5);
}

class HandoverBetweenProcesses : public ::testing::TestWithParam<HandoverCase> {};

INSTANTIATE_TEST_SUITE_P(BothVersions, HandoverBetweenProcesses,
                         ::testing::Values(HandoverCase{ProtocolVersion::TLS1_3, Side::server},
                                           HandoverCase{ProtocolVersion::TLS1_3, Side::client},
                                           HandoverCase{ProtocolVersion::TLS1_2, Side::server},
                                           HandoverCase{ProtocolVersion::TLS1_2, Side::client}),
                         [](const auto& tested) {
                           return to_string(tested.param.version).substr(4, 1) + "_" +
                                  to_string(tested.param.version).substr(6) +
                                  std::string(tested.param.side == Side::client ? "Client" : "Server");
                         });

TEST_P(HandoverBetweenProcesses, IsNotNoticedByThePeer) {
  const Side moved = GetParam().side;
  const Setting setting(GetParam().version);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pipe.data()), 0);
  const ::pid_t successor = ::fork();
  ASSERT_GE(successor, 0);
  if (successor == 0) succeed(setting, moved, Channel{pipe[1]});
  ::close(pipe[1]);
  const Descriptor channel_end(pipe[0]);

  boost::asio::io_context context;
  auto sockets = join_sockets(context);
  const auto stream_of = [&](Side side, tcp::socket& socket) {
    return side == Side::client ? *BlockingStream::client(socket.native_handle(), setting.client, server_name())
                                : *BlockingStream::server(socket.native_handle(), setting.server);
  };
  std::thread first([&] {
    auto stream = stream_of(moved, sockets.first);
    ASSERT_TRUE(stream.handshake());
    ASSERT_TRUE(echo(stream, "first", 2));
    auto exported = stream.export_idle(setting.key);
    ASSERT_TRUE(exported) << exported.error().message();
    Channel{channel_end.fd()}.send(sockets.first.native_handle(), *exported);
    sockets.first.close();  // the other process has it, too
  });
  auto stream = stream_of(peer_of(moved), sockets.second);
  ASSERT_TRUE(stream.handshake());
  const auto ask = [&](std::string_view word) {
    Bytes room(1000);
    if (!stream.write_all(as_bytes(word))) return std::string("not sent");
    const auto count = stream.read_some(room);
    return count ? std::string(as_text(ByteView(room).first(*count))) : count.error().message();
  };
  EXPECT_EQ(ask("one"), "first: one");
  EXPECT_EQ(ask("two"), "first: two");
  first.join();
  EXPECT_EQ(ask("three"), "second: three");
  EXPECT_EQ(ask("four"), "second: four");
  EXPECT_TRUE(stream.close());
  int status = -1;
  ASSERT_EQ(::waitpid(successor, &status, 0), successor);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

/// `openssl s_client` as a process: words go in, and what the server says comes out.
class OpensslClient {
 public:
  OpensslClient(std::uint16_t port, ProtocolVersion version) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe(in.data()) != 0 || ::pipe(out.data()) != 0) std::abort();
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const char* const only = version == ProtocolVersion::TLS1_3 ? "-tls1_3" : "-tls1_2";
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      ::execlp("openssl", "openssl", "s_client", "-quiet", "-connect", address.c_str(), "-servername", "shop.localhost",
               only, nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    in_ = Descriptor(in[1]);
    out_ = Descriptor(out[0]);
  }
  OpensslClient(const OpensslClient&) = delete;
  OpensslClient& operator=(const OpensslClient&) = delete;
  ~OpensslClient() {
    in_.close();
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }

  [[nodiscard]] std::string ask(std::string word) const {
    if (::write(in_.fd(), word.data(), word.size()) != static_cast<::ssize_t>(word.size())) return "not written";
    std::string answer(1000, '\0');
    const ::ssize_t count = ::read(out_.fd(), answer.data(), answer.size());
    answer.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return answer;
  }

 private:
  ::pid_t process_ = -1;
  Descriptor in_;
  Descriptor out_;
};

TEST_P(HandoverBetweenProcesses, IsNotNoticedByOpenssl) {
  if (GetParam().side == Side::client) GTEST_SKIP() << "openssl is the client here";
  if (std::system("openssl version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no openssl here";
  const Setting setting(GetParam().version);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipe.data()), 0);
  const ::pid_t successor = ::fork();
  ASSERT_GE(successor, 0);
  if (successor == 0) succeed(setting, Side::server, Channel{pipe[1]});
  ::close(pipe[1]);
  const Descriptor channel_end(pipe[0]);
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  {
    const OpensslClient client(acceptor.local_endpoint().port(), GetParam().version);
    tcp::socket socket = acceptor.accept();
    std::thread first([&] {
      auto stream = *BlockingStream::server(socket.native_handle(), setting.server);
      ASSERT_TRUE(stream.handshake());
      ASSERT_TRUE(echo(stream, "first", 1));
      auto exported = stream.export_idle(setting.key);
      ASSERT_TRUE(exported) << exported.error().message();
      Channel{channel_end.fd()}.send(socket.native_handle(), *exported);
      socket.close();
    });
    EXPECT_EQ(client.ask("one\n"), "first: one\n");
    first.join();
    EXPECT_EQ(client.ask("two\n"), "second: two\n");
    EXPECT_EQ(client.ask("three\n"), "second: three\n");
  }
  int status = -1;
  ASSERT_EQ(::waitpid(successor, &status, 0), successor);
  EXPECT_TRUE(WIFEXITED(status));
}

TEST(HandoverOfStreams, WaitsForWhatWasNotRead) {
  const Setting setting(ProtocolVersion::TLS1_3);
  boost::asio::io_context context;
  auto sockets = join_sockets(context);
  std::thread peer([&] {
    auto stream = *BlockingStream::server(sockets.second.native_handle(), setting.server);
    ASSERT_TRUE(stream.handshake());
    ASSERT_TRUE(stream.write_all(as_bytes("two words")));
    Bytes room(10);
    EXPECT_TRUE(stream.read_some(room));
  });
  auto stream = *BlockingStream::client(sockets.first.native_handle(), setting.client, server_name());
  ASSERT_TRUE(stream.handshake());
  Bytes room(4);
  ASSERT_TRUE(stream.read_some(room));
  EXPECT_EQ(stream.export_idle(setting.key).error().code(), ErrorCode::NotReady);
  Bytes rest(100);
  ASSERT_TRUE(stream.read_some(rest));
  EXPECT_TRUE(stream.write_all(as_bytes("ok")));
  EXPECT_TRUE(stream.export_idle(setting.key));
  peer.join();
}

TEST(HandoverOfStreams, GoesOnInAnAsioStream) {
  const Setting setting(ProtocolVersion::TLS1_3);
  boost::asio::io_context context;
  StreamPair pair(context, setting.client, setting.server);
  const auto [client_outcome, server_outcome] = pair.shake_hands();
  ASSERT_FALSE(client_outcome || server_outcome);
  auto exported = pair.server.export_idle(setting.key);
  ASSERT_TRUE(exported) << exported.error().message();
  Stream successor(std::move(pair.server.next_layer()), *setting.import(Side::server, *exported));

  std::string got(4, '\0');
  pair.run_all(
      [&]() -> awaitable<void> {
        co_await boost::asio::async_write(pair.client, boost::asio::buffer("ping", 4), use_awaitable);
      },
      [&]() -> awaitable<void> {
        co_await boost::asio::async_read(successor, boost::asio::buffer(got), use_awaitable);
      });
  EXPECT_EQ(got, "ping");
}

}  // namespace
}  // namespace keyway::testing
