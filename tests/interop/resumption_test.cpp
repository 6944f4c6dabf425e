// Coming back to and from other programs, TLS 1.3.

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include <keyway/blocking.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

TEST(OpenSslClient, ComesBackWithOurTicket) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  const std::string session = world().path("openssl.session");
  const auto visit = [&](const std::string& flag) {
    return run({"openssl", "s_client", "-connect", server.address(), "-servername", "localhost", "-CAfile",
                world().root(), "-tls1_3", flag, session, "-ign_eof"},
               {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  };
  const Outcome first = visit("-sess_out");
  ASSERT_NE(first.out.find("Welcome to the shop"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("New, TLSv1.3"), std::string::npos) << first.out;
  ASSERT_TRUE(std::filesystem::exists(session)) << first.out;
  const Outcome second = visit("-sess_in");
  EXPECT_NE(second.out.find("Welcome to the shop"), std::string::npos) << second.out;
  EXPECT_NE(second.out.find("Reused, TLSv1.3"), std::string::npos) << second.out;
}

TEST(GnuTlsClient, ComesBackWithOurTicket) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  KeywayServer server(world());
  const Outcome outcome =
      run({"gnutls-cli", "--resume", "--waitresumption", "--x509cafile=" + world().root(),
           "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3", "-p", std::to_string(server.port()), "localhost"},
          {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_NE(outcome.out.find("This is a resumed session"), std::string::npos) << outcome.out;
}

/// One visit of a client of ours: whether it resumed, once all that the server had to say has come.
Result<bool> visit(std::uint16_t port, const std::shared_ptr<const ClientConfig>& config) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // SAFETY: the sockets interface takes every kind of address by this cast.
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return std::unexpected(fail(ErrorCode::ConnectFailed));
  }
  const auto talk = [&]() -> Result<bool> {
    auto stream = BlockingStream::client(fd, config, *ServerName::parse("localhost"));
    if (!stream) return std::unexpected(stream.error());
    if (auto done = stream->handshake(); !done) return std::unexpected(done.error());
    if (auto sent = stream->write_all(as_bytes("GET / HTTP/1.0\r\n\r\n")); !sent) return std::unexpected(sent.error());
    std::array<std::uint8_t, 4096> buffer{};
    for (;;) {
      const auto count = stream->read_some(buffer);
      if (!count || *count == 0) return stream->connection().info().is_resumption;
    }
  };
  auto resumed = talk();
  ::close(fd);
  return resumed;
}

TEST(OpenSslServer, IsComeBackToWithItsTicket) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const std::uint16_t port = free_port();
  Process server({"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port), "-cert_chain", world().chain(),
                  "-cert", world().chain(), "-key", world().key(), "-www", "-tls1_3"});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  auto trust = x509::TrustStore::from_file(world().root());
  ASSERT_TRUE(trust.has_value());
  ClientConfig::Builder builder;
  builder.trust(std::make_shared<const x509::TrustStore>(std::move(*trust)));
  const auto config = *builder.build();

  const auto first = visit(port, config);
  const auto second = visit(port, config);

  ASSERT_TRUE(first.has_value()) << first.error().message();
  ASSERT_TRUE(second.has_value()) << second.error().message();
  EXPECT_FALSE(*first);
  EXPECT_TRUE(*second);
}

}  // namespace
}  // namespace keyway::interop
