#include <gtest/gtest.h>

#include <array>
#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

constexpr std::array server_keys{KeyType::p256, KeyType::p384, KeyType::p521, KeyType::ed25519, KeyType::rsa};

TEST(OpenSslClient, AcceptsEveryKeyOfOurServer) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  for (const KeyType type : server_keys) {
    KeywayServer server(world(), type);
    const Outcome outcome = s_client(server, {"-tls1_3"});
    EXPECT_EQ(outcome.exit_code, 0) << crypto::to_string(type) << outcome.out;
    EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("Verify return code: 0 (ok)"), std::string::npos) << outcome.out;
  }
}

TEST(OpenSslClient, AgreesOnEverySuiteAndGroup) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  for (const char* suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    for (const char* group : {"X25519", "P-256", "P-384", "P-521"}) {
      const Outcome outcome = s_client(server, {"-ciphersuites", suite, "-groups", group});
      EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << suite << group << outcome.out;
      EXPECT_NE(outcome.out.find(std::string("Cipher is ") + suite), std::string::npos) << outcome.out;
    }
  }
}

TEST(OpenSslClient, SignsWithTheSchemeItAsksFor) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::rsa);
  for (const char* scheme : {"rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"}) {
    // The chain's own signatures are ECDSA.
    const Outcome outcome = s_client(server, {"-sigalgs", std::string(scheme) + ":ECDSA+SHA256"});
    EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << scheme << outcome.out;
  }
}

TEST(OpenSslClient, GetsAHelloRetryRequestForAGroupItSentNoShareOf) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  // s_client sends a share of the first group alone; our server has no X448.
  const Outcome outcome = s_client(server, {"-groups", "X448:P-384", "-trace"});
  EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << outcome.out;
  const auto first = outcome.out.find("ClientHello, Length");
  ASSERT_NE(first, std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("ClientHello, Length", first + 1), std::string::npos) << outcome.out;
}

TEST(OpenSslClient, AgreesOnAlpn) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  const Outcome outcome = s_client(server, {"-alpn", "h3,http/1.1"});
  EXPECT_NE(outcome.out.find("ALPN protocol: http/1.1"), std::string::npos) << outcome.out;
}

TEST(OpenSslClient, UpdatesKeysInBothDirections) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world());
  Process client(
      {"openssl", "s_client", "-connect", server.address(), "-servername", "localhost", "-CAfile", world().root()},
      {.keep_input_open = true});
  ASSERT_TRUE(client.wait_for("Verify return code"));
  client.say("K\n");  // a KeyUpdate that asks for one
  ASSERT_TRUE(client.wait_for("KEYUPDATE"));
  client.say("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(client.wait_for("Welcome to the shop")) << client.output();
}

TEST(OpenSslClient, IsToldWhyAnOldVersionIsRefused) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::p256, {"--policy", "modern-2026"});
  const Outcome outcome = s_client(server, {"-tls1_2"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find("alert protocol version"), std::string::npos) << outcome.out;
}

TEST(OpenSslServerTest, EveryKeyIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  for (const KeyType type : server_keys) {
    const OpenSslServer server(type);
    const Outcome outcome = keyway_get(world(), server.port());
    EXPECT_EQ(outcome.exit_code, 0) << crypto::to_string(type) << outcome.out;
    EXPECT_NE(outcome.out.find("TLSv1.3"), std::string::npos) << outcome.out;
  }
}

TEST(OpenSslServerTest, EverySuiteAndGroupIsAgreedOn) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  for (const char* suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    for (const char* group : {"X25519", "P-256", "P-384", "P-521"}) {  // all but the first by a HelloRetryRequest
      const OpenSslServer server(KeyType::p256, {"-ciphersuites", suite, "-groups", group});
      const Outcome outcome = keyway_get(world(), server.port());
      EXPECT_EQ(outcome.exit_code, 0) << suite << ' ' << group << outcome.out;
      EXPECT_NE(outcome.out.find(suite), std::string::npos) << outcome.out;
    }
  }
}

TEST(OpenSslServerTest, AskingForAClientCertificateIsAnsweredWithNone) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-verify", "1"});
  const Outcome outcome = keyway_get(world(), server.port());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST(OpenSslServerTest, AnUnknownIssuerIsRefused) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256);
  const testing::TestAuthority stranger;
  world().write("stranger.pem", stranger.root().pem());
  const Outcome outcome =
      run({keyway_command(), "get", "https://localhost:" + std::to_string(server.port()) + "/", "--cacert",
           world().path("stranger.pem"), "--resolve", "localhost:" + std::to_string(server.port()) + ":127.0.0.1"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.out;
}

TEST(OpenSslServerTest, AVersionBelowIsToldClearly) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-tls1_2"});
  const Outcome outcome = keyway_get(world(), server.port(), {"--policy", "modern-2026"});
  EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
