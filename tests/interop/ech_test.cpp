// Encrypted ClientHello with NSS, which Firefox has inside, on either side, with Go's client, and by what DNS tells.
// Browsers stand in ech_browser_test.cpp; BoGo's peer has both sides (docs/conformance.md).

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "core/writer.hpp"
#include "interop/ech_key.hpp"
#include "interop/name_server.hpp"
#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

/// NSS's test client comes to our server, which knows `key`, with `configs`.
Outcome visit_with_nss(const EchKeyFile& key, const EchConfigList& configs, const Command& serving = {}) {
  KeywayServer server(world(), crypto::KeyType::p256, with({"--ech", key.file}, serving));
  const std::string database = nss_database(world().path("nss-client-" + std::to_string(server.port())));
  return run({"tstclnt", "-d", database, "-4", "-h", "localhost", "-p", std::to_string(server.port()), "-V",
              "tls1.3:tls1.3", "-N", configs.to_base64(), "-Q"});
}

TEST(NssClient, HidesTheNameFromAllButOurServer) {
  KEYWAY_REQUIRE_PROGRAM("tstclnt");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  // No certificate here is for public.example: the handshake holds only where what is hidden was read.
  const EchKeyFile key = make_ech_key("public.example");

  const Outcome accepted = visit_with_nss(key, key.configs());
  EXPECT_EQ(accepted.exit_code, 0) << accepted.out;
  EXPECT_NE(visit_with_nss(key, make_ech_key("public.example").configs()).exit_code, 0);
}

TEST(NssClient, HidesTheNameInItsSecondClientHelloToo) {
  KEYWAY_REQUIRE_PROGRAM("tstclnt");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  const EchKeyFile key = make_ech_key("public.example");
  const Outcome accepted = visit_with_nss(key, key.configs(), {"--groups", "secp384r1"});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.out;
}

TEST(NssClient, IsToldOfOurPresentConfiguration) {
  KEYWAY_REQUIRE_PROGRAM("tstclnt");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  const EchKeyFile key = make_ech_key("localhost");
  const EchConfigList old = make_ech_key("localhost").configs();
  for (const Command& serving : {Command{}, Command{"--groups", "secp384r1"}}) {
    const Outcome rejected = visit_with_nss(key, old, serving);
    EXPECT_NE(rejected.exit_code, 0);
    EXPECT_NE(rejected.out.find("SSL_ERROR_ECH_RETRY_WITH_ECH"), std::string::npos) << rejected.out;
  }
}

/// Go's client comes to our server, which knows `key`, for shop.localhost.
Outcome visit_with_go(const EchKeyFile& key, const EchConfigList& configs, const Command& serving = {}) {
  const std::string client = go_peer("ech.go");
  KeywayServer server(world(), crypto::KeyType::p256, with({"--ech", key.file}, serving));
  return run({client, std::to_string(server.port()), world().root(), "shop.localhost", configs.to_base64()});
}

constexpr int first_go_with_ech = 23;

TEST(GoClient, HidesTheNameFromAllButOurServer) {
  if (go_minor_version() < first_go_with_ech) GTEST_SKIP() << "no Go with ECH is on this machine";
  const EchKeyFile key = make_ech_key("public.example");
  for (const Command& serving : {Command{}, Command{"--groups", "secp384r1"}}) {
    const Outcome outcome = visit_with_go(key, key.configs(), serving);
    EXPECT_EQ(outcome.out, "accepted true\n");
  }
}

TEST(GoClient, TakesOurRejection) {
  if (go_minor_version() < first_go_with_ech) GTEST_SKIP() << "no Go with ECH is on this machine";
  const EchKeyFile key = make_ech_key("shop.localhost");
  const Outcome outcome = visit_with_go(key, make_ech_key("shop.localhost").configs());
  // Go 1.23 looks for the configurations in ServerHello, where none are.
  const bool reads_configs = go_minor_version() > first_go_with_ech;
  EXPECT_EQ(outcome.out, "rejected " + (reads_configs ? key.configs().to_base64() : "") + "\n");
}

/// `selfserv`, NSS's test server, with an ECH key; it shows one certificate, whatever name it is asked for.
class NssServer {
 public:
  explicit NssServer(const EchKeyFile& key, const Command& more = {}) : port_(free_port()) {
    const std::string database = nss_database(world().path("nss-server-" + std::to_string(port_)));
    const std::string bag = world().path("nss.p12");
    EXPECT_EQ(run({"openssl", "pkcs12", "-export", "-in", world().chain(), "-inkey", world().key(), "-name", "shop",
                   "-passout", "pass:", "-out", bag})
                  .exit_code,
              0);
    EXPECT_EQ(run({"pk12util", "-d", database, "-i", bag, "-W", ""}).exit_code, 0);
    process_ = std::make_unique<Process>(with({"selfserv", "-d", database, "-n", "shop", "-e", "shop", "-p",
                                               std::to_string(port_), "-V", "tls1.3:tls1.3", "-v", "-X", text_of(key)},
                                              more));
    EXPECT_TRUE(wait_for_port(port_)) << process_->finish(std::chrono::seconds(1)).out;
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Process& process() noexcept { return *process_; }

 private:
  /// As its option -X wants it: the length of a PKCS#8 of NSS's own kind, that, and the configurations.
  static std::string text_of(const EchKeyFile& file) {
    const EchKey key = file.key();
    constexpr std::size_t public_key_at = 9;  // in an ECHConfig with one of 32 bytes
    constexpr std::size_t key_size = 32;
    Bytes text;
    Writer out(text);
    out.vector16([&] {
      // PrivateKeyInfo with ecPublicKey and GNU's OID of Curve25519, around an ECPrivateKey (RFC 5915).
      out.bytes(*from_hex("3067020100301406072a8648ce3d020106092b06010401da470f01044c304a0201010420"));
      out.bytes(key.private_key());
      out.bytes(*from_hex("a123032100"));
      out.bytes(key.config().subspan(public_key_at, key_size));
    });
    out.bytes(key.config_list().bytes());
    return to_base64(text);
  }

  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

#define KEYWAY_REQUIRE_NSS_SERVER()   \
  KEYWAY_REQUIRE_PROGRAM("selfserv"); \
  KEYWAY_REQUIRE_PROGRAM("pk12util"); \
  KEYWAY_REQUIRE_PROGRAM("certutil"); \
  KEYWAY_REQUIRE_PROGRAM("openssl")

/// What `keyway get` says of an exchange with `server`, its JSON beginning where that does.
struct Told {
  std::string all;
  Json tls;
};
Told get_from(NssServer& server, const std::string& ech) {
  const Outcome outcome = keyway_get(world(), server.port(), {"--ech", ech, "--json"});
  const std::size_t at = outcome.out.find('{');
  const Json json = Json::parse(at == std::string::npos ? "" : outcome.out.substr(at), nullptr, false);
  return {outcome.out, json.is_object() ? json.value("tls", Json::object()) : Json::object()};
}

TEST(NssServer, ReadsWhatOurClientHides) {
  KEYWAY_REQUIRE_NSS_SERVER();
  const EchKeyFile key = make_ech_key("public.example");
  NssServer server(key);
  const Told told = get_from(server, key.file);
  EXPECT_EQ(told.tls.value("ech", ""), "accepted") << told.all;
  EXPECT_EQ(told.tls.value("after_hello_retry_request", true), false);
}

// Of a rejected offer and a HelloRetryRequest together NSS 3.87 makes keys that its own client has not either.
TEST(NssServer, ReadsWhatOurClientHidesInItsSecondClientHello) {
  KEYWAY_REQUIRE_NSS_SERVER();
  const EchKeyFile key = make_ech_key("public.example");
  NssServer server(key, {"-I", "P256"});
  const Told told = get_from(server, key.file);
  EXPECT_EQ(told.tls.value("ech", ""), "accepted") << told.all;
  EXPECT_EQ(told.tls.value("after_hello_retry_request", false), true);
}

TEST(NssServer, TellsOurClientOfItsPresentConfiguration) {
  KEYWAY_REQUIRE_NSS_SERVER();
  NssServer server(make_ech_key("localhost"));
  const Told told = get_from(server, make_ech_key("localhost").file);
  EXPECT_EQ(told.tls.value("ech", ""), "accepted") << told.all;
  EXPECT_NE(told.all.find("once more"), std::string::npos) << told.all;
  EXPECT_TRUE(server.process().wait_for("ECH required")) << server.process().output();
}

TEST(NssServer, IsNotBelievedForAPublicNameThatIsNotItsOwn) {
  KEYWAY_REQUIRE_NSS_SERVER();
  NssServer server(make_ech_key("public.example"));
  const Told told = get_from(server, make_ech_key("public.example").file);
  EXPECT_TRUE(told.tls.empty()) << told.all;
  EXPECT_EQ(told.all.find("once more"), std::string::npos) << told.all;
  EXPECT_NE(told.all.find("public.example"), std::string::npos) << told.all;
}

TEST(NssServer, IsNotDisturbedByWhatOnlyLooksHidden) {
  KEYWAY_REQUIRE_NSS_SERVER();
  NssServer server(make_ech_key("public.example"));
  const Told told = get_from(server, "grease");
  EXPECT_EQ(told.tls.value("ech", ""), "greased") << told.all;
}

/// `keyway get --ech dns` of shop.localhost, whose HTTPS record is `names`' to tell.
Outcome get_by_dns(const NameServer& names, const KeywayServer& server) {
  const std::string place = "shop.localhost:" + std::to_string(server.port());
  return run({keyway_command(), "get", "https://" + place + "/", "--cacert", world().root(), "--resolve",
              place + ":127.0.0.1", "--ech", "dns", "--dns-server", names.address()});
}

TEST(EchOfDns, IsWhatTheHttpsRecordSays) {
  const EchKeyFile key = make_ech_key("localhost");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key.file});
  NameServer names(world(), {{.name = "shop.localhost", .port = server.port(), .ech = key.configs()}});

  const Outcome outcome = get_by_dns(names, server);

  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(server.process().wait_for(" ech")) << server.process().output();
  const std::vector<std::string> asked{"_" + std::to_string(server.port()) + "._https.shop.localhost 65"};
  EXPECT_EQ(names.questions(), asked);
}

TEST(EchOfDns, ThatIsOutOfDateIsReplacedByTheServer) {
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", make_ech_key("localhost").file});
  NameServer names(world(),
                   {{.name = "shop.localhost", .port = server.port(), .ech = make_ech_key("localhost").configs()}});

  const Outcome outcome = get_by_dns(names, server);

  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("once more"), std::string::npos) << outcome.out;
  EXPECT_TRUE(server.process().wait_for(" ech")) << server.process().output();
}

TEST(EchOfDns, ThatSaysNothingSendsNothing) {
  const EchKeyFile key = make_ech_key("localhost");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key.file});
  NameServer names(world(), {{.name = "other.localhost", .port = server.port(), .ech = key.configs()}});

  const Outcome outcome = get_by_dns(names, server);

  EXPECT_EQ(outcome.exit_code, 4) << outcome.out;
  EXPECT_NE(outcome.out.find("the HTTPS record of"), std::string::npos) << outcome.out;
}

TEST(EchOfDns, AsksNoServerThatIsNone) {
  for (const char* server : {"localhost", "127.0.0.1:0", "127.0.0.1:x", "127.0.0.1:99999", "127.0.0.1:", "[::1",
                             "[::1]x", "[127.0.0.1]:53", "::1:"}) {
    const Outcome outcome =
        run({keyway_command(), "get", "https://shop.localhost/", "--ech", "dns", "--dns-server", server});
    EXPECT_EQ(outcome.exit_code, 2) << server << outcome.out;
  }
  EXPECT_EQ(run({keyway_command(), "get", "https://shop.localhost/", "--dns-server", "127.0.0.1"}).exit_code, 2);
}

}  // namespace
}  // namespace keyway::interop
