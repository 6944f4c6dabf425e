// Data before the handshake is done (RFC 8446 2.3, 4.2.10).

#include <gtest/gtest.h>

#include <thread>

#include "testing/refusal.hpp"
#include "tls/connection/early_data_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

TEST(EarlyDataOf, AClientThatComesBackIsReadBeforeTheHandshakeIsDone) {
  EarlyWorld world;
  Pair pair = world.come_back();
  ASSERT_EQ(pair.client.info().early_data, EarlyData::offered);

  EXPECT_EQ(send_early(pair, "GET /"), "GET /");

  EXPECT_EQ(pair.server.info().early_data, EarlyData::accepted);
  EXPECT_TRUE(pair.server.is_handshaking());
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.client.info().early_data, EarlyData::accepted);
  EXPECT_TRUE(pair.client.take_refused_early_data().empty());
  EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
  EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
}

TEST(EarlyDataOf, TheServerIsAnsweredBeforeTheHandshakeIsDone) {
  EarlyWorld world;
  Pair pair = world.come_back();
  static_cast<void>(send_early(pair, "GET /"));
  ASSERT_TRUE(pair.server.can_send());
  ASSERT_FALSE(pair.client.can_send());
  EXPECT_EQ(pair.transfer(Side::server, "200 OK"), "200 OK");
  EXPECT_TRUE(pair.run());
}

TEST(EarlyDataOf, TheClientCanBeMoreUntilTheServersFinished) {
  EarlyWorld world;
  Pair pair = world.come_back();
  EXPECT_EQ(send_early(pair, "one"), "one");
  EXPECT_EQ(send_early(pair, "two"), "two");
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.client.early_data_left(), 0U);
  Bytes out(100);
  EXPECT_EQ(pair.client.send_early(as_bytes("three"), out).error().code(), ErrorCode::NotReady);
}

TEST(EarlyDataOf, NobodyIsOfferedOrTakenUnlessBothSidesSwitchItOn) {
  for (const bool client : {false, true}) {
    for (const bool server : {false, true}) {
      EarlyWorld world(client, server);
      Pair pair = world.come_back();
      EXPECT_EQ(pair.client.info().early_data == EarlyData::offered, client && server);
      EXPECT_TRUE(pair.run());
      EXPECT_TRUE(pair.client.info().is_resumption);
      EXPECT_EQ(pair.server.info().early_data == EarlyData::accepted, client && server);
    }
  }
}

TEST(EarlyDataOf, AWeakeningIsTold) {
  EarlyWorld world;
  EXPECT_EQ(world.client->weakenings().size(), 1U);
  EXPECT_EQ(world.server->weakenings().size(), 1U);
  EXPECT_TRUE(EarlyWorld(false, false).server->weakenings().empty());
}

TEST(EarlyDataOf, AServerThatRefusesItIsGivenBackToTheClient) {
  EarlyWorld world;
  world.clock->move(60s);
  world.skew_client_clock(30s);  // the ticket is older than it says: not fresh
  Pair pair = world.come_back();
  EXPECT_EQ(send_early(pair, "GET /"), "");
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.server.info().early_data, EarlyData::not_fresh);
  EXPECT_EQ(pair.client.info().early_data, EarlyData::declined);
  EXPECT_TRUE(is_refused(pair.client.info().early_data));
  EXPECT_TRUE(pair.client.info().is_resumption);
  EXPECT_EQ(text(pair.client.take_refused_early_data()), "GET /");
  EXPECT_TRUE(pair.client.take_refused_early_data().empty());
  EXPECT_EQ(pair.transfer(Side::client, "GET /"), "GET /");
}

TEST(EarlyDataOf, AHelloRetryRequestIsARefusal) {
  EarlyWorld world;
  world.demand_another_group();
  Pair pair = world.come_back();
  EXPECT_EQ(send_early(pair, "GET /"), "");
  EXPECT_TRUE(pair.run());
  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_EQ(pair.client.info().early_data, EarlyData::retried);
  EXPECT_EQ(text(pair.client.take_refused_early_data()), "GET /");
  EXPECT_EQ(pair.transfer(Side::client, "GET /"), "GET /");
}

TEST(EarlyDataOf, AServerThatForgotTheSessionIsARefusal) {
  EarlyWorld world;
  world.change_server();
  Pair pair = world.come_back();
  EXPECT_EQ(send_early(pair, "GET /"), "");
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.client.info().early_data, EarlyData::session_refused);
  EXPECT_FALSE(pair.client.info().is_resumption);
  EXPECT_EQ(text(pair.client.take_refused_early_data()), "GET /");
}

TEST(EarlyDataOf, MoreThanTheTicketAllowsIsNotSent) {
  EarlyWorld world(true, true, {.max_size = 8});
  Pair pair = world.come_back();
  EXPECT_EQ(pair.client.early_data_left(), 8U);
  EXPECT_EQ(send_early(pair, "0123456789"), "01234567");
  EXPECT_EQ(pair.client.early_data_left(), 0U);
  EXPECT_TRUE(pair.run());
}

TEST(EarlyDataOf, ASessionKnowsItsProtocol) {
  EarlyWorld world(true, true, {}, {"h2", "http/1.1"});
  Pair pair = world.come_back();
  EXPECT_EQ(pair.client.info().alpn, "h2");
  EXPECT_EQ(send_early(pair, "GET /"), "GET /");
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.client.info().alpn, "h2");
}

TEST(SingleUse, IsTrueOnceAndAgainWhenItIsForgotten) {
  InMemorySingleUseStore store(test_now);
  const Bytes key(32, 1);
  EXPECT_TRUE(store.use(key, test_now, test_now + 10s));
  EXPECT_FALSE(store.use(key, test_now, test_now + 10s));
  EXPECT_FALSE(store.use(key, test_now + 10s, test_now + 20s));
  EXPECT_TRUE(store.use(key, test_now + 11s, test_now + 20s));
  EXPECT_EQ(store.remembers_since(), test_now);
}

TEST(SingleUse, RefusesWhenItIsFullAndNeverForgetsEarly) {
  InMemorySingleUseStore store(test_now, 4);
  for (std::uint8_t i = 0; i < 4; ++i) EXPECT_TRUE(store.use(Bytes(32, i), test_now, test_now + 10s));
  EXPECT_FALSE(store.use(Bytes(32, 9), test_now + 5s, test_now + 15s));
  EXPECT_FALSE(store.use(Bytes(32, 0), test_now + 5s, test_now + 15s));
  EXPECT_TRUE(store.use(Bytes(32, 9), test_now + 11s, test_now + 20s));
  EXPECT_LE(store.size(), 4U);
}

}  // namespace
}  // namespace keyway
