// `keyway get`: what is spoken, sessions that are kept, where the answer goes.

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

namespace fs = std::filesystem;
using crypto::KeyType;
using Json = nlohmann::json;

unsigned mode_of(const std::string& path) {
  struct ::stat about{};
  return ::stat(path.c_str(), &about) == 0 ? about.st_mode & 07777U : 0;
}

Json tls_of(const Outcome& outcome) {
  const Json json = Json::parse(outcome.out, nullptr, false);
  return json.is_object() ? json.value("tls", Json::object()) : Json::object();
}

TEST(Get, SpeaksTheVersionThatItIsToldTo) {
  KeywayServer server(world());

  const Json newest = tls_of(keyway_get(world(), server.port(), {"--json"}));
  const Json older = tls_of(keyway_get(world(), server.port(), {"--json", "--tls-max", "1.2"}));
  const Json at_least = tls_of(keyway_get(world(), server.port(), {"--json", "--tlsv1.2"}));
  const Json modern = tls_of(keyway_get(world(), server.port(), {"--json", "--policy", "modern-2026"}));

  EXPECT_EQ(newest.value("version", ""), "TLS 1.3");
  EXPECT_EQ(older.value("version", ""), "TLS 1.2");
  EXPECT_EQ(at_least.value("version", ""), "TLS 1.3");
  EXPECT_EQ(modern.value("version", ""), "TLS 1.3");
}

TEST(Get, OffersTheSuitesAndGroupsThatItIsTold) {
  KeywayServer server(world());

  const Json tls13 = tls_of(keyway_get(
      world(), server.port(), {"--json", "--ciphers", "tls_chacha20_poly1305_sha256", "--groups", "secp521r1"}));
  const Json tls12 = tls_of(keyway_get(
      world(), server.port(),
      {"--json", "--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384", "--groups", "P-384,P-256"}));

  EXPECT_EQ(tls13.value("cipher_suite", ""), "TLS_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(tls13.value("group", ""), "secp521r1");
  EXPECT_EQ(tls12.value("cipher_suite", ""), "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
}

TEST(Get, ShowsWhatWasAgreedOnOutOfWhat) {
  KeywayServer server(world());

  const Outcome tls13 = keyway_get(world(), server.port(), {"-v"});
  const Outcome tls12 = keyway_get(world(), server.port(), {"-v", "--tls-max", "1.2"});

  EXPECT_TRUE(has(tls13, "TLS 1.3, out of TLS 1.3, TLS 1.2")) << tls13.out;
  EXPECT_TRUE(has(tls13, "TLS_AES_128_GCM_SHA256, out of")) << tls13.out;
  EXPECT_TRUE(has(tls13, "ecdsa_secp256r1_sha256, out of")) << tls13.out;
  EXPECT_TRUE(has(tls13, "17 03 03")) << "the first encrypted record" << tls13.out;
  EXPECT_TRUE(has(tls13, "policy compatible-2026")) << tls13.out;
  EXPECT_TRUE(has(tls12, "TLS 1.2, the only one offered")) << tls12.out;
  EXPECT_TRUE(has(tls12, "extended")) << tls12.out;
  EXPECT_TRUE(has(tls12, "policy compatible-2026, TLS 1.2")) << tls12.out;
}

struct UsageCase {
  std::vector<std::string> options;
  const char* words;
};

TEST(Get, TellsOptionsThatCanNotBe) {
  for (const UsageCase& each :
       {UsageCase{{"--policy", "strong"}, "compatible-2026"}, UsageCase{{"--ciphers", "RC4-MD5"}, "RC4-MD5"},
        UsageCase{{"--ciphers", "AES128-GCM-SHA256"}, "a suite of compatible-2026"},
        UsageCase{{"--groups", "x25519::P-256"}, "an empty name"}, UsageCase{{"--groups", "sect283k1"}, "sect283k1"},
        UsageCase{{"--tlsv1.3", "--tls-max", "1.2"}, "none"},
        UsageCase{{"--policy", "modern-2026", "--tls-max", "1.2"}, "modern-2026"},
        UsageCase{{"--tls-max", "1.1"}, "1.1"}}) {
    const Outcome outcome = keyway_get(world(), 1, each.options);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
    EXPECT_TRUE(has(outcome, each.words)) << outcome.out;
  }
}

// ------------------------------------------------------------------------------------------------ sessions

TEST(SessionFile, ComesBackInTheNextRun) {
  KeywayServer server(world());
  const std::string file = world().path("sessions");

  const Json first = tls_of(keyway_get(world(), server.port(), {"--json", "--session-file", file}));
  const unsigned mode = mode_of(file);
  const Json second = tls_of(keyway_get(world(), server.port(), {"--json", "--session-file", file}));

  EXPECT_EQ(first.value("is_resumption", true), false);
  EXPECT_EQ(second.value("is_resumption", false), true);
  EXPECT_EQ(mode, 0600U);
}

TEST(SessionFile, ComesBackWhereSomethingMayBeFetched) {
  KeywayServer server(world());
  const std::string file = world().path("sessions-of-fetchers");
  const std::vector<std::string> options{"--json", "--fetch", "--no-cache", "--session-file", file};

  const Json first = tls_of(keyway_get(world(), server.port(), options));
  const Json second = tls_of(keyway_get(world(), server.port(), options));

  EXPECT_EQ(first.value("is_resumption", true), false);
  EXPECT_EQ(second.value("is_resumption", false), true);
}

TEST(SessionFile, IsNotGoneOnWithUnderOtherRules) {
  KeywayServer server(world());
  const std::string file = world().path("sessions-of-other-rules");
  static_cast<void>(keyway_get(world(), server.port(), {"--session-file", file}));

  const Json other = tls_of(keyway_get(world(), server.port(), {"--json", "--session-file", file, "--tlsv1.3"}));

  EXPECT_EQ(other.value("is_resumption", true), false);
}

TEST(SessionFile, KeepsASessionThatWasNotOffered) {
  KeywayServer server(world());
  const std::string file = world().path("sessions-not-offered");
  static_cast<void>(keyway_get(world(), server.port(), {"--session-file", file}));
  fs::copy_file(file, file + ".before");

  server.process().stop(SIGKILL);
  static_cast<void>(server.process().finish());
  static_cast<void>(keyway_get(world(), server.port(), {"--session-file", file}));

  EXPECT_EQ(fs::file_size(file), fs::file_size(file + ".before"));
}

TEST(SessionFile, IsRefusedWhenOthersMayReadIt) {
  world().write("open-sessions", "");
  fs::permissions(world().path("open-sessions"), fs::perms(0644));

  const Outcome outcome = keyway_get(world(), 1, {"--session-file", world().path("open-sessions")});

  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_TRUE(has(outcome, "0600")) << outcome.out;
}

TEST(SessionFile, IsRefusedWhenItHoldsSomethingElse) {
  KeywayServer server(world());
  const std::string good = world().path("good-sessions");
  static_cast<void>(keyway_get(world(), server.port(), {"--session-file", good}));
  std::ifstream in(good, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ASSERT_GT(bytes.size(), 100U);

  for (const std::string& wrong : {std::string("something else"), bytes.substr(0, bytes.size() - 1), bytes + "x"}) {
    world().write("wrong-sessions", wrong);
    fs::permissions(world().path("wrong-sessions"), fs::perms(0600));
    const Outcome outcome = keyway_get(world(), server.port(), {"--session-file", world().path("wrong-sessions")});
    EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
    EXPECT_TRUE(has(outcome, "sessions that keyway wrote")) << outcome.out;
  }
}

// ------------------------------------------------------------------------------------------------ files

TEST(Get, WarnsOfAKeyLogOfEitherVersion) {
  KeywayServer server(world());
  const std::string file = world().path("client-keys");

  const Outcome outcome = keyway_get(world(), server.port(), {"--keylog", file});
  static_cast<void>(keyway_get(world(), server.port(), {"--keylog", file, "--tls-max", "1.2"}));

  EXPECT_TRUE(has(outcome, "warning")) << outcome.out;
  EXPECT_TRUE(has(outcome, "key log")) << outcome.out;
  EXPECT_EQ(mode_of(file), 0600U);
  std::ifstream in(file);
  const std::string lines{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_NE(lines.find("CLIENT_TRAFFIC_SECRET_0 "), std::string::npos) << lines;
  EXPECT_NE(lines.find("CLIENT_RANDOM "), std::string::npos) << lines;
}

TEST(Get, TellsThatTheDiskIsFull) {
  KeywayServer server(world());

  const Outcome outcome = keyway_get(world(), server.port(), {"-o", "/dev/full"}, "/big.bin");

  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  EXPECT_TRUE(has(outcome, "/dev/full")) << outcome.out;
  EXPECT_TRUE(has(outcome, "free some space")) << outcome.out;
}

TEST(Get, TellsThatStandardOutputIsFull) {
  KeywayServer server(world());

  const Outcome outcome = run({"sh", "-c", "\"$0\" get \"$1\" --cacert \"$2\" > /dev/full; echo \"exit $?\" >&2",
                               keyway_command(), server.url(), world().root()});

  EXPECT_TRUE(has(outcome, "exit 3")) << outcome.out;
  EXPECT_TRUE(has(outcome, "standard output")) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
