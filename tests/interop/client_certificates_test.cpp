// Client certificates with other programs, in both directions and both versions.

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

constexpr std::array versions{"1.2", "1.3"};
constexpr std::array keys{KeyType::p256, KeyType::rsa, KeyType::ed25519};

Command our_certificate(KeyType type = KeyType::p256) {
  return {"--cert", world().client_chain(type), "--key", world().client_key(type)};
}

/// A server of ours that wants to know who comes.
Command asking(bool is_required) {
  Command options = {"--client-ca", world().root()};
  if (is_required) options.push_back("--require-client-cert");
  return options;
}

// ------------------------------------------------------------------------------------------------ our server

TEST(ClientCertificates, OfOpenSslAreTakenByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::p256, asking(true));
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    for (const KeyType type : keys) {
      const Outcome outcome = s_client(server, {version, "-cert", world().client_chain(type), "-cert_chain",
                                                world().client_chain(type), "-key", world().client_key(type)});
      EXPECT_TRUE(has(outcome, "Welcome to the shop")) << version << crypto::to_string(type) << outcome.out;
    }
    const Outcome none = s_client(server, {version});
    EXPECT_FALSE(has(none, "Welcome to the shop")) << none.out;
    EXPECT_TRUE(has(none, "alert")) << none.out;
  }
  EXPECT_TRUE(server.process().wait_for("client \"")) << server.process().output();
}

TEST(ClientCertificates, ThatAreOnlyAskedForMayBeLeftOut) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::p256, asking(false));
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    const Outcome none = s_client(server, {version});
    EXPECT_TRUE(has(none, "Welcome to the shop")) << none.out;
    // One that is shown must be good: a server's certificate is none for a client.
    const Outcome wrong =
        s_client(server, {version, "-cert", world().chain(), "-cert_chain", world().chain(), "-key", world().key()});
    EXPECT_FALSE(has(wrong, "Welcome to the shop")) << wrong.out;
  }
}

TEST(ClientCertificates, OfCurlAreTakenByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world(), KeyType::p256, asking(true));
  const Command fetch = {"curl",         "-sv",       "--cacert",
                         world().root(), "--resolve", "localhost:" + std::to_string(server.port()) + ":127.0.0.1",
                         server.url()};
  for (const char* version : versions) {
    const Outcome known =
        run(with(fetch, {"--tls-max", version, "--cert", world().client_chain(), "--key", world().client_key()}));
    const Outcome unknown = run(with(fetch, {"--tls-max", version}));
    EXPECT_TRUE(has(known, "Welcome to the shop")) << known.out;
    EXPECT_NE(unknown.exit_code, 0) << unknown.out;
  }
}

TEST(ClientCertificates, OfGnuTlsAreTakenByOurServer) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  KeywayServer server(world(), KeyType::p256, asking(true));
  for (const char* version : versions) {
    const Outcome outcome = run({"gnutls-cli", "--port", std::to_string(server.port()), "--x509cafile", world().root(),
                                 "--priority", std::string("NORMAL:-VERS-ALL:+VERS-TLS") + version, "--x509certfile",
                                 world().client_chain(), "--x509keyfile", world().client_key(), "localhost"},
                                {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
    EXPECT_TRUE(has(outcome, "Welcome to the shop")) << version << outcome.out;
  }
}

// ------------------------------------------------------------------------------------------------ our client

TEST(ClientCertificates, OfOursAreTakenByOpenSsl) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const OpenSslServer server(KeyType::p256, {"-Verify", "3", "-CAfile", world().root(), "-verify_return_error"});
  for (const char* version : versions) {
    for (const KeyType type : keys) {
      const Outcome outcome = keyway_get(world(), server.port(), with(our_certificate(type), {"--tls-max", version}));
      EXPECT_EQ(outcome.exit_code, 0) << version << crypto::to_string(type) << outcome.out;
    }
    const Outcome none = keyway_get(world(), server.port(), {"--tls-max", version});
    EXPECT_NE(none.exit_code, 0) << none.out;
    EXPECT_TRUE(has(none, "alert") || has(none, "certificate_required") || has(none, "handshake_failure")) << none.out;
  }
}

TEST(ClientCertificates, OfOursAreTakenByGnuTls) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::uint16_t port = free_port();
  Process server(
      {"gnutls-serv", "--http", "--port", std::to_string(port), "--x509certfile", world().chain(), "--x509keyfile",
       world().key(), "--x509cafile", world().root(), "--require-client-cert", "--verify-client-cert"},
      {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  for (const char* version : versions) {
    const Outcome known = keyway_get(world(), port, with(our_certificate(), {"-v", "--tls-max", version}));
    EXPECT_EQ(known.exit_code, 0) << version << known.out << server.output();
    EXPECT_TRUE(has(known, "CertificateRequest")) << known.out;
    EXPECT_TRUE(has(known, "CertificateVerify: the client")) << known.out;
  }
}

TEST(ClientCertificates, OfOursAreTakenByNginx) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const NginxServer server(
      "TLSv1.2 TLSv1.3", "ssl_client_certificate '" + world().root() + "'; ssl_verify_client on; ssl_verify_depth 3;");
  for (const char* version : versions) {
    const Outcome known = keyway_get(world(), server.port(), with(our_certificate(), {"--tls-max", version}));
    const Outcome unknown = keyway_get(world(), server.port(), {"--tls-max", version});
    EXPECT_TRUE(has(known, "Hello from nginx")) << known.out;
    EXPECT_EQ(unknown.exit_code, 12) << "nginx answers 400: " << unknown.out;
  }
}

}  // namespace
}  // namespace keyway::interop
