// `keyway serve`: what it says when something is not as it should be.

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using crypto::KeyType;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Outcome serve(const std::vector<std::string>& more, const std::map<std::string, std::string>& environment = {}) {
  std::vector<std::string> command = {keyway_command(), "serve"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command, {.environment = environment});
}

TEST(Serve, MakesNoAuthorityForAFolderThatIsMissing) {
  const std::string data = world().path("data-of-nobody");

  const Outcome outcome = serve({world().path("missing")}, {{"XDG_DATA_HOME", data}});

  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("missing"), std::string::npos) << outcome.out;
  EXPECT_FALSE(fs::exists(data));
}

TEST(Serve, TellsAKeyThatDoesNotBelongToItsCertificate) {
  const Outcome outcome =
      serve({world().site(), "--cert", world().chain(KeyType::p256), "--key", world().key(KeyType::rsa)});

  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("does not belong to"), std::string::npos) << outcome.out;
}

TEST(Serve, TellsAChainThatIsOutOfOrder) {
  const std::string chain = contents(world().chain());
  constexpr std::string_view end = "-----END CERTIFICATE-----\n";
  const std::size_t second = chain.find(end) + end.size();
  ASSERT_LT(second, chain.size());
  world().write("turned.pem", chain.substr(second) + chain.substr(0, second));

  const Outcome outcome = serve({world().site(), "--cert", world().path("turned.pem"), "--key", world().key()});

  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("turned.pem"), std::string::npos) << outcome.out;
}

TEST(Serve, TellsWhoMayListenBelowPort1024) {
  KEYWAY_REQUIRE_PROGRAM("setpriv");
  int first_free = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first_free;
  if (first_free <= 81) GTEST_SKIP() << "everybody may listen below 1024 here";

  // Without the right, also where root runs this.
  const Outcome outcome =
      run({"setpriv", "--inh-caps", "-net_bind_service", "--bounding-set", "-net_bind_service", keyway_command(),
           "serve", world().site(), "--cert", world().chain(), "--key", world().key(), "--listen", "127.0.0.1:81"});

  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("ports below 1024 are for the administrator"), std::string::npos) << outcome.out;
}

TEST(Serve, NamesItsPolicyAsItIsNarrowed) {
  KeywayServer server(world(), KeyType::p256, {"--tls-max", "1.2", "--groups", "P-256:x25519"});

  EXPECT_TRUE(server.process().wait_for("policy compatible-2026, TLS 1.2, groups secp256r1 x25519"))
      << server.process().output();
}

TEST(Serve, SpeaksWhatItIsToldToAndNothingElse) {
  KeywayServer server(world(), KeyType::p256, {"--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-CHACHA20-POLY1305"});

  const Outcome fits = keyway_get(world(), server.port(), {"-v"});
  const Outcome newer = keyway_get(world(), server.port(), {"--tlsv1.3"});
  const Outcome other = keyway_get(world(), server.port(), {"--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"});

  EXPECT_EQ(fits.exit_code, 0) << fits.out;
  EXPECT_NE(fits.out.find("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"), std::string::npos) << fits.out;
  EXPECT_EQ(newer.exit_code, 6) << newer.out;
  EXPECT_NE(newer.out.find("protocol_version"), std::string::npos) << newer.out;
  EXPECT_EQ(other.exit_code, 6) << other.out;
}

TEST(Serve, ChoosesAmongTheProtocolsThatItIsTold) {
  KeywayServer server(world(), KeyType::p256, {"--alpn", "http/1.0,http/1.1"});

  const Outcome both = keyway_get(world(), server.port(), {"-v", "--alpn", "http/1.1,http/1.0"});
  const Outcome none = keyway_get(world(), server.port(), {"--alpn", "h2"});

  EXPECT_NE(both.out.find("http/1.0, out of http/1.1, http/1.0"), std::string::npos) << both.out;
  EXPECT_EQ(none.exit_code, 6) << none.out;
  EXPECT_NE(none.out.find("no_application_protocol"), std::string::npos) << none.out;
}

TEST(Serve, WarnsOfAKeyLog) {
  KeywayServer server(world(), KeyType::p256, {"--keylog", world().path("server-keys")});

  static_cast<void>(keyway_get(world(), server.port()));

  EXPECT_TRUE(server.process().wait_for("secrets are written to a key log")) << server.process().output();
  EXPECT_NE(contents(world().path("server-keys")).find("CLIENT_TRAFFIC_SECRET_0 "), std::string::npos);
}

TEST(Serve, ReadsItsFilesAnewWhenItIsHungUpOn) {
  const auto use = [](KeyType type) {
    world().write("changing.pem", contents(world().chain(type)));
    world().write("changing-key.pem", contents(world().key(type)));
  };
  use(KeyType::p256);
  const std::uint16_t port = free_port();
  Process server({keyway_command(), "serve", world().site(), "--cert", world().path("changing.pem"), "--key",
                  world().path("changing-key.pem"), "--listen", "127.0.0.1:" + std::to_string(port)});
  ASSERT_TRUE(wait_for_port(port)) << server.output();
  const auto scheme = [&] {
    const Json json = Json::parse(keyway_get(world(), port, {"--json"}).out, nullptr, false);
    return json.is_object() ? json["tls"].value("signature_scheme", "") : "";
  };
  EXPECT_EQ(scheme(), "ecdsa_secp256r1_sha256");

  use(KeyType::rsa);
  server.stop(SIGHUP);
  ASSERT_TRUE(server.wait_for("read anew")) << server.output();
  EXPECT_EQ(scheme(), "rsa_pss_rsae_sha256");

  world().write("changing.pem", "nothing of the kind");
  server.stop(SIGHUP);
  ASSERT_TRUE(server.wait_for("goes on with what was read before")) << server.output();
  EXPECT_EQ(scheme(), "rsa_pss_rsae_sha256");
}

}  // namespace
}  // namespace keyway::interop
