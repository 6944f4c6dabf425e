// Attack 15 at a connection's door: floods of empty records, warnings, KeyUpdate, tickets and tiny fragments end after
// a bounded number, and what waits to be answered stays small. (The record layer's own bounds: attack_record_floods.)

#include <gtest/gtest.h>

#include "testing/refusal.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

const auto unexpected = AlertDescription::unexpected_message;

/// Repeats until the connection refuses; gives how many were taken.
template <typename Peer, typename Step>
int taken_of(Peer& peer, Step step) {
  for (int taken = 0; taken < 1000; ++taken) {
    step(peer);
    if (peer.refusal()) return taken;
  }
  return 1000;
}

Bytes ticket() {
  return message_of(HandshakeType::new_session_ticket,
                    body_of(tls::NewSessionTicket{7200, 0, {}, as_bytes("ticket"), {}}));
}

const Bytes canceled{1, 90};

TEST(AttackByFlood, OfEmptyRecords) {
  ScriptedClient peer;
  peer.connect();
  EXPECT_LE(taken_of(peer, [](auto& p) { p.put(ContentType::application_data, {}); }), 64);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyEmptyRecords, unexpected));
}

TEST(AttackByFlood, OfPaddingAlone) {
  ScriptedClient peer;
  peer.connect();
  EXPECT_LE(taken_of(peer, [](auto& p) { p.give(p.seal(ContentType::application_data, {}, 16000)); }), 64);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyEmptyRecords, unexpected));
}

TEST(AttackByFlood, OfWarnings) {
  ScriptedServer peer;
  peer.connect();
  EXPECT_LE(taken_of(peer, [](auto& p) { p.put(ContentType::alert, canceled); }), 64);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyWarnings, unexpected));
}

TEST(AttackByFlood, OfWarningsBeforeThereAreKeys) {
  ScriptedClient peer;
  EXPECT_LE(taken_of(peer, [](auto& p) { p.put(ContentType::alert, canceled); }), 64);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyWarnings, unexpected));
}

TEST(AttackByFlood, OfKeyUpdates) {
  ScriptedClient peer;
  peer.connect();
  EXPECT_LE(taken_of(peer, [](auto& p) { p.update_keys(); }), 64);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyKeyUpdates, unexpected));
}

TEST(AttackByFlood, OfKeyUpdatesThatAskForOneIsAnsweredOnceUntilTheAnswerIsOut) {
  Pair pair = make_connected_pair();
  Bytes wire;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(pair.client.update_keys(true));
    const Bytes record = drain(pair.client);
    wire.insert(wire.end(), record.begin(), record.end());
  }
  static_cast<void>(feed(pair.server, wire));
  ASSERT_EQ(pair.server.error(), nullptr) << pair.server.error()->message();
  Bytes out(2000);
  const auto sent = pair.server.send(as_bytes("and on"), out);
  ASSERT_TRUE(sent);
  EXPECT_GT(sent->written, 40U) << "one KeyUpdate and the data";
  EXPECT_LE(sent->written, 64U);
  EXPECT_EQ(as_text(feed(pair.client, ByteView(out).first(sent->written))), "and on");
  EXPECT_EQ(pair.transfer(Side::client, "and back"), "and back");
}

TEST(AttackByFlood, OfTickets) {
  ScriptedServer peer;
  peer.connect();
  EXPECT_LE(taken_of(peer, [](auto& p) { p.put(ContentType::handshake, ticket()); }), 64);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyTickets, unexpected));
}

TEST(AttackByFlood, OfTicketsInOneRecord) {
  ScriptedServer peer;
  peer.connect();
  Bytes many;
  while (many.size() < 16000) {
    const Bytes one = ticket();
    many.insert(many.end(), one.begin(), one.end());
  }
  peer.put(ContentType::handshake, many);
  EXPECT_TRUE(refused(peer, ErrorCode::TooManyTickets, unexpected));
}

TEST(AttackByFlood, OfDifferentKindsInTurnIsBoundedToo) {
  ScriptedServer peer;
  peer.connect();
  int turn = 0;
  EXPECT_LE(taken_of(peer,
                     [&](auto& p) {
                       switch (turn++ % 4) {
                         case 0:
                           return p.update_keys();
                         case 1:
                           return p.put(ContentType::handshake, ticket());
                         case 2:
                           return p.put(ContentType::alert, canceled);
                         default:
                           return p.put(ContentType::application_data, {});
                       }
                     }),
            128);
}

TEST(AttackByFlood, DataInBetweenStartsTheCountAnew) {
  ScriptedServer peer;
  peer.connect();
  for (int i = 0; i < 300; ++i) {
    peer.update_keys();
    if (i % 20 == 0) peer.put(ContentType::application_data, Bytes(1, 'x'));
    ASSERT_EQ(peer.refusal(), std::nullopt) << i << ' ' << peer.why();
  }
}

TEST(AttackByFlood, OfFragmentsMakesNoMessageLongerThanTheLimit) {
  ScriptedClient peer;
  Bytes claim = message_of(HandshakeType::client_hello, {});
  claim[1] = 2;  // 131072 bytes: one more than this is refused at the header
  claim[3] = 1;
  peer.put(ContentType::handshake, claim);
  EXPECT_TRUE(refused(peer, ErrorCode::MessageTooLong, AlertDescription::illegal_parameter));
}

TEST(AttackByFlood, AHelloInFragmentsOfOneByteIsTaken) {
  ScriptedClient peer;
  for (const std::uint8_t byte : ScriptedClient::hello().encode()) {
    peer.put(ContentType::handshake, Bytes{byte});
    ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
  }
  EXPECT_TRUE(peer.message(HandshakeType::finished));
}

TEST(AttackByFlood, AnEmptyFragmentIsRefused) {
  ScriptedClient plain;
  plain.put(ContentType::handshake, {});
  EXPECT_TRUE(refused(plain, ErrorCode::EmptyRecord, unexpected));

  ScriptedClient sealed;
  sealed.connect();
  sealed.put(ContentType::handshake, {});
  EXPECT_TRUE(refused(sealed, ErrorCode::EmptyRecord, unexpected));
}

}  // namespace
}  // namespace keyway
