// OCSP responses in the handshake, with OpenSSL and GnuTLS, in both directions and both versions.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "interop/peers.hpp"
#include "interop/world.hpp"
#include "testing/make_ocsp.hpp"

namespace keyway::interop {
namespace {

using Status = x509::SingleResponse::Status;

/// A file with what the authority says now about our servers' certificate.
std::string response_file(const std::string& name, Status status) {
  std::ifstream file(world().chain(), std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(file), {}};
  const x509::Certificate leaf = std::move(x509::Certificate::all_from(as_bytes(pem)).value().front());
  const ByteView serial = leaf.view().serial_number;
  const Time now = SystemClock().now();
  testing::OcspOptions options;
  options.status = status;
  options.this_update = now - std::chrono::hours(1);
  options.next_update = now + std::chrono::hours(24);
  options.revocation_time = now - std::chrono::hours(2);
  const Bytes response =
      testing::make_ocsp(world().authority().intermediate(), Bytes(serial.begin(), serial.end()), options);
  world().write(name, std::string(as_text(response)));
  return world().path(name);
}

constexpr const char* version_flags[] = {"-tls1_2", "-tls1_3"};

TEST(Stapling, OfOurServerIsReadByOpenSsl) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const KeywayServer server(world(), crypto::KeyType::p256, {"--ocsp", response_file("good.ocsp", Status::good)});
  for (const char* version : version_flags) {
    const Outcome outcome = s_client(server, {version, "-status"});
    EXPECT_TRUE(has(outcome, "OCSP Response Status: successful")) << outcome.out;
    EXPECT_TRUE(has(outcome, "Cert Status: good")) << outcome.out;
  }
}

TEST(Stapling, OfOurServerIsReadByGnuTls) {
  KEYWAY_REQUIRE_PROGRAM("gnutls-cli");
  const KeywayServer server(world(), crypto::KeyType::p256, {"--ocsp", response_file("good.ocsp", Status::good)});
  const Outcome outcome = run(
      {"gnutls-cli", "--port", std::to_string(server.port()), "--x509cafile", world().root(), "--verbose", "localhost"},
      {.input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"});
  EXPECT_TRUE(has(outcome, "Certificate Status: good")) << outcome.out;
}

TEST(Stapling, OfOpenSslTellsOurClientThatACertificateIsGood) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const std::string good = response_file("good.ocsp", Status::good);
  for (const char* version : version_flags) {
    const OpenSslServer server(crypto::KeyType::p256, {version, "-status_file", good});
    const Outcome outcome = keyway_get(world(), server.port(), {"-v"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_TRUE(has(outcome, "stapled OCSP response")) << outcome.out;
  }
}

TEST(Stapling, OfNginxTellsOurClientThatACertificateIsGood) {
  KEYWAY_REQUIRE_PROGRAM(nginx_command());
  const std::string good = response_file("good.ocsp", Status::good);
  const NginxServer server("TLSv1.2 TLSv1.3", "ssl_stapling on; ssl_stapling_file '" + good + "';");
  for (const char* version : {"1.2", "1.3"}) {
    const Outcome outcome = keyway_get(world(), server.port(), {"-v", "--tls-max", version});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_TRUE(has(outcome, "stapled OCSP response")) << version << outcome.out;
  }
}

TEST(Stapling, OfOpenSslTellsOurClientThatACertificateIsRevoked) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const std::string revoked = response_file("revoked.ocsp", Status::revoked);
  for (const char* version : version_flags) {
    const OpenSslServer server(crypto::KeyType::p256, {version, "-status_file", revoked});
    const Outcome outcome = keyway_get(world(), server.port());
    EXPECT_EQ(outcome.exit_code, 11) << outcome.out;
    EXPECT_TRUE(has(outcome, "revoked on")) << outcome.out;
  }
}

}  // namespace
}  // namespace keyway::interop
