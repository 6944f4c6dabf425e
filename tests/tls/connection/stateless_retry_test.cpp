// A server that keeps nothing between its HelloRetryRequest and the second ClientHello (RFC 8446 4.2.2): another
// connection, with the same keys and nothing else, goes on.

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/psk.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

const Bytes home{192, 0, 2, 1, 0x01, 0xbb};
const Bytes elsewhere{192, 0, 2, 2, 0x01, 0xbb};

/// Two servers of the same keys, and a clock.
class StatelessWorld {
 public:
  [[nodiscard]] ServerConfig::Builder server() const {
    ServerConfig::Builder builder = server_builder();
    return fitted(std::move(builder));
  }
  [[nodiscard]] ServerConfig::Builder fitted(ServerConfig::Builder builder) const {
    builder.clock(clock).stateless_retry({.keys = keys});
    return builder;
  }
  /// Offers no share at first.
  [[nodiscard]] static ClientConfig::Builder client() {
    Policy policy = classical_policy();
    policy.key_shares.clear();
    ClientConfig::Builder builder = client_builder();
    builder.policy(policy);
    return builder;
  }

  std::shared_ptr<MovableClock> clock = std::make_shared<MovableClock>();
  std::shared_ptr<TicketKeys> keys = *TicketKeys::rotating(provider(), clock, 1h);
};

/// As far as the second ClientHello, which waits; `first` is gone then.
Pair bring_to_second(const std::shared_ptr<const ClientConfig>& client,
                     const std::shared_ptr<const ServerConfig>& first, ByteView address = home) {
  Pair pair = make_tls_pair(client, first, {}, {.client_address = address});
  EXPECT_TRUE(pair.carry(Side::client));
  EXPECT_TRUE(pair.server.info().after_hello_retry_request);
  EXPECT_TRUE(pair.carry(Side::server));
  return pair;
}

void change_server(Pair& pair, const std::shared_ptr<const ServerConfig>& second, ByteView address = home) {
  pair.server = Connection::server(second, {.client_address = address}).value();
}

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

ErrorCode refusal_of(Pair& pair) {
  EXPECT_FALSE(pair.run());
  if (pair.server.error() == nullptr || pair.client.error() == nullptr) return ErrorCode::NotReady;
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::illegal_parameter);
  return pair.server.error()->code();
}

TEST(AttackOnCookies, OneOfAnotherAddressIsRefused) {
  const StatelessWorld world;
  const auto server = build(world.server());
  Pair pair = bring_to_second(build(StatelessWorld::client()), server);
  change_server(pair, server, elsewhere);
  EXPECT_EQ(refusal_of(pair), ErrorCode::InvalidValue);
}

TEST(AttackOnCookies, OneThatIsTooOldOrOfTheFutureIsRefused) {
  for (const auto by : {31s, -61s}) {
    const StatelessWorld world;
    const auto server = build(world.server());
    Pair pair = bring_to_second(build(StatelessWorld::client()), server);
    world.clock->move(by);
    change_server(pair, server);
    EXPECT_EQ(refusal_of(pair), ErrorCode::InvalidValue) << by.count();
  }
  const StatelessWorld world;
  const auto server = build(world.server());
  Pair pair = bring_to_second(build(StatelessWorld::client()), server);
  world.clock->move(30s);
  change_server(pair, server);
  EXPECT_TRUE(pair.run()) << "old enough, and not too old";
}

TEST(AttackOnCookies, OneOfAnotherKeyIsRefused) {
  const StatelessWorld world;
  const StatelessWorld other;
  Pair pair = bring_to_second(build(StatelessWorld::client()), build(world.server()));
  change_server(pair, build(other.server()));
  EXPECT_EQ(refusal_of(pair), ErrorCode::InvalidValue);
}

TEST(AttackOnCookies, ATicketOfTheSameKeysIsNone) {
  // Tickets and cookies under one key: neither opens as the other.
  const StatelessWorld world;
  const auto server = [&] {
    ServerConfig::Builder builder = world.server();
    builder.ticket_keys(world.keys);
    return build(std::move(builder));
  }();
  Pair pair = bring_to_second(build(StatelessWorld::client()), server);
  change_server(pair, server);
  EXPECT_TRUE(pair.run());
}

TEST(AttackOnCookies, OneForAnotherSuiteOrGroupIsRefused) {
  const StatelessWorld world;
  for (const bool is_suite : {true, false}) {
    Policy policy = classical_policy();
    if (is_suite) policy.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
    if (!is_suite) policy.groups = {NamedGroup::secp256r1};
    if (!is_suite) policy.key_shares = {NamedGroup::secp256r1};
    ServerConfig::Builder changed = world.server();
    changed.policy(policy);
    Pair pair = bring_to_second(build(StatelessWorld::client()), build(world.server()));
    change_server(pair, build(std::move(changed)));
    EXPECT_EQ(refusal_of(pair), ErrorCode::InvalidValue) << is_suite;
  }
}

TEST(AttackOnCookies, ByteForByteTheyAreTheServersOwn) {
  const StatelessWorld world;
  const auto server = build(world.server());
  Pair pair = bring_to_second(build(StatelessWorld::client()), server);
  const Bytes flight = drain(pair.client);
  // The cookie's extension: 44, then its length twice.
  const Bytes head{0, 44};
  const auto at = std::ranges::search(flight, head).begin();
  ASSERT_NE(at, flight.end());
  const auto begin = static_cast<std::size_t>(at - flight.begin()) + 6;
  for (const std::size_t offset : {std::size_t{0}, std::size_t{16}, std::size_t{40}, std::size_t{120}}) {
    Bytes forged = flight;
    forged[begin + offset] ^= 1U;
    Connection fresh = Connection::server(server, {.client_address = home}).value();
    static_cast<void>(feed(fresh, forged));
    ASSERT_NE(fresh.error(), nullptr) << offset;
    EXPECT_EQ(fresh.error()->code(), ErrorCode::InvalidValue);
    EXPECT_EQ(fresh.error()->alert(), AlertDescription::illegal_parameter);
  }
  Connection fresh = Connection::server(server, {.client_address = home}).value();
  static_cast<void>(feed(fresh, flight));
  EXPECT_EQ(fresh.error(), nullptr);
  EXPECT_FALSE(fresh.output().empty());
}

TEST(AttackOnCookies, AnotherClientHelloThanTheFirstIsRefused) {
  // The first server name, in a second ClientHello that asks for another.
  const StatelessWorld world;
  const auto server = build(world.server());
  Pair pair = bring_to_second(build(StatelessWorld::client()), server);
  Bytes flight = drain(pair.client);
  const std::string_view name = "shop.localhost";
  const auto at = std::ranges::search(flight, as_bytes(name)).begin();
  ASSERT_NE(at, flight.end());
  *at = 's' + 1;
  Connection fresh = Connection::server(server, {.client_address = home}).value();
  static_cast<void>(feed(fresh, flight));
  ASSERT_NE(fresh.error(), nullptr);
  EXPECT_EQ(fresh.error()->code(), ErrorCode::ChangedSecondClientHello);
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
