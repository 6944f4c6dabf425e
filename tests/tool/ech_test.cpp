// `keyway ech`, and what `serve` and `get` do with its keys.

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

/// Makes a key for `localhost`, which the world's certificates are for; shop.localhost is what is hidden.
std::string make_key(const std::string& name) {
  const std::string file = world().path(name);
  std::filesystem::remove(file);
  const Outcome made = run({keyway_command(), "ech", "generate", "--public-name", "localhost", "--out", file});
  EXPECT_EQ(made.exit_code, 0) << made.out;
  return file;
}

/// `keyway get` of https://shop.localhost:PORT/ as JSON.
Outcome get_hidden(std::uint16_t port, const std::vector<std::string>& more) {
  std::vector<std::string> command{
      keyway_command(), "get",       "https://shop.localhost:" + std::to_string(port) + "/",  "--cacert",
      world().root(),   "--resolve", "shop.localhost:" + std::to_string(port) + ":127.0.0.1", "--json"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command);
}

std::string ech_of(const Outcome& outcome) {
  const Json json = Json::parse(outcome.out, nullptr, false);
  return json.is_object() ? json.value("tls", Json::object()).value("ech", "none") : outcome.out;
}

TEST(EchGenerate, WritesAKeyForItsOwnerAloneAndPrintsWhatIsPublished) {
  const std::string file = world().path("generated.pem");
  std::filesystem::remove(file);
  const std::vector<std::string> command{keyway_command(), "ech",   "generate", "--public-name",
                                         "public.example", "--out", file,       "--json"};
  const Outcome made = run(command);
  const Json json = Json::parse(made.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << made.out;
  EXPECT_TRUE(json.value("ech_config_list", "").starts_with("AE")) << made.out;
  struct ::stat about{};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
  EXPECT_NE(run(command).exit_code, 0) << "the file is there already";
}

TEST(EchGenerate, RefusesAPublicNameThatIsNone) {
  EXPECT_EQ(run({keyway_command(), "ech", "generate", "--public-name", "127.0.0.1", "--out", world().path("none.pem")})
                .exit_code,
            2);
}

TEST(EchOfTheCommand, IsAcceptedOrFeigned) {
  const std::string key = make_key("ech.pem");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key});

  EXPECT_EQ(ech_of(get_hidden(server.port(), {})), "off");
  EXPECT_EQ(ech_of(get_hidden(server.port(), {"--ech", key})), "accepted");
  EXPECT_EQ(ech_of(get_hidden(server.port(), {"--ech", "grease"})), "greased");
}

TEST(EchOfTheCommand, ComesBackOnceWithWhatTheServerSends) {
  const std::string key = make_key("right-ech.pem");
  const std::string other = make_key("wrong-ech.pem");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key});
  const std::string url = "https://shop.localhost:" + std::to_string(server.port()) + "/";
  const std::string at = "shop.localhost:" + std::to_string(server.port()) + ":127.0.0.1";

  const Outcome told =
      run({keyway_command(), "get", url, "--cacert", world().root(), "--resolve", at, "--ech", other, "-v"});

  EXPECT_EQ(told.exit_code, 0) << told.out;
  EXPECT_TRUE(has(told, "once more")) << told.out;
  EXPECT_TRUE(has(told, "The client hides whom it wants, shop.localhost")) << told.out;
  EXPECT_TRUE(has(told, "nobody on the way knows")) << told.out;
}

TEST(EchOfTheCommand, ARejectionWithoutAnotherConfigurationIsTheEnd) {
  KeywayServer server(world());
  const Outcome rejected = get_hidden(server.port(), {"--ech", make_key("unknown-ech.pem")});
  EXPECT_EQ(rejected.exit_code, 6) << rejected.out;
  EXPECT_TRUE(has(rejected, "EchRejected")) << rejected.out;
}

TEST(EchOfTheCommand, OpensWithOldKeysBehindTheNew) {
  const std::string old_key = make_key("old-ech.pem");
  const std::string new_key = make_key("new-ech.pem");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", new_key, "--ech", old_key});
  EXPECT_EQ(ech_of(get_hidden(server.port(), {"--ech", old_key})), "accepted");
  EXPECT_EQ(ech_of(get_hidden(server.port(), {"--ech", new_key})), "accepted");
}

TEST(EchOfTheCommand, ThatIsNoConfigurationIsRefused) {
  for (const std::string& text : {std::string("%%%"), std::string("AAAA"), world().root()}) {
    EXPECT_NE(get_hidden(1, {"--ech", text}).exit_code, 5) << text;
  }
}

}  // namespace
}  // namespace keyway::interop
