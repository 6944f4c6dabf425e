// TLS 1.2 with other programs, in both directions.

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

struct SuiteTls12 {
  KeyType key;
  const char* openssl;
  const char* iana;
};
constexpr std::array suites_tls12{
    SuiteTls12{KeyType::p256, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    SuiteTls12{KeyType::p256, "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    SuiteTls12{KeyType::p256, "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    SuiteTls12{KeyType::rsa, "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    SuiteTls12{KeyType::rsa, "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    SuiteTls12{KeyType::rsa, "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
};

TEST(OpenSslTls12, ClientAgreesOnEverySuiteAndKeyOfOurServer) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  for (const KeyType type : {KeyType::p256, KeyType::ed25519, KeyType::rsa}) {
    KeywayServer server(world(), type);
    const Outcome any = s_client(server, {"-tls1_2"});
    EXPECT_TRUE(has(any, "Welcome to the shop")) << crypto::to_string(type) << any.out;
    EXPECT_TRUE(has(any, "Extended master secret: yes")) << any.out;
    EXPECT_TRUE(has(any, "Secure Renegotiation IS supported")) << any.out;
    for (const SuiteTls12& suite : suites_tls12) {
      if (suite.key != type) continue;
      const Outcome outcome = s_client(server, {"-tls1_2", "-cipher", suite.openssl});
      EXPECT_TRUE(has(outcome, "Welcome to the shop")) << suite.openssl << outcome.out;
      EXPECT_TRUE(has(outcome, std::string("Cipher is ") + suite.openssl)) << outcome.out;
    }
  }
}

TEST(OpenSslTls12, ClientAgreesOnEveryGroupOfOurServer) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  // The chain's own keys are on P-256: OpenSSL wants that group among those it names.
  for (const char* group : {"X25519:P-256", "P-256", "P-384:P-256", "P-521:P-256"}) {
    const Outcome outcome = s_client(server, {"-tls1_2", "-groups", group});
    EXPECT_TRUE(has(outcome, "Welcome to the shop")) << group << outcome.out;
  }
}

TEST(OpenSslTls12, ServerOfEverySuiteIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  for (const KeyType type : {KeyType::p256, KeyType::rsa}) {
    const OpenSslServer server(type, {"-tls1_2"});
    for (const SuiteTls12& suite : suites_tls12) {
      if (suite.key != type) continue;
      const Outcome outcome = keyway_get(world(), server.port(), {"-v", "--ciphers", suite.openssl});
      EXPECT_EQ(outcome.exit_code, 0) << suite.openssl << outcome.out;
      EXPECT_TRUE(has(outcome, suite.iana)) << outcome.out;
    }
  }
}

TEST(OpenSslTls12, RenegotiationIsRefusedByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  Process client({"openssl", "s_client", "-connect", server.address(), "-servername", "localhost", "-CAfile",
                  world().root(), "-tls1_2"},
                 {.keep_input_open = true});
  ASSERT_TRUE(client.wait_for("Verify return code")) << client.output();
  client.say("R\n");
  const Outcome outcome = client.finish();
  EXPECT_TRUE(has(outcome, "no renegotiation") || has(outcome, "alert")) << outcome.out;
}

TEST(GnuTlsTls12, ClientAgreesOnEveryCipherOfOurServer) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  for (const KeyType type : {KeyType::p256, KeyType::rsa}) {
    KeywayServer server(world(), type);
    for (const char* cipher : {"AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305"}) {
      const std::string priority = std::string("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+") + cipher;
      const Outcome outcome = run({"gnutls-cli", "--port", std::to_string(server.port()), "--x509cafile",
                                   world().root(), "--priority", priority, "--alpn", "http/1.1", "localhost"},
                                  {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
      EXPECT_TRUE(has(outcome, "Welcome to the shop")) << priority << outcome.out;
      EXPECT_TRUE(has(outcome, "(TLS1.2")) << outcome.out;
      EXPECT_TRUE(has(outcome, "Application protocol: http/1.1")) << outcome.out;
    }
  }
}

TEST(GnuTlsTls12, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  for (const KeyType type : {KeyType::p256, KeyType::ed25519, KeyType::rsa}) {
    const std::uint16_t port = free_port();
    Process server({"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(type),
                    "--x509keyfile", world().key(type), "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"},
                   {.keep_input_open = true});
    ASSERT_TRUE(wait_for_port(port)) << server.output();
    const Outcome outcome = keyway_get(world(), port, {"-v"});
    EXPECT_EQ(outcome.exit_code, 0) << crypto::to_string(type) << outcome.out << server.output();
    EXPECT_TRUE(has(outcome, "TLS 1.2, out of TLS 1.3, TLS 1.2")) << outcome.out;
  }
}

TEST(CurlTls12, FetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  for (const KeyType type : {KeyType::p256, KeyType::rsa}) {
    KeywayServer server(world(), type);
    const Outcome outcome =
        run({"curl", "-sv", "--tlsv1.2", "--tls-max", "1.2", "--cacert", world().root(), "--resolve",
             "localhost:" + std::to_string(server.port()) + ":127.0.0.1", server.url()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_TRUE(has(outcome, "Welcome to the shop")) << outcome.out;
    EXPECT_TRUE(has(outcome, "TLSv1.2")) << outcome.out;
  }
}

TEST(NginxTls12, IsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const NginxServer server("TLSv1.2");
  const Outcome outcome = keyway_get(world(), server.port(), {"-v"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "Hello from nginx")) << outcome.out;
  EXPECT_TRUE(has(outcome, "TLS 1.2, out of TLS 1.3, TLS 1.2")) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
