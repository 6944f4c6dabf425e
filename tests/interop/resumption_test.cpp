// Coming back to and from other programs.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "interop/peers.hpp"
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

TEST(OpenSslClient, ComesBackInTls12ByTicketAndBySessionId) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  for (const bool by_id : {false, true}) {
    const std::string session = world().path(by_id ? "openssl-id.session" : "openssl-ticket.session");
    const auto visit = [&](const std::string& flag) {
      std::vector<std::string> more = {"-tls1_2", flag, session};
      if (by_id) more.emplace_back("-no_ticket");
      return s_client(server, more);
    };
    const Outcome first = visit("-sess_out");
    ASSERT_NE(first.out.find("New, TLSv1.2"), std::string::npos) << by_id << first.out;
    const Outcome second = visit("-sess_in");
    EXPECT_NE(second.out.find("Reused, TLSv1.2"), std::string::npos) << by_id << second.out;
    EXPECT_NE(second.out.find("Welcome to the shop"), std::string::npos) << by_id << second.out;
  }
}

TEST(GnuTlsClient, ComesBackInTls12) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  KeywayServer server(world());
  const Outcome outcome =
      run({"gnutls-cli", "--resume", "--x509cafile=" + world().root(), "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2", "-p",
           std::to_string(server.port()), "localhost"},
          {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_NE(outcome.out.find("This is a resumed session"), std::string::npos) << outcome.out;
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

/// Two visits of `keyway get`, with its sessions in a file: the first must be a full handshake, the second is told.
bool comes_back(std::uint16_t port, const std::vector<std::string>& more = {}) {
  const std::string file = world().path("sessions-" + std::to_string(port));
  const auto visit = [&] {
    const Outcome outcome = keyway_get(world(), port, with({"-v", "--session-file", file}, more));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    return outcome.out.find("yes, of an earlier session") != std::string::npos;
  };
  EXPECT_FALSE(visit());
  return visit();
}

TEST(OpenSslServerTest, IsComeBackToWithItsTicket) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(crypto::KeyType::p256, {"-tls1_3"});
  EXPECT_TRUE(comes_back(server.port()));
}

TEST(OpenSslServerTest, IsComeBackToInTls12ByTicketAndBySessionId) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer by_ticket(crypto::KeyType::p256, {"-tls1_2"});
  EXPECT_TRUE(comes_back(by_ticket.port()));
  const OpenSslServer by_id(crypto::KeyType::p256, {"-tls1_2", "-no_ticket"});
  EXPECT_TRUE(comes_back(by_id.port()));
}

TEST(GnuTlsServer, IsComeBackToWithItsTicket) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::uint16_t port = free_port();
  Process server({"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(),
                  "--x509keyfile", world().key(), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"},
                 {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  EXPECT_TRUE(comes_back(port));
}

TEST(Nginx, IsComeBackToWithItsTicket) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const NginxServer server("TLSv1.3");
  EXPECT_TRUE(comes_back(server.port()));
}

TEST(Nginx, IsComeBackToInTls12ByTicketAndBySessionId) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const NginxServer by_ticket("TLSv1.2");
  EXPECT_TRUE(comes_back(by_ticket.port()));
  const NginxServer by_id("TLSv1.2", "ssl_session_tickets off; ssl_session_cache shared:SSL:1m;");
  EXPECT_TRUE(comes_back(by_id.port()));
}

TEST(Curl, ComesBackWithOurTicket) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world());
  const std::string resolve = "localhost:" + std::to_string(server.port()) + ":127.0.0.1";
  // Two transfers of one run share the session; without a connection that stays open.
  const Outcome outcome = run({"curl", "-sv", "-H", "Connection: close", "--cacert", world().root(), "--resolve",
                               resolve, server.url(), server.url()});
  EXPECT_NE(outcome.out.find("re-using session ID"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
