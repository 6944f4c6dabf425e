// Attacks 9, 10 and 22 on TLS 1.2: every message in every state that does not take it; ChangeCipherSpec too early,
// twice or inside a message (CVE-2014-0224); data before the Finished; altered signatures; renegotiation.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "testing/client_identity.hpp"
#include "testing/tls12_wire.hpp"
#include "tls/client/machine.hpp"
#include "tls/server/machine.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum HandshakeType;

const Bytes ccs = plain_record(ContentType::change_cipher_spec, Bytes{1});

Bytes message(HandshakeType type, ByteView body = Bytes(2)) {
  Bytes encoded;
  Writer out(encoded);
  out.value(type);
  out.vector24(body);
  return encoded;
}

/// Which handshake.
enum class Kind : std::uint8_t {
  full,
  resumed,
  mutual,  ///< the server requires a client certificate, and the client has one
};

/// A pair of TLS 1.2, and what the messages of its server's first flight are.
struct SceneTls12 {
  Tls12Tap client_tap;
  Tls12Tap server_tap;
  Pair pair;
  std::vector<Bytes> server_flight;  ///< not yet given to the client
  std::vector<Bytes> client_flight;  ///< records: ClientKeyExchange, ChangeCipherSpec, Finished

  explicit SceneTls12(Kind kind = Kind::full) : pair(make_scene(kind)) {
    pair.carry(Side::client);
    server_flight = plain_messages(drain(pair.server));
  }
  SceneTls12(const SceneTls12&) = delete;
  SceneTls12& operator=(const SceneTls12&) = delete;

  void tell_client(std::size_t messages) {
    for (std::size_t i = 0; i < messages; ++i) give_client(plain_record(ContentType::handshake, server_flight[i]));
    client_flight = split_records(drain(pair.client));
  }
  void tell_server(std::size_t records) {
    tell_client(server_flight.size());
    for (std::size_t i = 0; i < records; ++i) give_server(client_flight[i]);
  }
  /// Of the client's messages before its ChangeCipherSpec, this many, each in a record.
  void tell_server_messages(std::size_t messages) {
    tell_client(server_flight.size());
    const std::vector<Bytes> spoken = plain_messages(client_flight.front());
    for (std::size_t i = 0; i < messages; ++i) give_server(plain_record(ContentType::handshake, spoken[i]));
  }
  /// The ticket that the ServerHello promised.
  void give_ticket() {
    give_client(plain_record(ContentType::handshake, message(new_session_ticket, Bytes{0, 0, 0, 9, 0, 1, 7})));
  }
  void give_client(ByteView wire) { static_cast<void>(feed(pair.client, wire)); }
  void give_server(ByteView wire) { static_cast<void>(feed(pair.server, wire)); }
  void finish() {
    tell_server(3);
    pair.run();
    ASSERT_FALSE(pair.client.is_handshaking());
    ASSERT_FALSE(pair.server.is_handshaking());
  }

 private:
  [[nodiscard]] Pair make_scene(Kind kind) {
    const bool is_mutual = kind == Kind::mutual;
    const auto client = is_mutual ? client_that_shows(ProtocolVersion::TLS1_2, shared_client_credential())
                                  : client_with(tls12_policy());
    const auto server = is_mutual ? server_that_requires(ProtocolVersion::TLS1_2) : server_with(tls12_policy());
    if (kind == Kind::resumed) static_cast<void>(make_connected_pair(client, server));
    return make_tls_pair(client, server, {.observer = &client_tap}, {.observer = &server_tap});
  }
};

void expect_refusal_tls12(const Connection& connection, ErrorCode code, AlertDescription alert) {
  ASSERT_NE(connection.error(), nullptr);
  EXPECT_EQ(connection.error()->code(), code) << connection.error()->message();
  EXPECT_EQ(connection.error()->alert(), alert);
  EXPECT_FALSE(connection.can_send());
}

constexpr std::array every_type_tls12{hello_request,     client_hello,        server_hello,
                                      HandshakeType{3},  new_session_ticket,  encrypted_extensions,
                                      certificate,       server_key_exchange, certificate_request,
                                      server_hello_done, certificate_verify,  client_key_exchange,
                                      finished,          certificate_status,  key_update,
                                      HandshakeType{255}};

/// How a state is reached, and a handshake record given to it there.
struct WayTls12 {
  std::string_view state;
  std::function<void(SceneTls12&)> bring;
  bool is_protected = false;
  Kind kind = Kind::full;
};

const std::vector<WayTls12> ways_of_the_tls12_client{
    {tls::client12::ExpectCertificate::name, [](SceneTls12& s) { s.tell_client(1); }},
    {tls::client12::ExpectStatusOrKeyExchange::name,
     [](SceneTls12& s) {
       const Bytes hello = with_extension<tls::ServerHello>(s.server_flight[0], ExtensionType::status_request, {});
       s.give_client(plain_record(ContentType::handshake, hello));
       s.give_client(plain_record(ContentType::handshake, s.server_flight[1]));
     }},
    {tls::client12::ExpectServerKeyExchange::name, [](SceneTls12& s) { s.tell_client(2); }},
    {tls::client12::ExpectRequestOrDone::name, [](SceneTls12& s) { s.tell_client(3); }},
    {tls::client12::ExpectServerHelloDone::name,
     [](SceneTls12& s) {
       s.tell_client(3);
       s.give_client(
           plain_record(ContentType::handshake, message(certificate_request, Bytes{1, 64, 0, 2, 4, 3, 0, 0})));
     }},
    {tls::client12::ExpectNewSessionTicket::name, [](SceneTls12& s) { s.tell_client(4); }},
    {tls::client12::ExpectChangeCipherSpec::name,
     [](SceneTls12& s) {
       s.tell_client(4);
       s.give_ticket();
     }},
    {tls::client12::ExpectFinished::name,
     [](SceneTls12& s) {
       s.tell_client(4);
       s.give_ticket();
       s.give_client(ccs);
     },
     true},
    {tls::client12::ExpectTicketResumed::name,
     [](SceneTls12& s) {
       const Bytes hello = with_extension<tls::ServerHello>(s.server_flight[0], ExtensionType::session_ticket, {});
       s.give_client(plain_record(ContentType::handshake, hello));
     },
     false, Kind::resumed},
    {tls::client12::ExpectChangeCipherSpecResumed::name, [](SceneTls12& s) { s.tell_client(1); }, false, Kind::resumed},
    {tls::client12::ExpectFinishedResumed::name,
     [](SceneTls12& s) {
       s.tell_client(1);
       s.give_client(ccs);
     },
     true, Kind::resumed},
};

const std::vector<WayTls12> ways_of_the_tls12_server{
    {tls::server12::ExpectCertificate::name, [](SceneTls12& s) { s.tell_server_messages(0); }, false, Kind::mutual},
    {tls::server12::ExpectKeyExchangeBeforeProof::name, [](SceneTls12& s) { s.tell_server_messages(1); }, false,
     Kind::mutual},
    {tls::server12::ExpectCertificateVerify::name, [](SceneTls12& s) { s.tell_server_messages(2); }, false,
     Kind::mutual},
    {tls::server12::ExpectClientKeyExchange::name, [](SceneTls12& s) { s.tell_server(0); }},
    {tls::server12::ExpectChangeCipherSpec::name, [](SceneTls12& s) { s.tell_server(1); }},
    {tls::server12::ExpectFinished::name, [](SceneTls12& s) { s.tell_server(2); }, true},
    {tls::server12::ExpectChangeCipherSpecResumed::name, [](SceneTls12&) {}, false, Kind::resumed},
    {tls::server12::ExpectFinishedResumed::name, [](SceneTls12& s) { s.give_server(ccs); }, true, Kind::resumed},
};

template <typename Table>
void try_all_pairs(Side side, const std::vector<WayTls12>& ways) {
  for (const tls::StateFacts& facts : Table::facts()) {
    if (facts.is_paused) continue;
    const auto way = std::ranges::find(ways, facts.name, &WayTls12::state);
    ASSERT_NE(way, ways.end()) << "no test brings a connection to: " << facts.name;
    for (const HandshakeType type : every_type_tls12) {
      if (std::ranges::find(facts.accepts, type) != facts.accepts.end()) continue;
      SceneTls12 scene(way->kind);
      way->bring(scene);
      Connection& subject = scene.pair.side(side);
      ASSERT_EQ(subject.error(), nullptr) << facts.name << ": " << subject.error()->message();
      const Tls12Tap& tap = side == Side::client ? scene.client_tap : scene.server_tap;
      static_cast<void>(feed(subject, way->is_protected
                                          ? tap.seal(peer_of(side), 0, ContentType::handshake, message(type))
                                          : plain_record(ContentType::handshake, message(type))));
      SCOPED_TRACE(std::string(facts.name) + ", " + to_string(type));
      ASSERT_NO_FATAL_FAILURE(
          expect_refusal_tls12(subject, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
      EXPECT_EQ(subject.error()->where(), facts.name);
    }
  }
}

TEST(AttackOnTls12, EveryMessageInEveryStateOfTheClientIsRefusedUnlessAwaited) {
  try_all_pairs<tls::client12::TableTls12>(Side::client, ways_of_the_tls12_client);
}

TEST(AttackOnTls12, EveryMessageInEveryStateOfTheServerIsRefusedUnlessAwaited) {
  try_all_pairs<tls::server12::TableTls12>(Side::server, ways_of_the_tls12_server);
}

TEST(AttackOnTls12, AChangeCipherSpecIsRefusedInEveryStateButItsOwn) {
  const auto refuse = [](Side side, const std::vector<WayTls12>& ways) {
    for (const WayTls12& way : ways) {
      if (way.state == tls::client12::ExpectChangeCipherSpec::name) continue;
      if (way.state == tls::server12::ExpectChangeCipherSpec::name) continue;
      if (way.state == tls::client12::ExpectChangeCipherSpecResumed::name) continue;
      if (way.state == tls::server12::ExpectChangeCipherSpecResumed::name) continue;
      SceneTls12 scene(way.kind);
      way.bring(scene);
      static_cast<void>(feed(scene.pair.side(side), ccs));
      SCOPED_TRACE(way.state);
      expect_refusal_tls12(scene.pair.side(side), ErrorCode::UnexpectedChangeCipherSpec,
                           AlertDescription::unexpected_message);
    }
  };
  refuse(Side::client, ways_of_the_tls12_client);
  refuse(Side::server, ways_of_the_tls12_server);
}

TEST(AttackOnTls12, AChangeCipherSpecBeforeTheServerHelloIsRemembered) {
  Pair pair = make_tls_pair(client_with(Policy::compatible_2026()), server_with(tls12_policy()));
  pair.carry(Side::client);
  static_cast<void>(feed(pair.client, ccs));
  EXPECT_EQ(pair.client.error(), nullptr);

  pair.carry(Side::server);

  expect_refusal_tls12(pair.client, ErrorCode::UnexpectedChangeCipherSpec, AlertDescription::unexpected_message);
}

TEST(AttackOnTls12, AChangeCipherSpecInsideAMessageIsRefused) {
  SceneTls12 scene;
  scene.tell_server(1);
  scene.give_server(plain_record(ContentType::handshake, Bytes{20, 0, 0}));

  scene.give_server(ccs);

  expect_refusal_tls12(scene.pair.server, ErrorCode::InterleavedHandshake, AlertDescription::unexpected_message);
}

TEST(AttackOnTls12, AChangeCipherSpecAfterTheHandshakeIsRefused) {
  for (const Side side : {Side::client, Side::server}) {
    SceneTls12 scene;
    ASSERT_NO_FATAL_FAILURE(scene.finish());
    static_cast<void>(feed(scene.pair.side(side), ccs));
    expect_refusal_tls12(scene.pair.side(side), ErrorCode::UnexpectedChangeCipherSpec,
                         AlertDescription::unexpected_message);
  }
}

TEST(AttackOnTls12, AFinishedWithoutChangeCipherSpecIsRefused) {
  SceneTls12 scene;
  scene.tell_server(1);
  scene.give_server(plain_record(ContentType::handshake, message(finished, Bytes(12))));
  expect_refusal_tls12(scene.pair.server, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message);
}

TEST(AttackOnTls12, DataBeforeTheFinishedIsRefused) {
  const Bytes data{'h', 'i'};
  for (const std::size_t records : {0U, 1U}) {
    SceneTls12 scene;
    scene.tell_server(records);
    scene.give_server(plain_record(ContentType::application_data, data));
    expect_refusal_tls12(scene.pair.server, ErrorCode::UnexpectedContentType, AlertDescription::unexpected_message);
  }
  SceneTls12 server;
  server.tell_server(2);
  server.give_server(server.server_tap.seal(Side::client, 0, ContentType::application_data, data));
  expect_refusal_tls12(server.pair.server, ErrorCode::UnexpectedContentType, AlertDescription::unexpected_message);
  SceneTls12 client;
  client.tell_client(4);
  client.give_ticket();
  client.give_client(ccs);
  client.give_client(client.client_tap.seal(Side::server, 0, ContentType::application_data, data));
  expect_refusal_tls12(client.pair.client, ErrorCode::UnexpectedContentType, AlertDescription::unexpected_message);
}

TEST(AttackOnTls12, AFinishedThatDoesNotMatchIsRefused) {
  SceneTls12 server;
  server.tell_server(2);
  server.give_server(server.server_tap.seal(Side::client, 0, ContentType::handshake, message(finished, Bytes(12))));
  expect_refusal_tls12(server.pair.server, ErrorCode::BadFinished, AlertDescription::decrypt_error);
  SceneTls12 client;
  client.tell_client(4);
  client.give_ticket();
  client.give_client(ccs);
  client.give_client(client.client_tap.seal(Side::server, 0, ContentType::handshake, message(finished, Bytes(12))));
  expect_refusal_tls12(client.pair.client, ErrorCode::BadFinished, AlertDescription::decrypt_error);
  SceneTls12 size;
  size.tell_server(2);
  size.give_server(size.server_tap.seal(Side::client, 0, ContentType::handshake, message(finished, Bytes(32))));
  expect_refusal_tls12(size.pair.server, ErrorCode::BadFinished, AlertDescription::decrypt_error);
}

TEST(AttackOnTls12, ABitChangedInTheFinishedsRecordIsRefused) {
  SceneTls12 probe;
  probe.tell_server(0);
  const std::size_t size = probe.client_flight[2].size();
  for (std::size_t at = 5; at < size; ++at) {
    SceneTls12 scene;
    scene.tell_server(2);
    scene.client_flight[2][at] ^= 1;
    scene.give_server(scene.client_flight[2]);
    ASSERT_NO_FATAL_FAILURE(
        expect_refusal_tls12(scene.pair.server, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac));
  }
}

TEST(AttackOnTls12, ABitChangedInTheServersFlightNeverEndsWell) {
  SceneTls12 probe;
  for (const std::size_t which : {0U, 2U}) {
    for (std::size_t at = 4; at < probe.server_flight[which].size(); ++at) {
      SceneTls12 scene;
      scene.server_flight[which][at % scene.server_flight[which].size()] ^= 1;
      scene.tell_client(4);
      for (const Bytes& record : scene.client_flight) scene.give_server(record);
      scene.pair.run();
      EXPECT_FALSE(scene.pair.client.can_send()) << which << ", byte " << at;
      EXPECT_FALSE(scene.pair.server.can_send()) << which << ", byte " << at;
    }
  }
}

TEST(AttackOnTls12, AShareThatIsNoPointIsRefused) {
  SceneTls12 scene;
  scene.tell_server(0);
  Bytes zero(33);
  zero[0] = 32;
  scene.give_server(plain_record(ContentType::handshake, message(client_key_exchange, zero)));
  expect_refusal_tls12(scene.pair.server, ErrorCode::InvalidKeyShare, AlertDescription::illegal_parameter);
}

TEST(AttackOnTls12, NothingRenegotiates) {
  SceneTls12 scene;
  ASSERT_NO_FATAL_FAILURE(scene.finish());
  scene.give_server(scene.server_tap.seal(Side::client, 1, ContentType::handshake, message(client_hello)));
  expect_refusal_tls12(scene.pair.server, ErrorCode::RenegotiationRefused, AlertDescription::no_renegotiation);
}

TEST(AttackOnTls12, AHelloRequestEndsTheConnection) {
  SceneTls12 scene;
  ASSERT_NO_FATAL_FAILURE(scene.finish());
  scene.give_client(scene.client_tap.seal(Side::server, 1, ContentType::handshake, message(hello_request, {})));
  expect_refusal_tls12(scene.pair.client, ErrorCode::RenegotiationRefused, AlertDescription::no_renegotiation);
}

TEST(AttackOnTls12, WarningsAreBorneAndAFloodOfThemIsNot) {
  SceneTls12 scene;
  ASSERT_NO_FATAL_FAILURE(scene.finish());
  const auto warn = [&](std::uint64_t number) {
    scene.give_server(scene.server_tap.seal(Side::client, number, ContentType::alert, Bytes{1, 41}));
  };
  for (std::uint64_t number = 1; number <= 4; ++number) warn(number);
  EXPECT_EQ(scene.pair.server.error(), nullptr);
  warn(5);
  expect_refusal_tls12(scene.pair.server, ErrorCode::TooManyWarnings, AlertDescription::unexpected_message);
}

TEST(AttackOnTls12, RecordsOutOfOrderOrAgainAreRefused) {
  for (const std::uint64_t number : {0U, 2U}) {
    SceneTls12 scene;
    ASSERT_NO_FATAL_FAILURE(scene.finish());
    scene.give_server(scene.server_tap.seal(Side::client, number, ContentType::application_data, Bytes{1}));
    expect_refusal_tls12(scene.pair.server, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac);
  }
}

TEST(AttackOnTls12, APlaintextRecordAfterTheKeysIsRefused) {
  SceneTls12 scene;
  ASSERT_NO_FATAL_FAILURE(scene.finish());
  scene.give_server(plain_record(ContentType::application_data, Bytes(40)));
  expect_refusal_tls12(scene.pair.server, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac);
}

}  // namespace
}  // namespace keyway
