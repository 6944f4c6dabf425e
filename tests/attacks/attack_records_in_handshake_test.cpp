// Attack 10: ChangeCipherSpec early, late, twice, malformed, after Finished. Attack 11: application data before
// Finished (CVE-2026-34582). Attack 14: bytes after a message that changes the keys, in its record. Attack 17: the
// outer content type counts as well as the inner one (CVE-2026-16317).

#include <gtest/gtest.h>

#include <functional>

#include "testing/refusal.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum HandshakeType;

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

const auto unexpected_record = AlertDescription::unexpected_message;

// ------------------------------------------------------------------------------------------------ 10

TEST(AttackByChangeCipherSpec, BeforeTheClientHelloIsRefused) {
  ScriptedClient peer;
  peer.change_cipher_spec();
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedChangeCipherSpec, unexpected_record));
}

TEST(AttackByChangeCipherSpec, InTheHandshakeChangesNothing) {
  ScriptedClient client;
  client.say_hello();
  client.change_cipher_spec();
  client.say(client.finished());
  EXPECT_FALSE(client.subject().is_handshaking()) << client.why();

  ScriptedServer server;
  server.change_cipher_spec();
  server.say_until(certificate);
  server.change_cipher_spec();
  server.say(ScriptedServer::certificate());
  server.say(server.certificate_verify());
  server.say(server.finished());
  EXPECT_FALSE(server.subject().is_handshaking()) << server.why();
}

TEST(AttackByChangeCipherSpec, AThirdIsRefused) {
  ScriptedClient peer;
  peer.say_hello();
  peer.change_cipher_spec();
  peer.change_cipher_spec();
  ASSERT_EQ(peer.refusal(), std::nullopt);
  peer.change_cipher_spec();
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedChangeCipherSpec, unexpected_record));
}

TEST(AttackByChangeCipherSpec, AMalformedOneIsRefused) {
  for (const Bytes& body : {Bytes{0}, Bytes{2}, Bytes{1, 1}}) {
    ScriptedClient peer;
    peer.say_hello();
    peer.give(ScriptedPeer::plain(ContentType::change_cipher_spec, body));
    EXPECT_TRUE(refused(peer, ErrorCode::InvalidChangeCipherSpec, unexpected_record));
  }
}

TEST(AttackByChangeCipherSpec, AProtectedOneIsRefused) {
  ScriptedClient peer;
  peer.say_hello();
  peer.put(ContentType::change_cipher_spec, Bytes{1});
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedContentType, unexpected_record));
}

TEST(AttackByChangeCipherSpec, AfterTheFinishedIsRefused) {
  ScriptedClient client;
  client.connect();
  client.change_cipher_spec();
  EXPECT_TRUE(refused(client, ErrorCode::UnexpectedChangeCipherSpec, unexpected_record));

  ScriptedServer server;
  server.connect();
  server.change_cipher_spec();
  EXPECT_TRUE(refused(server, ErrorCode::UnexpectedChangeCipherSpec, unexpected_record));
}

TEST(AttackByChangeCipherSpec, InsideAHandshakeMessageIsRefused) {
  ScriptedServer peer;
  const Bytes hello = peer.hello().encode();
  peer.give(ScriptedPeer::plain(ContentType::handshake, ByteView(hello).first(10)));
  peer.change_cipher_spec();
  EXPECT_TRUE(refused(peer, ErrorCode::InterleavedHandshake, unexpected_record));
}

// ------------------------------------------------------------------------------------------------ 11

TEST(AttackByEarlyData, ApplicationDataBeforeTheFinishedReachesNobody) {
  for (const HandshakeType before : {encrypted_extensions, certificate, certificate_verify, finished}) {
    ScriptedServer server;
    server.say_until(before);
    server.put(ContentType::application_data, as_bytes("too early"));
    EXPECT_TRUE(refused(server, ErrorCode::UnexpectedContentType, unexpected_record)) << to_string(before);
    EXPECT_TRUE(server.delivered().empty());
  }
  ScriptedClient client;
  client.say_hello();
  client.put(ContentType::application_data, as_bytes("too early"));
  EXPECT_TRUE(refused(client, ErrorCode::UnexpectedContentType, unexpected_record));
  EXPECT_TRUE(client.delivered().empty());
}

TEST(AttackByEarlyData, EmptyApplicationDataIsRefusedToo) {
  ScriptedClient peer;
  peer.say_hello();
  peer.put(ContentType::application_data, {});
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedContentType, unexpected_record));
}

TEST(AttackByEarlyData, PlaintextApplicationDataIsNeverTaken) {
  ScriptedServer fresh;
  fresh.give(ScriptedPeer::plain(ContentType::application_data, as_bytes("clear")));
  EXPECT_TRUE(refused(fresh, ErrorCode::UnexpectedContentType, unexpected_record));

  ScriptedClient connected;
  connected.connect();
  connected.give(ScriptedPeer::plain(ContentType::application_data, Bytes(40, 'x')));
  EXPECT_TRUE(refused(connected, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac));
}

// ------------------------------------------------------------------------------------------------ 14

struct Crossing {
  std::string_view name;
  std::function<void(ScriptedServer&, const Bytes& extra)> cross;
};

TEST(AttackAcrossAKeyChange, NothingMayFollowInTheRecordThatTheClientGets) {
  const std::vector<Crossing> crossings{
      {"ServerHello",
       [](ScriptedServer& peer, const Bytes& extra) {
         peer.put(ContentType::handshake, joined(peer.hello().encode(), extra));
       }},
      {"Finished",
       [](ScriptedServer& peer, const Bytes& extra) {
         peer.say_until(finished);
         peer.put(ContentType::handshake, joined(peer.finished(), extra));
       }},
      {"KeyUpdate",
       [](ScriptedServer& peer, const Bytes& extra) {
         peer.connect();
         peer.put(ContentType::handshake, joined(message_of(key_update, Bytes{0}), extra));
       }},
  };
  for (const Crossing& crossing : crossings) {
    for (const Bytes& extra : {Bytes{0}, message_of(key_update, Bytes{0}), ScriptedServer::encrypted_extensions()}) {
      ScriptedServer peer;
      crossing.cross(peer, extra);
      EXPECT_TRUE(refused(peer, ErrorCode::DataAfterKeyChange, unexpected_record)) << crossing.name;
    }
  }
}

TEST(AttackAcrossAKeyChange, NothingMayFollowInTheRecordThatTheServerGets) {
  for (const Bytes& extra : {Bytes{0}, message_of(key_update, Bytes{0}), message_of(finished, Bytes(32))}) {
    ScriptedClient hello;
    hello.put(ContentType::handshake, joined(ScriptedClient::hello().encode(), extra));
    EXPECT_TRUE(refused(hello, ErrorCode::DataAfterKeyChange, unexpected_record));
    EXPECT_TRUE(hello.messages().empty()) << "the server answered before it judged";

    ScriptedClient finish;
    finish.say_hello();
    finish.put(ContentType::handshake, joined(finish.finished(), extra));
    EXPECT_TRUE(refused(finish, ErrorCode::DataAfterKeyChange, unexpected_record));

    ScriptedClient update;
    update.connect();
    update.put(ContentType::handshake, joined(message_of(key_update, Bytes{0}), extra));
    EXPECT_TRUE(refused(update, ErrorCode::DataAfterKeyChange, unexpected_record));
  }
}

TEST(AttackAcrossAKeyChange, AMessageMayNotBeginUnderOldKeys) {
  // The first half of EncryptedExtensions in the clear, the rest protected.
  ScriptedServer peer;
  const Bytes extensions = ScriptedServer::encrypted_extensions();
  Bytes record = peer.hello().encode();
  record.insert(record.end(), extensions.begin(), extensions.begin() + 3);
  peer.put(ContentType::handshake, record);
  EXPECT_TRUE(refused(peer, ErrorCode::DataAfterKeyChange, unexpected_record));
}

// ------------------------------------------------------------------------------------------------ 17

TEST(AttackOnContentTypes, PlaintextHandshakeAfterTheKeysIsRefused) {
  ScriptedServer server;
  server.say_hello();
  server.give(ScriptedPeer::plain(ContentType::handshake, ScriptedServer::encrypted_extensions()));
  EXPECT_TRUE(refused(server, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac));

  ScriptedClient client;
  client.say_hello();
  client.give(ScriptedPeer::plain(ContentType::handshake, client.finished()));
  EXPECT_TRUE(refused(client, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac));
}

TEST(AttackOnContentTypes, APlaintextAlertEndsNoEstablishedConnection) {
  // Somebody on the path can't forge an end: the record is refused as what it is.
  for (const Bytes& alert : {Bytes{1, 0}, Bytes{2, 40}}) {
    ScriptedServer server;
    server.connect();
    server.give(ScriptedPeer::plain(ContentType::alert, alert));
    EXPECT_TRUE(refused(server, ErrorCode::UnexpectedContentType, unexpected_record));
    EXPECT_FALSE(server.subject().peer_has_closed());

    ScriptedClient client;
    client.connect();
    client.give(ScriptedPeer::plain(ContentType::alert, alert));
    EXPECT_TRUE(refused(client, ErrorCode::UnexpectedContentType, unexpected_record));
    EXPECT_FALSE(client.subject().peer_has_closed());
  }
}

TEST(AttackOnContentTypes, AnInnerTypeThatIsNoneIsRefused) {
  for (const int type : {0, 1, 20, 24, 255}) {
    ScriptedClient peer;
    peer.connect();
    peer.put(static_cast<ContentType>(type), Bytes(3, 1));
    EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedContentType, unexpected_record)) << type;
  }
}

}  // namespace
}  // namespace keyway
