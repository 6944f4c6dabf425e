#include <keyway/blocking.hpp>

#include <array>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/socket.hpp"
#include "net/stream_pair.hpp"
#include "testing/client_identity.hpp"

namespace keyway::testing {
namespace {

using net::Descriptor;

class Blocking : public ::testing::Test {
 protected:
  Blocking() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
    client_end = Descriptor(ends[0]);
    server_end = Descriptor(ends[1]);
  }
  [[nodiscard]] BlockingStream client(const BlockingTimeouts& timeouts = {}) const {
    return *BlockingStream::client(client_end.fd(), build(client_builder()), server_name(), timeouts);
  }
  [[nodiscard]] BlockingStream server(const BlockingTimeouts& timeouts = {}) const {
    return *BlockingStream::server(server_end.fd(), build(server_builder()), timeouts);
  }

  Descriptor client_end;
  Descriptor server_end;
};

TEST_F(Blocking, CarriesMegabytesAndClosesCleanly) {
  const std::string text = pattern(5'000'000, 1);
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    auto got = read_to_end(stream);
    ASSERT_TRUE(got);
    const std::array pieces{as_bytes(*got), ByteView(), as_bytes("!")};
    EXPECT_TRUE(stream.write_all(pieces));
    EXPECT_TRUE(stream.close());
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  EXPECT_TRUE(stream.write_all(as_bytes(text)));
  EXPECT_TRUE(stream.close_sending());
  auto got = read_to_end(stream);
  EXPECT_TRUE(stream.close());
  peer.join();
  ASSERT_TRUE(got);
  EXPECT_TRUE(*got == text + "!");
}

TEST_F(Blocking, TellsATruncatedEndFromACleanOne) {
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    EXPECT_TRUE(stream.write_all(as_bytes("part")));
    server_end.close();
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  Bytes room(100);
  auto count = stream.read_some(room);
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 4U);
  peer.join();
  count = stream.read_some(room);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code(), ErrorCode::TruncatedStream);
}

TEST_F(Blocking, GivesUpOnASilentPeer) {
  auto stream = client({.handshake = std::chrono::milliseconds(50)});
  auto done = stream.handshake();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::TimedOut);
}

TEST_F(Blocking, ReadsOnAfterATimeout) {
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    EXPECT_TRUE(stream.write_all(as_bytes("late")));
  });
  auto stream = client({.read = std::chrono::milliseconds(30)});
  ASSERT_TRUE(stream.handshake());
  Bytes room(100);
  int timeouts = 0;
  auto count = stream.read_some(room);
  while (!count && count.error().code() == ErrorCode::TimedOut) {
    ++timeouts;
    count = stream.read_some(room);
  }
  peer.join();
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 4U);
  EXPECT_GT(timeouts, 0);
}

TEST_F(Blocking, GivesUpWritingToAPeerThatTakesNothing) {
  std::thread peer([&] { ASSERT_TRUE(server().handshake()); });
  auto stream = client({.write = std::chrono::milliseconds(50)});
  ASSERT_TRUE(stream.handshake());
  peer.join();
  auto written = stream.write_all(as_bytes(pattern(10'000'000, 2)));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::TimedOut);
}

TEST_F(Blocking, TellsABrokenTransportWithoutASignal) {
  std::thread peer([&] {
    ASSERT_TRUE(server().handshake());
    server_end.close();
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  peer.join();
  // SIGPIPE would end the test program.
  auto written = stream.write_all(as_bytes(pattern(1'000'000, 3)));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::TransportFailed);
}

TEST_F(Blocking, IsNotDisturbedBySignals) {
  struct ::sigaction quiet{};
  quiet.sa_handler = [](int) {};
  struct ::sigaction before{};
  ::sigaction(SIGUSR1, &quiet, &before);
  const ::pthread_t reader = ::pthread_self();
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    for (int i = 0; i < 20; ++i) {
      ::pthread_kill(reader, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(stream.write_all(as_bytes("done")));
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  Bytes room(100);
  auto count = stream.read_some(room);
  peer.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  ASSERT_TRUE(count) << count.error().message();
  EXPECT_EQ(*count, 4U);
}

TEST_F(Blocking, AnswersPauses) {
  std::thread peer([&] {
    auto stream = *BlockingStream::server(
        server_end.fd(), build(std::move(ServerConfig::Builder().provider(provider()).pause_for_credential())));
    stream.on_pause([](Connection&, Pause) -> Answer { return answer::UseCredential{shared_credential()}; });
    EXPECT_TRUE(stream.handshake());
  });
  auto stream = client();
  EXPECT_TRUE(stream.handshake());
  peer.join();
}

TEST_F(Blocking, AnswersPausesAfterTheHandshakeWhileItReads) {
  ServerConfig::Builder asks = server_builder();
  asks.ask_for_client_certificate(shared_trust()).ask_clients_later().pause_for_verification();
  ClientConfig::Builder asked = client_builder();
  asked.allow_late_authentication().pause_for_credential();
  std::thread peer([&] {
    auto stream = *BlockingStream::server(server_end.fd(), build(std::move(asks)));
    stream.on_pause([](Connection& connection, Pause) -> Answer {
      const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
      return answer::Verified{verifier.verify(connection.pending_chain(), nullptr, x509::Purpose::client, test_now)};
    });
    ASSERT_TRUE(stream.handshake());
    ASSERT_TRUE(stream.connection().request_client_certificate());
    EXPECT_TRUE(stream.write_all(as_bytes("who?")));
    Bytes room(10);
    const auto count = stream.read_some(room);
    ASSERT_TRUE(count) << count.error().message();
    EXPECT_EQ(*count, 2U);
    EXPECT_EQ(stream.connection().info().late_authentication, ClientProofLater::proven);
  });
  auto stream = *BlockingStream::client(client_end.fd(), build(std::move(asked)), server_name());
  stream.on_pause([](Connection&, Pause) -> Answer { return answer::UseCredential{shared_client_credential()}; });
  ASSERT_TRUE(stream.handshake());
  Bytes room(10);
  const auto count = stream.read_some(room);
  EXPECT_TRUE(count);
  EXPECT_TRUE(stream.write_all(as_bytes("me")));
  peer.join();
}

TEST_F(Blocking, TellsThePeerWhyItRefuses) {
  std::thread peer([&] {
    auto stream = *BlockingStream::server(server_end.fd(),
                                          build(std::move(server_builder().unknown_name(UnknownName::use_default))));
    auto done = stream.handshake();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::AlertReceived);
  });
  auto stream = *BlockingStream::client(client_end.fd(), build(client_builder()), server_name("other.localhost"));
  auto done = stream.handshake();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::NameMismatch);
  peer.join();
}

TEST_F(Blocking, AnswersKeyUpdatesThoughItOnlyReads) {
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(stream.connection().update_keys(true));
      EXPECT_TRUE(stream.write_all(as_bytes(pattern(1000, 4))));
    }
    EXPECT_TRUE(stream.close());
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  auto got = read_to_end(stream);
  EXPECT_TRUE(stream.close());
  peer.join();
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->size(), 50'000U);
}

}  // namespace
}  // namespace keyway::testing
