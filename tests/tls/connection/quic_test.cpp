#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include <keyway/quic.hpp>

#include "core/text.hpp"
#include "testing/pair.hpp"
#include "tls/connection/retry_cookie_testing.hpp"

namespace keyway {
namespace {

using namespace testing;
using enum EncryptionLevel;

const Bytes client_parameters{1, 2, 3};
const Bytes server_parameters{4, 5};

struct Seen {
  EncryptionLevel level;
  Direction direction;
  Bytes secret;
};

/// Two ends, with an ideal network between them.
struct QuicPair {
  QuicConnection client;
  QuicConnection server;
  std::vector<Seen> client_secrets;
  std::vector<Seen> server_secrets;

  static void drain(QuicConnection& end, std::vector<Seen>& into) {
    while (auto secret = end.take_secret()) {
      const ByteView bytes = secret->secret.view();
      into.push_back({secret->level, secret->direction, Bytes(bytes.begin(), bytes.end())});
    }
  }
  static Result<bool> carry(QuicConnection& from, QuicConnection& to) {
    bool moved = false;
    for (const EncryptionLevel level : quic_levels) {
      const ByteView waiting = from.output(level);
      const Bytes bytes(waiting.begin(), waiting.end());
      if (bytes.empty()) continue;
      from.sent(level, bytes.size());
      auto taken = to.receive(level, bytes);
      if (!taken) return std::unexpected(taken.error());
      moved = true;
    }
    return moved;
  }
  Result<void> run() {
    for (bool moved = true; moved;) {
      auto there = carry(client, server);
      auto back = there ? carry(server, client) : there;
      if (!back) return std::unexpected(back.error());
      moved = *there || *back;
      drain(client, client_secrets);
      drain(server, server_secrets);
    }
    return {};
  }
};

ClientConfig::Builder quic_client() {
  ClientConfig::Builder builder = client_builder();
  builder.policy(Policy::modern_2026()).alpn({"h3"});
  return builder;
}
ServerConfig::Builder quic_server() {
  ServerConfig::Builder builder = server_builder();
  builder.policy(Policy::modern_2026()).alpn({"h3"});
  return builder;
}
QuicPair make_pair(std::shared_ptr<const ClientConfig> client, std::shared_ptr<const ServerConfig> server) {
  return {*QuicConnection::client(std::move(client), server_name(), client_parameters),
          *QuicConnection::server(std::move(server), server_parameters),
          {},
          {}};
}
QuicPair make_pair() {
  return make_pair(build(quic_client()), build(quic_server()));
}

const Seen* find(const std::vector<Seen>& among, EncryptionLevel level, Direction direction) {
  const auto found =
      std::ranges::find_if(among, [&](const Seen& seen) { return seen.level == level && seen.direction == direction; });
  return found == among.end() ? nullptr : &*found;
}

TEST(Quic, BothEndsHaveTheSameSecretsAndEachOthersParameters) {
  QuicPair pair = make_pair();
  ASSERT_TRUE(pair.run());

  EXPECT_FALSE(pair.client.tls().is_handshaking());
  EXPECT_FALSE(pair.server.tls().is_handshaking());
  EXPECT_EQ(pair.client.tls().info().alpn, "h3");
  EXPECT_TRUE(std::ranges::equal(*pair.client.peer_transport_parameters(), server_parameters));
  EXPECT_TRUE(std::ranges::equal(*pair.server.peer_transport_parameters(), client_parameters));
  for (const EncryptionLevel level : {handshake, application}) {
    const Seen* sent = find(pair.client_secrets, level, Direction::sent);
    const Seen* received = find(pair.server_secrets, level, Direction::received);
    ASSERT_TRUE(sent != nullptr && received != nullptr) << to_string(level);
    EXPECT_EQ(sent->secret, received->secret);
    sent = find(pair.server_secrets, level, Direction::sent);
    received = find(pair.client_secrets, level, Direction::received);
    ASSERT_TRUE(sent != nullptr && received != nullptr) << to_string(level);
    EXPECT_EQ(sent->secret, received->secret);
  }
  EXPECT_EQ(pair.client_secrets.size(), 4U);
  EXPECT_EQ(find(pair.client_secrets, early_data, Direction::sent), nullptr);
}

TEST(Quic, AServerThatKeepsNothingGoesOnWithACookie) {
  // The level of the ClientHellos is one CRYPTO stream: the second server is given the second ClientHello alone.
  const StatelessWorld world;
  Policy policy = Policy::modern_2026();
  policy.key_shares.clear();
  const auto client = build(std::move(quic_client().policy(policy)));
  const auto server = build(world.fitted(quic_server()));
  for (const ByteView address : {ByteView(home), ByteView(elsewhere)}) {
    QuicPair pair{*QuicConnection::client(client, server_name(), client_parameters),
                  *QuicConnection::server(server, server_parameters, {.client_address = home}),
                  {},
                  {}};
    ASSERT_TRUE(QuicPair::carry(pair.client, pair.server));
    ASSERT_TRUE(pair.server.tls().info().after_hello_retry_request);
    ASSERT_TRUE(QuicPair::carry(pair.server, pair.client));
    pair.server = *QuicConnection::server(server, server_parameters, {.client_address = address});

    const bool is_done = pair.run().has_value();

    EXPECT_EQ(is_done, address.data() == home.data());
    if (!is_done) {
      ASSERT_NE(pair.server.tls().error(), nullptr);
      EXPECT_EQ(pair.server.tls().error()->alert(), AlertDescription::illegal_parameter);
      continue;
    }
    EXPECT_FALSE(pair.client.tls().is_handshaking());
    EXPECT_FALSE(pair.server.tls().is_handshaking());
    EXPECT_TRUE(std::ranges::equal(*pair.server.peer_transport_parameters(), client_parameters));
    EXPECT_EQ(find(pair.client_secrets, application, Direction::sent)->secret,
              find(pair.server_secrets, application, Direction::received)->secret);
  }
}

TEST(Quic, NoSessionIdAndNoRecordsGoOut) {
  QuicPair pair = make_pair();
  const ByteView hello = pair.client.output(initial);
  ASSERT_GT(hello.size(), 39U);
  EXPECT_EQ(hello[0], 1U) << "a handshake message, not a record";
  EXPECT_EQ(hello[38], 0U) << "no legacy_session_id";
  EXPECT_TRUE(pair.client.tls().output().empty());
}

TEST(Quic, GoesOnWithASessionAndTakesEarlyData) {
  const auto clock = std::make_shared<MovableClock>();
  const auto store = std::make_shared<InMemorySessionStore>();
  const auto client = build(std::move(quic_client().clock(clock).session_store(store).allow_early_data()));
  const auto server = build(std::move(quic_server().clock(clock).take_early_data({})));
  ASSERT_TRUE(make_pair(client, server).run());

  QuicPair pair = make_pair(client, server);
  ASSERT_TRUE(pair.run());

  EXPECT_TRUE(pair.client.tls().info().is_resumption);
  EXPECT_EQ(pair.client.tls().info().early_data, EarlyData::accepted);
  EXPECT_EQ(pair.server.tls().info().early_data, EarlyData::accepted);
  const Seen* sent = find(pair.client_secrets, early_data, Direction::sent);
  const Seen* received = find(pair.server_secrets, early_data, Direction::received);
  ASSERT_TRUE(sent != nullptr && received != nullptr);
  EXPECT_EQ(sent->secret, received->secret);
  EXPECT_FALSE(pair.server.tls().is_handshaking()) << "without EndOfEarlyData";
}

TEST(Quic, SessionsOfRecordsAreNotGoneOnWith) {
  const auto clock = std::make_shared<MovableClock>();
  const auto store = std::make_shared<InMemorySessionStore>();
  const auto client = build(std::move(quic_client().clock(clock).session_store(store)));
  const auto server = build(std::move(quic_server().clock(clock)));
  ASSERT_TRUE(make_connected_pair(client, server).client.can_send());

  QuicPair pair = make_pair(client, server);
  ASSERT_TRUE(pair.run());
  EXPECT_FALSE(pair.client.tls().info().is_resumption);
}

TEST(Quic, BytesOfAnotherLevelAreRefused) {
  QuicPair pair = make_pair();
  const ByteView hello = pair.client.output(initial);
  const auto taken = pair.server.receive(handshake, hello);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), ErrorCode::WrongEncryptionLevel);
  EXPECT_EQ(taken.error().alert(), AlertDescription::unexpected_message);
  EXPECT_TRUE(pair.server.output(initial).empty()) << "alerts are the QUIC stack's to send";
}

TEST(Quic, ByteByByteIsTheSame) {
  QuicPair pair = make_pair();
  const ByteView hello = pair.client.output(initial);
  for (std::size_t i = 0; i < hello.size(); ++i) ASSERT_TRUE(pair.server.receive(initial, hello.subspan(i, 1)));
  pair.client.sent(initial, hello.size());
  EXPECT_TRUE(pair.run());
  EXPECT_FALSE(pair.server.tls().is_handshaking());
}

TEST(Quic, NothingIsTakenWhileTheHandshakePauses) {
  QuicPair pair = make_pair(build(quic_client()), build(std::move(quic_server().pause_for_client_hello())));
  const ByteView hello = pair.client.output(initial);
  EXPECT_EQ(*pair.server.receive(initial, hello), hello.size());
  ASSERT_EQ(pair.server.tls().pause(), Pause::client_hello);
  EXPECT_EQ(*pair.server.receive(initial, hello), 0U);
  pair.client.sent(initial, hello.size());
  ASSERT_TRUE(pair.server.tls().resume(answer::Proceed{}));
  EXPECT_TRUE(pair.run());
  EXPECT_FALSE(pair.client.tls().is_handshaking());
}

TEST(Quic, AServerChoosesItsParametersByTheClients) {
  QuicPair pair = make_pair(build(quic_client()), build(std::move(quic_server().pause_for_client_hello())));
  const Bytes others{7, 8, 9};
  EXPECT_EQ(pair.client.set_transport_parameters(others).error().code(), ErrorCode::NotReady);
  ASSERT_TRUE(pair.run());
  ASSERT_EQ(pair.server.tls().pause(), Pause::client_hello);
  EXPECT_TRUE(std::ranges::equal(*pair.server.peer_transport_parameters(), client_parameters));
  EXPECT_EQ(pair.server.set_transport_parameters(Bytes(65536)).error().code(), ErrorCode::InvalidConfiguration);
  ASSERT_TRUE(pair.server.set_transport_parameters(others));
  ASSERT_TRUE(pair.server.tls().resume(answer::Proceed{}));
  EXPECT_EQ(pair.server.set_transport_parameters(others).error().code(), ErrorCode::NotReady) << "they are sent";
  ASSERT_TRUE(pair.run());
  EXPECT_TRUE(std::ranges::equal(*pair.client.peer_transport_parameters(), others));
}

TEST(Quic, AProtocolMustBeAgreedOn) {
  QuicPair pair = make_pair(build(quic_client()), build(std::move(quic_server().alpn({"other"}))));
  const auto ran = pair.run();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().alert(), AlertDescription::no_application_protocol);
  const auto none = QuicConnection::server(build(std::move(quic_server().alpn({}))), server_parameters);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::NoCommonAlpn);
}

TEST(Quic, IsTls13Alone) {
  const auto both = build(std::move(quic_client().policy(Policy::compatible_2026())));
  const auto made = QuicConnection::client(both, server_name(), client_parameters);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::InvalidConfiguration);
}

TEST(Quic, AClientWithoutParametersOrWithASessionIdIsRefused) {
  // One that speaks over records has the one and lacks the other.
  Connection stranger = *Connection::client(build(quic_client()), server_name());
  constexpr std::size_t record_header = 5;
  QuicPair pair = make_pair();
  const auto taken = pair.server.receive(initial, stranger.output().subspan(record_header));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().where(), "ClientHello, legacy_session_id");
}

TEST(Quic, CallsThatNeedRecordsSayThatThereAreNone) {
  QuicPair pair = make_pair();
  ASSERT_TRUE(pair.run());
  Bytes room(100);
  EXPECT_EQ(pair.client.tls().receive(room).error().code(), ErrorCode::NotReady);
  EXPECT_EQ(pair.client.tls().send(ByteView(room), room).error().code(), ErrorCode::NotReady);
  EXPECT_EQ(pair.client.tls().update_keys(true).error().code(), ErrorCode::NotReady);
  EXPECT_EQ(pair.client.tls().error(), nullptr) << "and nothing has changed";
}

}  // namespace
}  // namespace keyway
