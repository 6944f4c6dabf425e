// ALPN, key updates and post-quantum groups with other programs.

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include <keyway/blocking.hpp>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

// ------------------------------------------------------------------------------------------------ ALPN

TEST(OpenSslAlpn, ServerChoosesAmongWhatOurClientOffers) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-alpn", "http/1.1"});
  for (const char* version : {"1.2", "1.3"}) {
    const Outcome outcome = keyway_get(world(), server.port(), {"-v", "--alpn", "h3,http/1.1", "--tls-max", version});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_TRUE(has(outcome, "http/1.1, out of h3, http/1.1")) << outcome.out;
  }
}

TEST(OpenSslAlpn, ServerOfOtherProtocolsIsToldAsSuch) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-alpn", "imap"});
  const Outcome outcome = keyway_get(world(), server.port());
  EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
  EXPECT_TRUE(has(outcome, "no_application_protocol")) << outcome.out;
}

TEST(OpenSslAlpn, ClientGetsOurServersPreferenceInBothVersions) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::p256, {"--alpn", "http/1.1,http/1.0"});
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    const Outcome outcome = s_client(server, {version, "-alpn", "http/1.0,http/1.1"});
    EXPECT_TRUE(has(outcome, "ALPN protocol: http/1.1")) << outcome.out;
    const Outcome none = s_client(server, {version, "-alpn", "imap"});
    EXPECT_TRUE(has(none, "alert no application protocol")) << none.out;
  }
}

TEST(GnuTlsAlpn, ServerChoosesAmongWhatOurClientOffers) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::uint16_t port = free_port();
  Process server({"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(),
                  "--x509keyfile", world().key(), "--alpn", "http/1.1"},
                 {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  const Outcome outcome = keyway_get(world(), port, {"-v", "--alpn", "h3,http/1.1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "http/1.1, out of h3, http/1.1")) << outcome.out;
}

// ------------------------------------------------------------------------------------------------ HelloRetryRequest

TEST(OpenSslRetry, ServerThatAsksAgainIsFollowed) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-groups", "P-384"});
  const Outcome outcome = keyway_get(world(), server.port(), {"-v"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "HelloRetryRequest")) << outcome.out;
  EXPECT_TRUE(has(outcome, "secp384r1, out of")) << outcome.out;
}

TEST(OpenSslRetry, ServerWithoutAGroupInCommonIsToldAsSuch) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-groups", "P-384"});
  const Outcome outcome = keyway_get(world(), server.port(), {"--groups", "x25519:P-256"});
  EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
}

/// A server of ours that takes one group, of which nobody sends a share unasked, and tells how it went.
class FarServer : public KeywayServer {
 public:
  FarServer() : KeywayServer(world(), KeyType::p256, {"--groups", "secp384r1", "-v"}) {}
  /// The client was asked again, and speaks the protocol that the server chose.
  void expect_asked_again() {
    EXPECT_TRUE(process().wait_for("protocol http/1.1, after a HelloRetryRequest")) << process().output();
  }
};

TEST(CurlRetry, ClientIsAskedAgainByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  FarServer server;
  const Outcome outcome = run({"curl", "-sv", "--cacert", world().root(), "--resolve",
                               "localhost:" + std::to_string(server.port()) + ":127.0.0.1", server.url()});
  EXPECT_TRUE(has(outcome, "Welcome to the shop")) << outcome.out;
  server.expect_asked_again();
}

TEST(GnuTlsRetry, ClientIsAskedAgainByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  FarServer server;
  const Outcome outcome = run({"gnutls-cli", "--port", std::to_string(server.port()), "--x509cafile", world().root(),
                               "--alpn", "http/1.1", "localhost"},
                              {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_TRUE(has(outcome, "Welcome to the shop")) << outcome.out;
  server.expect_asked_again();
}

TEST(NginxRetry, ServerThatAsksAgainIsFollowed) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const NginxServer server("TLSv1.3", "ssl_ecdh_curve secp384r1;");
  const Outcome outcome = keyway_get(world(), server.port(), {"-v", "--alpn", "h3,http/1.1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "HelloRetryRequest")) << outcome.out;
  EXPECT_TRUE(has(outcome, "http/1.1, out of h3, http/1.1")) << outcome.out;
}

// ------------------------------------------------------------------------------------------------ key updates

/// A TCP connection to this machine.
class LocalSocket {
 public:
  explicit LocalSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // SAFETY: the sockets interface takes every kind of address by this cast.
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;
  ~LocalSocket() { ::close(fd_); }
  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool connected() const noexcept { return connected_; }

 private:
  int fd_;
  bool connected_ = false;
};

std::shared_ptr<const ClientConfig> client_config() {
  auto trust = x509::TrustStore::from_file(world().root());
  EXPECT_TRUE(trust.has_value());
  ClientConfig::Builder builder;
  builder.trust(std::make_shared<const x509::TrustStore>(std::move(*trust)));
  return *builder.build();
}

/// Asks for a page, changing the keys before, between and after; the answer, or the error's text.
std::string talk_with_key_updates(std::uint16_t port) {
  const LocalSocket socket(port);
  if (!socket.connected()) return "no connection";
  auto stream = BlockingStream::client(socket.fd(), client_config(), *ServerName::parse("localhost"));
  if (auto done = stream->handshake(); !done) return done.error().message();
  for (const std::string_view part : {"GET / HTTP/1.0\r\n", "Host: localhost\r\n", "\r\n"}) {
    if (auto updated = stream->connection().update_keys(/*ask_peer_too=*/true); !updated) {
      return updated.error().message();
    }
    if (auto sent = stream->write_all(as_bytes(part)); !sent) return sent.error().message();
  }
  std::string answer;
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    const auto count = stream->read_some(buffer);
    if (!count) return count.error().message();
    if (*count == 0) return answer;
    answer.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
  }
}

TEST(KeyUpdates, OfOurClientAreFollowedAndAnsweredByOpenSsl) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-tls1_3"});
  const std::string answer = talk_with_key_updates(server.port());
  EXPECT_NE(answer.find("200 ok"), std::string::npos) << answer;
}

TEST(KeyUpdates, OfOurClientAreFollowedAndAnsweredByGnuTls) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::uint16_t port = free_port();
  Process server({"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(),
                  "--x509keyfile", world().key(), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"},
                 {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  const std::string answer = talk_with_key_updates(port);
  EXPECT_NE(answer.find("200 OK"), std::string::npos) << answer;
}

TEST(KeyUpdates, OfOurClientAreFollowedAndAnsweredByGo) {
  KEYWAY_REQUIRE_PROGRAM(go_command());
  const std::uint16_t port = free_port();
  Process server({go_peer(), "server", std::to_string(port), world().chain(), world().key()});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  const std::string answer = talk_with_key_updates(port);
  EXPECT_NE(answer.find("Hello from Go"), std::string::npos) << answer;
}

// ------------------------------------------------------------------------------------------------ post-quantum

TEST(PostQuantum, GoAgreesOnX25519MLKEM768InBothDirections) {
  // Go has it since 1.24; before, a draft under another number.
  if (go_minor_version() < 24) GTEST_SKIP() << "Go 1.24 or newer is not on this machine";
  KeywayServer ours(world(), KeyType::p256, {"--groups", "X25519MLKEM768"});
  const Outcome client = run({go_peer(), "client", std::to_string(ours.port()), world().root()});
  EXPECT_TRUE(has(client, "Welcome to the shop")) << client.out;
  const std::uint16_t port = free_port();
  Process server({go_peer(), "server", std::to_string(port), world().chain(), world().key()});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  const Outcome outcome = keyway_get(world(), port, {"-v", "--tlsv1.3", "--groups", "X25519MLKEM768"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
