// The classic RSA key transport with other programs, by the policy that is named for it and by no other.

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

struct Suite {
  const char* openssl;
  const char* iana;
};
constexpr std::array suites{Suite{"AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"},
                            Suite{"AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"}};
const Command classic = {"--policy", "classic-rsa-2026"};

TEST(ClassicRsa, OfOpenSslIsTakenByOurServerUnderItsPolicyAlone) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::rsa, classic);
  KeywayServer usual(world(), KeyType::rsa);
  EXPECT_TRUE(server.process().wait_for("warning")) << server.process().output();
  for (const Suite& suite : suites) {
    const Outcome taken = s_client(server, {"-tls1_2", "-cipher", suite.openssl});
    EXPECT_TRUE(has(taken, "Welcome to the shop")) << taken.out;
    EXPECT_TRUE(has(taken, std::string("Cipher is ") + suite.openssl)) << taken.out;
    const Outcome refused = s_client(usual, {"-tls1_2", "-cipher", suite.openssl});
    EXPECT_TRUE(has(refused, "alert handshake failure")) << refused.out;
  }
}

TEST(ClassicRsa, OfOursIsTakenByOpenSsl) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  for (const Suite& suite : suites) {
    const OpenSslServer server(KeyType::rsa, {"-tls1_2", "-cipher", suite.openssl});
    const Outcome taken = keyway_get(world(), server.port(), with(classic, {"-v"}));
    EXPECT_EQ(taken.exit_code, 0) << taken.out;
    EXPECT_TRUE(has(taken, suite.iana)) << taken.out;
    EXPECT_TRUE(has(taken, "no forward secrecy")) << taken.out;
    const Outcome refused = keyway_get(world(), server.port());
    EXPECT_EQ(refused.exit_code, 6) << refused.out;
  }
}

TEST(ClassicRsa, OfGnuTlsIsTakenInBothDirections) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::string priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA";
  KeywayServer ours(world(), KeyType::rsa, classic);
  const Outcome client = run({"gnutls-cli", "--port", std::to_string(ours.port()), "--x509cafile", world().root(),
                              "--priority", priority, "localhost"},
                             {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_TRUE(has(client, "Welcome to the shop")) << client.out;
  const std::uint16_t port = free_port();
  Process theirs({"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile",
                  world().chain(KeyType::rsa), "--x509keyfile", world().key(KeyType::rsa), "--priority", priority},
                 {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port)) << theirs.output();
  const Outcome taken = keyway_get(world(), port, classic);
  EXPECT_EQ(taken.exit_code, 0) << taken.out << theirs.output();
}

TEST(ClassicRsa, OfCurlIsTakenByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world(), KeyType::rsa, classic);
  const Outcome outcome =
      run({"curl", "-sv", "--tls-max", "1.2", "--ciphers", "AES128-GCM-SHA256", "--cacert", world().root(), "--resolve",
           "localhost:" + std::to_string(server.port()) + ":127.0.0.1", server.url()});
  EXPECT_TRUE(has(outcome, "Welcome to the shop")) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
