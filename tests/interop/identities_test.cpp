// Keys in place of certificates, by the command: with OpenSSL, with GnuTLS, and between our own ends.

#include <gtest/gtest.h>

#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

const std::string secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::string secret_file() {
  world().write("psk.hex", secret + "\n");
  return world().path("psk.hex");
}

/// `keyway serve` without certificates.
class BareServer {
 public:
  explicit BareServer(const std::vector<std::string>& more) : port_(free_port()) {
    process_ = std::make_unique<Process>(
        with({keyway_command(), "serve", world().site(), "--listen", "127.0.0.1:" + std::to_string(port_)}, more));
    EXPECT_TRUE(wait_for_port(port_)) << process_->output();
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

bool welcomes(const Outcome& outcome) {
  return outcome.out.find("Welcome to the shop") != std::string::npos;
}

TEST(Psk, IsAllThatOurOwnEndsNeedOfEachOther) {
  const BareServer server({"--psk", "device:" + secret_file()});
  const Outcome known = keyway_get(world(), server.port(), {"--psk", "device:" + secret_file()});
  EXPECT_TRUE(welcomes(known)) << known.out;
  const Outcome other_name = keyway_get(world(), server.port(), {"--psk", "other:" + secret_file()});
  EXPECT_EQ(other_name.exit_code, 6) << other_name.out;
  EXPECT_FALSE(welcomes(keyway_get(world(), server.port())));
}

TEST(Psk, IsBoundToTheNamesOfBothEnds) {
  const BareServer server({"--psk", "link:" + secret_file(), "--psk-names", "north,south"});
  EXPECT_TRUE(
      welcomes(keyway_get(world(), server.port(), {"--psk", "link:" + secret_file(), "--psk-names", "south,north"})));
  const Outcome itself =
      keyway_get(world(), server.port(), {"--psk", "link:" + secret_file(), "--psk-names", "north,south"});
  EXPECT_EQ(itself.exit_code, 6) << itself.out;
}

TEST(Psk, TellsFilesThatHoldNone) {
  world().write("short.hex", "0011\n");
  for (const std::string& wrong :
       {std::string("device"), "device:" + world().root(), "device:" + world().path("short.hex")}) {
    const Outcome outcome = keyway_get(world(), 1, {"--psk", wrong});
    EXPECT_NE(outcome.out.find("--psk"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.exit_code, 0);
  }
}

TEST(OpenSslClient, KnowsUsByAPlainPsk) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const BareServer server({"--psk", "device:" + secret_file(), "--psk-plain"});
  const Outcome outcome = run({"openssl", "s_client", "-connect", server.address(), "-tls1_3", "-psk", secret,
                               "-psk_identity", "device", "-ign_eof"},
                              {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_TRUE(welcomes(outcome)) << outcome.out;
}

TEST(OpenSslServerTest, IsKnownByAPlainPsk) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const std::uint16_t port = free_port();
  Process server({"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port), "-nocert", "-tls1_3", "-psk",
                  secret, "-psk_identity", "device", "-www"});
  ASSERT_TRUE(wait_for_port(port));
  const Outcome outcome =
      keyway_get(world(), port, {"--psk", "device:" + secret_file(), "--psk-plain", "--alpn", "none"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << server.output();
  EXPECT_NE(outcome.out.find("TLSv1.3"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("without importer"), std::string::npos) << outcome.out;  // the warning
}

/// The public half of a key's file, made by openssl.
std::string public_half(const std::string& key, const std::string& name) {
  const std::string file = world().path(name);
  EXPECT_EQ(run({"openssl", "pkey", "-in", key, "-pubout", "-out", file}).exit_code, 0);
  return file;
}

TEST(RawPublicKey, IsTakenWhereItIsPinnedAndNowhereElse) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const BareServer server({"--rpk", world().key()});
  const Outcome pinned = keyway_get(world(), server.port(), {"--pin", public_half(world().key(), "p256.pub"), "-v"});
  EXPECT_TRUE(welcomes(pinned)) << pinned.out;
  const Outcome by_certificate = keyway_get(world(), server.port(), {"--pin", world().chain()});
  EXPECT_TRUE(welcomes(by_certificate)) << by_certificate.out;
  const Outcome other =
      keyway_get(world(), server.port(), {"--pin", public_half(world().key(KeyType::rsa), "rsa.pub")});
  EXPECT_EQ(other.exit_code, 8) << other.out;
  EXPECT_FALSE(welcomes(keyway_get(world(), server.port())));
}

TEST(RawPublicKey, OfAClientIsTakenWhereItIsPinned) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const BareServer server(
      {"--rpk", world().key(), "--pin", public_half(world().client_key(), "client.pub"), "--require-client-cert"});
  const std::vector<std::string> pin = {"--pin", world().chain()};
  EXPECT_TRUE(welcomes(keyway_get(world(), server.port(), with(pin, {"--rpk", world().client_key()}))));
  EXPECT_FALSE(welcomes(keyway_get(world(), server.port(), with(pin, {"--rpk", world().key(KeyType::rsa)}))));
  EXPECT_FALSE(welcomes(keyway_get(world(), server.port(), pin)));
}

TEST(GnuTlsClient, TakesOurRawPublicKey) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  const BareServer server({"--rpk", world().key()});
  const Outcome outcome =
      run({"gnutls-cli", "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:+CTYPE-SRV-RAWPK:-CTYPE-SRV-X509", "--insecure",
           "-p", std::to_string(server.port()), "localhost"},
          {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_TRUE(welcomes(outcome)) << outcome.out;
}

TEST(GnuTlsServer, ShowsItsRawPublicKey) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-serv");
  const std::uint16_t port = free_port();
  Process server({"gnutls-serv", "--http", "--port=" + std::to_string(port), "--rawpkkeyfile=" + world().key(),
                  "--rawpkfile=" + public_half(world().key(), "gnutls.pub"),
                  "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:+CTYPE-SRV-RAWPK"});
  ASSERT_TRUE(wait_for_port(port));
  const Outcome outcome = keyway_get(world(), port, {"--pin", world().chain(), "--alpn", "none"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << server.output();
}

TEST(DelegatedCredential, IsMadeShownAndTaken) {
  const std::string dir = world().path("delegating-ca");
  const auto keyway = [](const std::vector<std::string>& more) { return run(with({keyway_command()}, more)); };
  ASSERT_EQ(keyway({"ca", "init", "--name", "Shop", "--dir", dir}).exit_code, 0);
  ASSERT_EQ(keyway({"ca", "issue", "localhost", "--dir", dir, "--out", dir, "--delegation-usage"}).exit_code, 0);
  const std::string chain = dir + "/localhost.pem";
  const std::string file = dir + "/delegated.pem";
  const Outcome made =
      keyway({"ca", "delegate", "--cert", chain, "--cert-key", dir + "/localhost-key.pem", "--out", file});
  ASSERT_EQ(made.exit_code, 0) << made.out;
  const BareServer server({"--cert", chain, "--delegated-credential", file});
  const auto get = [&](const std::vector<std::string>& more) {
    const std::string port = std::to_string(server.port());
    return keyway(with({"get", "https://localhost:" + port + "/", "--cacert", dir + "/root.pem", "--resolve",
                        "localhost:" + port + ":127.0.0.1"},
                       more));
  };
  const Outcome taken = get({"--delegated-credentials", "-v"});
  EXPECT_TRUE(welcomes(taken)) << taken.out;
  EXPECT_NE(taken.out.find("Delegated credential: the server proves itself"), std::string::npos) << taken.out;
  EXPECT_EQ(get({}).exit_code, 6);  // the certificate's own key is not there
}

TEST(DelegatedCredential, IsNotMadeUnderACertificateThatDoesNotAllowIt) {
  const Outcome made = run({keyway_command(), "ca", "delegate", "--cert", world().chain(), "--cert-key", world().key(),
                            "--out", world().path("never.pem")});
  EXPECT_NE(made.exit_code, 0);
  EXPECT_NE(made.out.find("--delegation-usage"), std::string::npos) << made.out;
}

}  // namespace
}  // namespace keyway::interop
