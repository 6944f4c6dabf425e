// Attack 26: early data that is sent again: to the same server at once and later, by many threads, after a restart,
// with another age; early data that is too much, is not ended, or is taken where it was refused.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "tls/connection/early_data_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

/// What a client of the world sends first, its early data included: what anybody on the way can record.
Bytes record_flight(const EarlyWorld& world, std::string_view data) {
  Pair pair = world.come_back();
  Bytes out(pair.client.sealed_size(data.size()));
  const auto sent = pair.client.send_early(as_bytes(data), out);
  EXPECT_TRUE(sent.has_value());
  out.resize(sent ? sent->written : 0);
  return out;
}

/// Whether a server takes it as early data.
bool is_taken(const std::shared_ptr<const ServerConfig>& server, Bytes flight) {
  Connection connection = Connection::server(server).value();
  std::string early;
  for (ByteSpan rest = flight; !rest.empty();) {
    const auto received = connection.receive(rest);
    if (!received || received->consumed == 0) break;
    early += text(received->early_data);
    rest = rest.subspan(received->consumed);
  }
  return !early.empty();
}

TEST(AttackByReplay, TheSameFlightIsTakenOnce) {
  EarlyWorld world;
  const Bytes flight = record_flight(world, "pay 5");
  EXPECT_TRUE(is_taken(world.server, flight));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(is_taken(world.server, flight));
}

TEST(AttackByReplay, NorIsItTakenLater) {
  EarlyWorld world;
  const Bytes flight = record_flight(world, "pay 5");
  EXPECT_TRUE(is_taken(world.server, flight));
  for (int i = 0; i < 60; ++i) {
    world.clock->move(1s);
    EXPECT_FALSE(is_taken(world.server, flight)) << i;
  }
}

TEST(AttackByReplay, HeldBackItIsNotTakenOnceItIsOld) {
  for (const auto& [delay, taken] : {std::pair{10s, true}, std::pair{11s, false}, std::pair{3600s, false}}) {
    EarlyWorld world;
    const Bytes flight = record_flight(world, "pay 5");
    world.clock->move(delay);
    EXPECT_EQ(is_taken(world.server, flight), taken) << delay.count();
  }
}

TEST(AttackByReplay, OfManyThreadsOneTakesIt) {
  EarlyWorld world;
  const Bytes flight = record_flight(world, "pay 5");
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 8; ++j) taken += is_taken(world.server, flight) ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(taken, 1);
}

TEST(AttackByReplay, ServersThatShareTicketsAndTheStoreTakeItOnce) {
  auto store = std::make_shared<InMemorySingleUseStore>(test_now);
  EarlyWorld world(true, true, {.store = store});
  const Bytes flight = record_flight(world, "pay 5");
  const auto first = world.server;
  world.demand_another_group();  // another configuration: it refuses for that
  EXPECT_FALSE(is_taken(world.server, flight));
  EXPECT_TRUE(is_taken(first, flight));
  EXPECT_FALSE(is_taken(first, flight));
}

TEST(AttackByReplay, AServerThatWasRestartedDoesNotKnowAndRefuses) {
  EarlyWorld world;
  const Bytes flight = record_flight(world, "pay 5");
  EXPECT_TRUE(is_taken(world.server, flight));
  world.clock->move(2s);
  EarlyDataOptions empty{.store = std::make_shared<InMemorySingleUseStore>(world.clock->now())};
  ServerConfig::Builder builder = server_builder();
  Policy policy = classical_policy();
  policy.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
  builder.policy(policy).clock(world.clock).ticket_keys(world.keys).take_early_data(empty);
  EXPECT_FALSE(is_taken(build(std::move(builder)), flight));
}

TEST(AttackByReplay, AFullStoreRefuses) {
  auto store = std::make_shared<InMemorySingleUseStore>(test_now, 1);
  EarlyWorld world(true, true, {.store = store});
  ASSERT_TRUE(store->use(Bytes(32, 1), test_now, test_now + 1h));
  EXPECT_FALSE(is_taken(world.server, record_flight(world, "pay 5")));
}

TEST(AttackOnEarlyData, MoreThanIsAllowedEndsTheConnection) {
  EarlyWorld world;
  world.allow_less(8);  // than the ticket says
  Pair pair = world.come_back();
  EXPECT_EQ(send_early(pair, "01234567"), "01234567");
  static_cast<void>(send_early(pair, "8"));
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::TooMuchEarlyData);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::unexpected_message);
}

TEST(AttackOnEarlyData, WithoutItsEndTheHandshakeDoesNotFinish) {
  EarlyWorld world;
  Pair pair = world.come_back();
  static_cast<void>(send_early(pair, "GET /"));
  ASSERT_TRUE(pair.carry(Side::server));
  Bytes flight = drain(pair.client);  // EndOfEarlyData in a record, then Finished in another
  ASSERT_GT(flight.size(), 5U);
  const std::size_t first = 5 + (std::size_t{flight[3]} << 8U | flight[4]);
  static_cast<void>(feed(pair.server, ByteView(flight).subspan(first)));
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::BadRecordMac);
}

TEST(AttackOnEarlyData, AHandlerThatDoesNotAskForItByNameDoesNotGetIt) {
  EarlyWorld world;
  Bytes flight = record_flight(world, "pay 5");
  Connection connection = Connection::server(world.server).value();
  EXPECT_TRUE(feed(connection, flight).empty());
  EXPECT_EQ(connection.error(), nullptr);
}

TEST(AttackOnEarlyData, AlteredItEndsTheConnection) {
  EarlyWorld world;
  Bytes flight = record_flight(world, "pay 5");
  flight.back() ^= 1;
  Connection connection = Connection::server(world.server).value();
  static_cast<void>(feed(connection, flight));
  ASSERT_NE(connection.error(), nullptr);
  EXPECT_EQ(connection.error()->code(), ErrorCode::BadRecordMac);
}

}  // namespace
}  // namespace keyway
