#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

std::string port_of(const KeywayServer& server) {
  return std::to_string(server.port());
}

Outcome gnutls_cli(const KeywayServer& server, const std::string& priority) {
  return run({"gnutls-cli", "--port", port_of(server), "--x509cafile", world().root(), "--priority", priority, "--alpn",
              "http/1.1", "localhost"},
             {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
}

TEST(GnuTlsClient, AgreesOnEverySuiteGroupAndKey) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::ed25519, KeyType::rsa}) {
    KeywayServer server(world(), type);
    for (const char* cipher : {"AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305"}) {
      for (const char* group : {"X25519", "SECP256R1", "SECP384R1", "SECP521R1"}) {
        const std::string priority =
            std::string("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+") + cipher + ":-GROUP-ALL:+GROUP-" + group;
        const Outcome outcome = gnutls_cli(server, priority);
        EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << priority << outcome.out;
        EXPECT_NE(outcome.out.find(cipher), std::string::npos) << outcome.out;
      }
    }
  }
}

TEST(GnuTlsServer, IsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::ed25519, KeyType::rsa}) {
    const std::uint16_t port = free_port();
    Process server({"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(type),
                    "--x509keyfile", world().key(type), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"},
                   {.keep_input_open = true});
    ASSERT_TRUE(wait_for_port(port)) << server.output();
    const Outcome outcome = keyway_get(world(), port);
    EXPECT_EQ(outcome.exit_code, 0) << crypto::to_string(type) << outcome.out << server.output();
  }
}

TEST(GnuTlsServer, SendsAHelloRetryRequestThatOurClientFollows) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::uint16_t port = free_port();
  Process server(
      {"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(), "--x509keyfile",
       world().key(), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP384R1"},
      {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  const Outcome outcome = keyway_get(world(), port, {"-v"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("HelloRetryRequest"), std::string::npos) << outcome.out;
}

TEST(Curl, FetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world());
  const Outcome outcome = run({"curl", "-sv", "--cacert", world().root(), "--resolve",
                               "localhost:" + port_of(server) + ":127.0.0.1", server.url()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("TLSv1.3"), std::string::npos) << outcome.out;
}

TEST(Curl, FetchesAMegabyteWhole) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world());
  const Outcome outcome =
      run({"curl", "-s", "--cacert", world().root(), "--resolve", "localhost:" + port_of(server) + ":127.0.0.1", "-w",
           "%{size_download}", "-o", "/dev/null", server.url("/big.bin")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("1048576"), std::string::npos) << outcome.out;
}

TEST(Curl, RefusesOurServerUnderAnotherName) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world());
  const Outcome outcome =
      run({"curl", "-sv", "--cacert", world().root(), "--resolve", "bank.localhost:" + port_of(server) + ":127.0.0.1",
           "https://bank.localhost:" + port_of(server) + "/"});
  EXPECT_NE(outcome.exit_code, 0) << outcome.out;
}

TEST(Nginx, IsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const NginxServer server("TLSv1.3");
  const Outcome outcome = keyway_get(world(), server.port());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("Hello from nginx"), std::string::npos) << outcome.out;
}

TEST(Serve, DrainsOnSigterm) {
  KeywayServer server(world());
  server.process().stop(SIGTERM);
  const Outcome outcome = server.process().finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
