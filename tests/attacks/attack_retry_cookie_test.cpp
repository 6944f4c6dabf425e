// Attack 16: cookies of a server that keeps nothing (RFC 8446 4.2.2): forged, borrowed, old, for another ClientHello.

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/refusal.hpp"
#include "tls/connection/retry_cookie_testing.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

ErrorCode refusal_of_cookie(Pair& pair) {
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
  EXPECT_EQ(refusal_of_cookie(pair), ErrorCode::InvalidValue);
}

TEST(AttackOnCookies, OneThatIsTooOldOrOfTheFutureIsRefused) {
  for (const auto by : {31s, -61s}) {
    const StatelessWorld world;
    const auto server = build(world.server());
    Pair pair = bring_to_second(build(StatelessWorld::client()), server);
    world.clock->move(by);
    change_server(pair, server);
    EXPECT_EQ(refusal_of_cookie(pair), ErrorCode::InvalidValue) << by.count();
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
  EXPECT_EQ(refusal_of_cookie(pair), ErrorCode::InvalidValue);
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
    EXPECT_EQ(refusal_of_cookie(pair), ErrorCode::InvalidValue) << is_suite;
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

TEST(AttackOnCookies, EarlyDataBesideOneMeansNothing) {
  // Behind a second ClientHello nothing is passed over, on a connection that has not seen the first either.
  const StatelessWorld world;
  Policy policy = classical_policy();
  policy.groups = {NamedGroup::secp384r1};
  policy.key_shares = {};
  const auto server = build(std::move(world.server().policy(policy)));
  ClientHelloFields fields = ScriptedClient::hello();
  ScriptedClient first(server);
  first.say_hello(fields);
  const Bytes retry = *first.message(HandshakeType::server_hello);
  const auto parsed = tls::ServerHello::parse(ByteView(retry).subspan(tls::handshake_header_size));
  const ByteView cookie = *parsed->extensions.find(ExtensionType::cookie);
  fields.extensions
      .set(ExtensionType::key_share,
           key_share_body({{NamedGroup::secp384r1, ScriptedClient::share(NamedGroup::secp384r1)}}))
      .add_first(ExtensionType::cookie, Bytes(cookie.begin(), cookie.end()))
      .add_first(ExtensionType::early_data, {});

  ScriptedClient second(server);
  second.say_hello(fields);
  ASSERT_EQ(second.refusal(), std::nullopt) << second.why();
  second.give(ScriptedClient::plain(ContentType::application_data, Bytes(40, 7)));
  EXPECT_TRUE(refused(second, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac));
}

}  // namespace
}  // namespace keyway
