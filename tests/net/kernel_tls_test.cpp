// Streams whose records the kernel seals and opens, and the same streams without: what comes of it is the same. Where
// the kernel offers no TLS, the half of them that needs it is skipped; tests/ktls runs it on one that does.

#include <keyway/kernel_tls.hpp>

#include <array>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
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

enum class Way : std::uint8_t { plain, kernel };

struct KernelTlsCase {
  ProtocolVersion version;
  CipherSuite suite;
  Way client;
  Way server;
};

[[nodiscard]] crypto::AeadAlgorithm aead_of(CipherSuite suite) {
  const std::string name = to_string(suite);
  if (name.find("CHACHA20") != std::string::npos) return crypto::AeadAlgorithm::chacha20_poly1305;
  return name.find("AES_128") != std::string::npos ? crypto::AeadAlgorithm::aes_128_gcm
                                                   : crypto::AeadAlgorithm::aes_256_gcm;
}

[[nodiscard]] std::string name_of(const ::testing::TestParamInfo<KernelTlsCase>& tested) {
  const auto way = [](Way which) { return which == Way::kernel ? "Kernel" : "Plain"; };
  std::string suite = to_string(tested.param.suite);
  std::erase(suite, '_');
  return suite + way(tested.param.client) + way(tested.param.server);
}

[[nodiscard]] std::vector<KernelTlsCase> all_cases() {
  std::vector<KernelTlsCase> cases;
  constexpr std::array suites{
      std::pair{ProtocolVersion::TLS1_3, CipherSuite::TLS_AES_128_GCM_SHA256},
      std::pair{ProtocolVersion::TLS1_3, CipherSuite::TLS_AES_256_GCM_SHA384},
      std::pair{ProtocolVersion::TLS1_3, CipherSuite::TLS_CHACHA20_POLY1305_SHA256},
      std::pair{ProtocolVersion::TLS1_2, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
      std::pair{ProtocolVersion::TLS1_2, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
      std::pair{ProtocolVersion::TLS1_2, CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}};
  for (const auto& [version, suite] : suites) {
    for (const Way client : {Way::plain, Way::kernel}) {
      for (const Way server : {Way::plain, Way::kernel}) cases.push_back({version, suite, client, server});
    }
  }
  return cases;
}

[[nodiscard]] const KernelTls& probed() {
  static const KernelTls kernel = KernelTls::probe();
  return kernel;
}

/// An open file with this content, gone with the test.
class OpenFile {
 public:
  explicit OpenFile(std::string_view content) {
    std::string name = "/tmp/keyway-kernel-XXXXXX";
    file_ = Descriptor(::mkstemp(name.data()));
    ::unlink(name.c_str());
    for (ByteView rest = as_bytes(content); !rest.empty();) {
      const ::ssize_t count = ::write(file_.fd(), rest.data(), rest.size());
      if (count <= 0) std::abort();
      rest = rest.subspan(static_cast<std::size_t>(count));
    }
  }
  [[nodiscard]] int fd() const noexcept { return file_.fd(); }

 private:
  Descriptor file_;
};

class KernelTlsStreams : public ::testing::TestWithParam<KernelTlsCase> {
 protected:
  void SetUp() override {
    const bool needs_kernel = GetParam().client == Way::kernel || GetParam().server == Way::kernel;
    if (needs_kernel && !probed().offers(GetParam().version, aead_of(GetParam().suite))) {
      GTEST_SKIP() << (probed().offers_anything() ? "not this suite" : probed().why_not());
    }
  }
  [[nodiscard]] static KernelTls offered_to(Way way) { return way == Way::kernel ? probed() : KernelTls(); }
  [[nodiscard]] static Policy policy() {
    const std::array suites{GetParam().suite};
    return *Policy::compatible_2026().narrowed_to({GetParam().version}).with_cipher_suites(suites);
  }
  [[nodiscard]] static std::shared_ptr<const ClientConfig> client_config() {
    ClientConfig::Builder builder = client_builder();
    builder.policy(policy()).allow_secret_extraction();
    return build(std::move(builder));
  }
  [[nodiscard]] static std::shared_ptr<const ServerConfig> server_config() {
    ServerConfig::Builder builder = server_builder();
    builder.policy(policy()).allow_secret_extraction();
    return build(std::move(builder));
  }

  [[nodiscard]] BlockingStream client() {
    auto stream = *BlockingStream::client(client_socket.native_handle(), client_config_, server_name(), patient);
    stream.use_kernel_tls(offered_to(GetParam().client));
    return stream;
  }
  [[nodiscard]] BlockingStream server() {
    auto stream = *BlockingStream::server(server_socket.native_handle(), server_config_, patient);
    stream.use_kernel_tls(offered_to(GetParam().server));
    return stream;
  }

  boost::asio::io_context context;
  std::pair<tcp::socket, tcp::socket> sockets = join_sockets(context);
  tcp::socket& client_socket = sockets.first;
  tcp::socket& server_socket = sockets.second;
  std::shared_ptr<const ClientConfig> client_config_ = client_config();
  std::shared_ptr<const ServerConfig> server_config_ = server_config();
  BlockingTimeouts patient{.read = std::chrono::seconds(60), .write = std::chrono::seconds(60)};
};

INSTANTIATE_TEST_SUITE_P(All, KernelTlsStreams, ::testing::ValuesIn(all_cases()), name_of);

TEST_P(KernelTlsStreams, CarryDataAndFilesAndCloseCleanly) {
  const std::string text = pattern(1'000'000, 1);
  const OpenFile file(text);
  std::thread peer([&] {
    auto stream = server();
    auto shaken = stream.handshake();
    ASSERT_TRUE(shaken) << shaken.error().message();
    EXPECT_EQ(stream.kernel_tls_active(), GetParam().server == Way::kernel);
    auto got = read_to_end(stream);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(*got, text + "!");
    auto sent = stream.send_file(file.fd(), 1000, 900'000);
    ASSERT_TRUE(sent) << sent.error().message();
    EXPECT_EQ(*sent, 900'000U);
    const auto closed = stream.close();
    EXPECT_TRUE(closed) << closed.error().message();
  });
  auto stream = client();
  auto shaken = stream.handshake();
  ASSERT_TRUE(shaken) << shaken.error().message();
  EXPECT_EQ(stream.kernel_tls_active(), GetParam().client == Way::kernel);
  EXPECT_TRUE(stream.write_all(as_bytes(text)));
  EXPECT_TRUE(stream.write_all(as_bytes("!")));
  EXPECT_TRUE(stream.close_sending());
  EXPECT_EQ(stream.write_all(as_bytes("late")).error().code(), ErrorCode::AlreadyClosed);
  auto got = read_to_end(stream);
  EXPECT_TRUE(stream.close());
  peer.join();
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_TRUE(*got == text.substr(1000, 900'000));
}

TEST_P(KernelTlsStreams, TellWhereAFileEnds) {
  const OpenFile file("only this");
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    auto sent = stream.send_file(file.fd(), 5, 1000);
    ASSERT_TRUE(sent);
    EXPECT_EQ(*sent, 4U);
    EXPECT_TRUE(stream.close());
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  EXPECT_EQ(*read_to_end(stream), "this");
  EXPECT_TRUE(stream.close());
  peer.join();
}

TEST_P(KernelTlsStreams, KeepTicketsThatComeAfterTheHandshake) {
  for (const bool comes_back : {false, true}) {
    sockets = join_sockets(context);
    std::thread peer([&] {
      auto stream = server();
      ASSERT_TRUE(stream.handshake());
      EXPECT_TRUE(stream.write_all(as_bytes("hello")));
      EXPECT_TRUE(stream.close());
    });
    auto stream = client();
    ASSERT_TRUE(stream.handshake());
    EXPECT_EQ(stream.connection().info().is_resumption, comes_back);
    EXPECT_EQ(*read_to_end(stream), "hello");
    EXPECT_TRUE(stream.close());
    peer.join();
  }
}

TEST_P(KernelTlsStreams, TellATruncatedEnd) {
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    EXPECT_TRUE(stream.write_all(as_bytes("part")));
    server_socket.close();
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  auto got = read_to_end(stream);
  peer.join();
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code(), ErrorCode::TruncatedStream);
}

TEST_P(KernelTlsStreams, RefuseRecordsThatWereAltered) {
  if (GetParam().server == Way::kernel) GTEST_SKIP() << "what comes after its records can't be made up there";
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    const Bytes forged = [] {
      Bytes record{23, 3, 3, 0, 40};
      record.resize(45, 0x5a);
      return record;
    }();
    Bytes room(100);
    ASSERT_TRUE(stream.read_some(room));
    ASSERT_EQ(::send(server_socket.native_handle(), forged.data(), forged.size(), 0), 45);
    const auto told = stream.read_some(room);
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().code(), ErrorCode::AlertReceived);
    EXPECT_EQ(told.error().alert(), AlertDescription::bad_record_mac);
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  EXPECT_TRUE(stream.write_all(as_bytes("go")));
  auto got = read_to_end(stream);
  peer.join();
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code(), ErrorCode::BadRecordMac);
}

TEST_P(KernelTlsStreams, FollowKeyUpdatesOrSayThatTheyCannot) {
  if (GetParam().version == ProtocolVersion::TLS1_2) GTEST_SKIP() << "TLS 1.2 has no key updates";
  const bool follows = GetParam().client == Way::plain || probed().changes_keys();
  const bool asks = GetParam().server == Way::plain || probed().changes_keys();
  if (!asks) GTEST_SKIP() << "this kernel can't change the keys of the side that would";
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    ASSERT_TRUE(stream.connection().update_keys(true));
    EXPECT_TRUE(stream.write_all(as_bytes("under new keys")));
    Bytes room(100);
    const auto answer = stream.read_some(room);
    if (follows) {
      ASSERT_TRUE(answer) << answer.error().message();
      EXPECT_EQ(as_text(ByteView(room).first(*answer)), "as well");
      EXPECT_TRUE(stream.close());
    } else {
      ASSERT_FALSE(answer.has_value());
      EXPECT_EQ(answer.error().alert(), AlertDescription::internal_error);
    }
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  Bytes room(100);
  const auto got = stream.read_some(room);
  if (follows) {
    EXPECT_TRUE(got && as_text(ByteView(room).first(*got)) == "under new keys");
    EXPECT_TRUE(stream.write_all(as_bytes("as well")));
    EXPECT_TRUE(stream.close());
  } else {
    EXPECT_TRUE(!got.has_value() && got.error().code() == ErrorCode::KernelTlsFailed);
  }
  peer.join();
}

TEST_P(KernelTlsStreams, GoOnByThemselvesWhereRecordsArePadded) {
  ServerConfig::Builder builder = server_builder();
  builder.policy(policy()).allow_secret_extraction().padding_block(1000);
  server_config_ = build(std::move(builder));
  std::thread peer([&] {
    auto stream = server();
    ASSERT_TRUE(stream.handshake());
    EXPECT_FALSE(stream.kernel_tls_active());
    EXPECT_TRUE(stream.write_all(as_bytes("padded")));
    EXPECT_TRUE(stream.close());
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  EXPECT_EQ(*read_to_end(stream), "padded");
  EXPECT_TRUE(stream.close());
  peer.join();
}

TEST_P(KernelTlsStreams, NeedLeaveOfTheConfiguration) {
  ServerConfig::Builder builder = server_builder();
  builder.policy(policy());
  server_config_ = build(std::move(builder));
  std::thread peer([&] {
    auto stream = server();
    const auto shaken = stream.handshake();
    EXPECT_EQ(shaken.has_value(), GetParam().server == Way::plain);
    EXPECT_TRUE(shaken || shaken.error().code() == ErrorCode::InvalidConfiguration);
  });
  auto stream = client();
  ASSERT_TRUE(stream.handshake());
  peer.join();
}

TEST_P(KernelTlsStreams, ServeCoroutines) {
  const std::string text = pattern(700'000, 3);
  const OpenFile file(text);
  StreamPair pair(context, client_config_, server_config_);
  pair.client.use_kernel_tls(offered_to(GetParam().client));
  pair.server.use_kernel_tls(offered_to(GetParam().server));
  const auto [client_outcome, server_outcome] = pair.shake_hands();
  ASSERT_FALSE(client_outcome) << client_outcome.message();
  ASSERT_FALSE(server_outcome) << server_outcome.message();
  EXPECT_EQ(pair.client.kernel_tls_active(), GetParam().client == Way::kernel);
  EXPECT_EQ(pair.server.kernel_tls_active(), GetParam().server == Way::kernel);

  std::string got(text.size(), '\0');
  std::string answer(text.size(), '\0');
  pair.run_all(
      [&]() -> awaitable<void> {
        co_await boost::asio::async_write(pair.client, boost::asio::buffer(text), use_awaitable);
        co_await boost::asio::async_read(pair.client, boost::asio::buffer(answer), use_awaitable);
        error_code error;
        co_await pair.client.async_shutdown(redirect_error(use_awaitable, error));
        EXPECT_FALSE(error) << error.message();
      },
      [&]() -> awaitable<void> {
        co_await boost::asio::async_read(pair.server, boost::asio::buffer(got), use_awaitable);
        const std::size_t sent = co_await pair.server.async_send_file(file.fd(), 0, text.size() + 5, use_awaitable);
        EXPECT_EQ(sent, text.size());
        error_code error;
        char more = 0;
        co_await pair.server.async_read_some(boost::asio::buffer(&more, 1), redirect_error(use_awaitable, error));
        EXPECT_EQ(error, boost::asio::error::eof);
        co_await pair.server.async_shutdown(redirect_error(use_awaitable, error));
        EXPECT_FALSE(error) << error.message();
      });
  EXPECT_TRUE(got == text);
  EXPECT_TRUE(answer == text);
}

TEST_P(KernelTlsStreams, ServeBlockingCallsOfAsio) {
  const std::string text = pattern(300'000, 4);
  const OpenFile file(text);
  StreamPair pair(context, client_config_, server_config_);
  pair.client.use_kernel_tls(offered_to(GetParam().client));
  pair.server.use_kernel_tls(offered_to(GetParam().server));
  std::thread peer([&] {
    error_code error;
    pair.server.handshake(error);
    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(pair.server.send_file(file.fd(), 0, text.size(), error), text.size());
    EXPECT_FALSE(error) << error.message();
    boost::asio::write(pair.server, boost::asio::buffer("done", 4), error);
    pair.server.shutdown(error);
    EXPECT_FALSE(error) << error.message();
  });
  error_code error;
  pair.client.handshake(error);
  ASSERT_FALSE(error) << error.message();
  std::string got(text.size() + 4, '\0');
  boost::asio::read(pair.client, boost::asio::buffer(got), error);
  EXPECT_FALSE(error) << error.message();
  pair.client.shutdown(error);
  peer.join();
  EXPECT_TRUE(got == text + "done");
}

TEST(KernelTlsProbe, SaysWhyThereIsNone) {
  EXPECT_EQ(probed().why_not().empty(), probed().offers_anything());
  EXPECT_TRUE(KernelTls().why_not().empty());
  EXPECT_FALSE(KernelTls().offers(ProtocolVersion::TLS1_3, crypto::AeadAlgorithm::aes_128_gcm));
  EXPECT_FALSE(probed().offers(ProtocolVersion::TLS1_1, crypto::AeadAlgorithm::aes_128_gcm));
}

}  // namespace
}  // namespace keyway::testing
