// A server that keeps nothing between its HelloRetryRequest and the second ClientHello (RFC 8446 4.2.2): another
// connection, with the same keys and nothing else, goes on.

#include <gtest/gtest.h>

#include "testing/psk.hpp"
#include "tls/connection/retry_cookie_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

TEST(StatelessRetry, AnotherConnectionGoesOn) {
  const StatelessWorld world;
  Pair pair = bring_to_second(build(StatelessWorld::client()), build(world.server()));
  change_server(pair, build(world.server()));
  ASSERT_TRUE(pair.run()) << pair.server.error()->message();
  EXPECT_TRUE(pair.server.info().after_hello_retry_request);
  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
  EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
}

TEST(StatelessRetry, TheSameConnectionMayGoOnToo) {
  const StatelessWorld world;
  Pair pair = bring_to_second(build(StatelessWorld::client()), build(world.server()));
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
}

TEST(StatelessRetry, WhoNeedsNoneGetsNone) {
  const StatelessWorld world;
  Pair pair = make_tls_pair(nullptr, build(world.server()));
  EXPECT_TRUE(pair.run());
  EXPECT_FALSE(pair.server.info().after_hello_retry_request);
}

TEST(StatelessRetry, GoesOnWithAKeyFromOutsideASessionOrAnAnswerOfTheApplication) {
  const StatelessWorld world;
  {
    ClientConfig::Builder client = StatelessWorld::client();
    client.add_psk(psk_of_till());
    ServerConfig::Builder builder;
    builder.policy(classical_policy()).provider(provider()).add_psk(psk_of_vault());
    const auto server = build(world.fitted(std::move(builder)));
    Pair pair = bring_to_second(build(std::move(client)), server);
    change_server(pair, server);
    EXPECT_TRUE(pair.run());
    EXPECT_NE(pair.server.info().psk, nullptr);
  }
  ClientConfig::Builder client = StatelessWorld::client();
  client.session_store(std::make_shared<InMemorySessionStore>());
  const auto returning = build(std::move(client));
  ServerConfig::Builder builder = world.server();
  builder.pause_for_client_hello();
  const auto server = build(std::move(builder));
  for (const bool resumes : {false, true}) {
    Pair pair = make_tls_pair(returning, server, {}, {.client_address = home});
    static_cast<void>(pair.carry(Side::client));
    ASSERT_TRUE(pair.server.resume(answer::Proceed{}));
    static_cast<void>(pair.carry(Side::server));
    change_server(pair, server);
    static_cast<void>(pair.run());
    ASSERT_EQ(pair.server.pause(), Pause::client_hello);
    ASSERT_TRUE(pair.server.resume(answer::Proceed{}));
    EXPECT_TRUE(pair.run());
    EXPECT_EQ(pair.server.info().is_resumption, resumes);
    EXPECT_EQ(pair.transfer(Side::server, "tickets"), "tickets");
  }
}

TEST(StatelessRetry, SettingsThatContradictItDontBuild) {
  const StatelessWorld world;
  ServerConfig::Builder early = world.server();
  early.take_early_data();
  ServerConfig::Builder long_lived = server_builder();
  long_lived.stateless_retry({.keys = nullptr, .lifetime = 301s});
  ServerConfig::Builder old = server_builder();
  old.policy(Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2})).stateless_retry();
  for (ServerConfig::Builder* builder : {&early, &long_lived, &old}) {
    EXPECT_EQ(builder->build().error().code(), ErrorCode::InvalidConfiguration);
  }
  EXPECT_EQ(Connection::server(build(world.server()), {.client_address = Bytes(257)}).error().code(),
            ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace keyway
