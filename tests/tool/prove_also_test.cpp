// `serve --also-cert` and `get --prove-also`: further names of a server, proved once it is connected (RFC 9261).

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

#include <keyway/clock.hpp>

#include "interop/process.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

/// A server of the world's names that can prove this one, too.
KeywayServer server_that_is_also(const std::string& name) {
  const World::Identity further = world().issue_for({name});
  return KeywayServer(world(), crypto::KeyType::p256, {"--also-cert", further.chain, "--also-key", further.key});
}

TEST(ProveAlso, TellsWhatWasProvedInJson) {
  KeywayServer server = server_that_is_also("market.example");

  const Outcome outcome = keyway_get(world(), server.port(), {"--prove-also", "market.example", "--json", "-v"});

  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  const Json json = Json::parse(outcome.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << outcome.out;
  ASSERT_EQ(json.value("also_proved", Json::array()).size(), 1U) << outcome.out;
  const Json& proved = json["also_proved"][0];
  EXPECT_EQ(proved.value("name", ""), "market.example");
  EXPECT_TRUE(proved.value("is_bound_to_connection", false));
  EXPECT_EQ(proved.value("certificates", Json::array()).size(), 2U);
  EXPECT_TRUE(proved.contains("verdict"));
  EXPECT_NE(outcome.out.find("\"step\": \"further_proof\""), std::string::npos);
  EXPECT_TRUE(server.process().wait_for("\"POST /.well-known/keyway/authenticator\" 200")) << server.process().output();
}

TEST(ProveAlso, TellsItToPeople) {
  KeywayServer server = server_that_is_also("market.example");
  const Outcome outcome = keyway_get(world(), server.port(), {"--prove-also", "market.example", "-v"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "The server proves that it is market.example, too")) << outcome.out;
  EXPECT_TRUE(has(outcome, "Welcome to the shop")) << outcome.out;
}

TEST(ProveAlso, EndsTheExchangeWhereTheProofIsNotThere) {
  KeywayServer server = server_that_is_also("market.example");
  const Outcome declined = keyway_get(world(), server.port(), {"--prove-also", "bank.example"});
  EXPECT_NE(declined.exit_code, 0);
  EXPECT_TRUE(has(declined, "can't prove that name")) << declined.out;
  EXPECT_FALSE(has(declined, "Welcome to the shop")) << declined.out;

  KeywayServer plain(world());
  const Outcome unknown = keyway_get(world(), plain.port(), {"--prove-also", "market.example"});
  EXPECT_NE(unknown.exit_code, 0);
  EXPECT_TRUE(has(unknown, "--also-cert")) << unknown.out;
}

TEST(ProveAlso, TakesNoWordOfAnAuthorityThatIsNotTrusted) {
  const testing::TestAuthority stranger({.name = "Another Authority"});
  const auto issued = stranger.issue({.names = {"market.example"},
                                      .not_before = SystemClock().now() - std::chrono::hours(1),
                                      .not_after = SystemClock().now() + std::chrono::hours(24)});
  world().write("stranger.pem", issued.chain_pem());
  world().write("stranger-key.pem", issued.key_pem());
  KeywayServer server(world(), crypto::KeyType::p256,
                      {"--also-cert", world().path("stranger.pem"), "--also-key", world().path("stranger-key.pem")});
  const Outcome outcome = keyway_get(world(), server.port(), {"--prove-also", "market.example"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.out;
  EXPECT_TRUE(has(outcome, "--prove-also market.example")) << outcome.out;
}

TEST(ProveAlso, WantsAHostNameAndNoEarlyData) {
  EXPECT_EQ(keyway_get(world(), 1, {"--prove-also", "127.0.0.1"}).exit_code, 2);
  EXPECT_EQ(keyway_get(world(), 1, {"--prove-also", "market.example", "--early-data"}).exit_code, 2);
}

TEST(AlsoCert, WantsItsKey) {
  const World::Identity further = world().issue_for({"market.example"});
  const Outcome outcome = run({keyway_command(), "serve", world().site(), "--cert", world().chain(), "--key",
                               world().key(), "--also-cert", further.chain});
  EXPECT_EQ(outcome.exit_code, 2) << outcome.out;
  EXPECT_TRUE(has(outcome, "--also-key")) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
