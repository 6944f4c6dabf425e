// Two ends of Keyway that speak QUIC's packets with each other.

#include <gtest/gtest.h>

#include "testing/pair.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/quic/quic_end.hpp"

namespace keyway {
namespace {

using namespace testing;
using quic_testing::QuicEnd;

struct Case {
  QuicVersion version;
  CipherSuite suite;
  bool retry;
};

std::string name_of(const ::testing::TestParamInfo<Case>& test) {
  std::string name = test.param.version == QuicVersion::v1 ? "V1" : "V2";
  name += test.param.retry ? "AfterARetry" : "";
  for (const char c : to_string(test.param.suite)) {
    if (c != '_') name += c;
  }
  return name;
}

Policy quic_policy(CipherSuite suite) {
  Policy policy = Policy::modern_2026();
  policy.cipher_suites = {suite};
  return policy;
}

struct Ends {
  QuicEnd client;
  QuicEnd server;

  Result<std::size_t> carry(QuicEnd& from, QuicEnd& to) {
    std::size_t count = 0;
    for (Bytes& datagram : from.datagrams()) {
      EXPECT_LE(datagram.size(), 1200U);
      if (auto taken = to.take(std::move(datagram)); !taken) return std::unexpected(taken.error());
      ++count;
    }
    return count;
  }
  /// Until nobody has anything to say.
  void run() {
    for (int rounds = 0; rounds < 1000; ++rounds) {
      const auto there = carry(client, server);
      ASSERT_TRUE(there) << there.error().message();
      const auto back = carry(server, client);
      ASSERT_TRUE(back) << back.error().message();
      if (*there + *back == 0) return;
    }
    FAIL() << "they never fall silent";
  }
};

Ends make_ends(const Case& test) {
  ClientConfig::Builder client = client_builder();
  client.policy(quic_policy(test.suite)).alpn({"h3"});
  ServerConfig::Builder server = server_builder();
  server.policy(quic_policy(test.suite)).alpn({"h3"});
  Ends ends{{*QuicConnection::client(build(std::move(client)), server_name(), Bytes{1}), test.version, Side::client},
            {*QuicConnection::server(build(std::move(server)), Bytes{2}), test.version, Side::server}};
  if (test.retry) ends.server.demand_retry();
  return ends;
}

class QuicTwoEnds : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, QuicTwoEnds,
                         ::testing::Values(Case{QuicVersion::v1, CipherSuite::TLS_AES_128_GCM_SHA256, false},
                                           Case{QuicVersion::v1, CipherSuite::TLS_AES_256_GCM_SHA384, true},
                                           Case{QuicVersion::v1, CipherSuite::TLS_CHACHA20_POLY1305_SHA256, false},
                                           Case{QuicVersion::v2, CipherSuite::TLS_AES_128_GCM_SHA256, true},
                                           Case{QuicVersion::v2, CipherSuite::TLS_CHACHA20_POLY1305_SHA256, false}),
                         name_of);

TEST_P(QuicTwoEnds, ShakeHandsAndTalk) {
  Ends ends = make_ends(GetParam());
  ends.run();
  ASSERT_FALSE(ends.client.handshake().tls().is_handshaking());
  ASSERT_FALSE(ends.server.handshake().tls().is_handshaking());
  EXPECT_EQ(ends.client.handshake().tls().info().cipher_suite, GetParam().suite);
  EXPECT_EQ(ends.client.retries(), GetParam().retry ? 1U : 0U);

  const std::string question(20'000, 'q');
  const std::string answer(30'000, 'a');
  ends.client.send(question);
  ends.server.send(answer);
  ends.run();
  EXPECT_EQ(ends.server.received(), question);
  EXPECT_EQ(ends.client.received(), answer);
  EXPECT_EQ(ends.client.dropped() + ends.server.dropped(), 0U);
}

TEST_P(QuicTwoEnds, UpdateTheirKeysAsTheyTalk) {
  Ends ends = make_ends(GetParam());
  ends.run();
  std::string said;
  for (std::uint64_t generation = 1; generation <= 4; ++generation) {
    ends.client.send("before ");
    ends.run();
    QuicEnd& first = generation % 2 == 0 ? ends.client : ends.server;
    ends.server.send("x");
    ends.run();
    ASSERT_TRUE(first.sealer().update());
    ends.client.send("after ");
    ends.server.send("y");
    ends.run();
    said += "before after ";
    EXPECT_EQ(ends.server.received(), said);
    EXPECT_EQ(ends.client.opener().generation(), generation);
    EXPECT_EQ(ends.server.opener().generation(), generation);
    EXPECT_EQ(ends.client.sealer().generation(), generation);
    EXPECT_EQ(ends.server.sealer().generation(), generation);
  }
  EXPECT_EQ(ends.client.dropped() + ends.server.dropped(), 0U);
}

TEST_P(QuicTwoEnds, BothUpdateAtOnce) {
  Ends ends = make_ends(GetParam());
  ends.run();
  ends.client.send("a");
  ends.server.send("b");
  ends.run();
  ASSERT_TRUE(ends.client.sealer().update());
  ASSERT_TRUE(ends.server.sealer().update());
  ends.client.send("c");
  ends.server.send("d");
  ends.run();
  EXPECT_EQ(ends.server.received(), "ac");
  EXPECT_EQ(ends.client.received(), "bd");
  EXPECT_EQ(ends.client.sealer().generation(), 1U) << "one update, of both";
  EXPECT_EQ(ends.server.opener().generation(), 1U);
}

TEST_P(QuicTwoEnds, DropWhatSomebodyElsePutsIn) {
  Ends ends = make_ends(GetParam());
  ends.run();
  ends.client.send("well");
  std::vector<Bytes> sent = ends.client.datagrams();
  ASSERT_EQ(sent.size(), 1U);
  for (std::size_t at = 0; at < sent[0].size(); ++at) {
    Bytes altered = sent[0];
    altered[at] ^= 0x10U;
    ASSERT_TRUE(ends.server.take(std::move(altered)));
  }
  EXPECT_EQ(ends.server.received(), "");
  EXPECT_EQ(ends.server.opener().generation(), 0U);
  ASSERT_TRUE(ends.server.take(sent[0]));
  ends.run();
  EXPECT_EQ(ends.server.received(), "well");
}

TEST(QuicTwoEndsEarly, DataGoesOutInTheFirstFlight) {
  const auto clock = std::make_shared<MovableClock>();
  ClientConfig::Builder client = client_builder();
  client.alpn({"h3"}).clock(clock).session_store(std::make_shared<InMemorySessionStore>()).allow_early_data();
  ServerConfig::Builder server = server_builder();
  server.alpn({"h3"}).clock(clock).take_early_data({});
  const auto client_config = build(std::move(client));
  const auto server_config = build(std::move(server));
  for (const bool has_session : {false, true}) {
    Ends ends{{*QuicConnection::client(client_config, server_name(), Bytes{1}), QuicVersion::v1, Side::client},
              {*QuicConnection::server(server_config, Bytes{2}), QuicVersion::v1, Side::server}};
    const std::string early(2500, 'e');
    ends.client.send(early);
    ASSERT_TRUE(ends.carry(ends.client, ends.server));
    EXPECT_EQ(ends.server.received(), has_session ? early : "") << "before the server has said anything";
    ends.run();
    ends.client.send(" and more");
    ends.run();
    EXPECT_EQ(ends.server.received(), early + " and more");
    EXPECT_EQ(ends.client.early_packets(), has_session ? 3U : 0U);
    EXPECT_EQ(ends.server.early_packets(), has_session ? 3U : 0U);
    EXPECT_EQ(ends.client.dropped() + ends.server.dropped(), 0U);
  }
}

TEST(QuicTwoEndsRetry, AForgedRetryIsDropped) {
  const Case test{QuicVersion::v1, CipherSuite::TLS_AES_128_GCM_SHA256, true};
  Ends ends = make_ends(test);
  ASSERT_TRUE(ends.carry(ends.client, ends.server));
  std::vector<Bytes> answer = ends.server.datagrams();
  ASSERT_EQ(answer.size(), 1U);
  Bytes forged = answer[0];
  forged[forged.size() - 20] ^= 1U;  // in the token
  ASSERT_TRUE(ends.client.take(std::move(forged)));
  EXPECT_EQ(ends.client.dropped(), 1U);
  ASSERT_TRUE(ends.client.take(answer[0]));
  EXPECT_EQ(ends.client.retries(), 1U);
  ends.run();
  EXPECT_FALSE(ends.server.handshake().tls().is_handshaking());
  ASSERT_TRUE(ends.client.take(answer[0]));
  EXPECT_EQ(ends.client.dropped(), 2U) << "a second one";
}

}  // namespace
}  // namespace keyway
