// Attack 9, in the states that early data leads to: every message that they do not take is `unexpected_message`.

#include <gtest/gtest.h>

#include <array>

#include "attacks/handshake_types.hpp"
#include "testing/scripted_peer.hpp"
#include "tls/client/finished.hpp"
#include "tls/connection/early_data_testing.hpp"
#include "tls/server/early_data.hpp"
#include "tls/wire/record.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

Bytes seal_early(tls::ProtectionTls13& protection, ByteView message) {
  Bytes record(message.size() + tls::ProtectionTls13::overhead);
  const std::array<ByteView, 1> parts{message};
  record.resize(protection.seal(ContentType::handshake, parts, 0, record).value());
  return record;
}

Bytes message_of_two_bytes(HandshakeType type) {
  return {static_cast<std::uint8_t>(type), 0, 0, 2, 0, 0};
}

/// The first `count` records of a flight.
ByteView first_records(ByteView flight, std::size_t count) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    size += tls::record_header_size + tls::RecordHeader::parse(flight.subspan(size)).length;
  }
  return flight.first(size);
}

void expect_unexpected(const Connection& connection, std::string_view state, HandshakeType type) {
  ASSERT_NE(connection.error(), nullptr) << to_string(type);
  EXPECT_EQ(connection.error()->code(), ErrorCode::UnexpectedMessage) << to_string(type);
  EXPECT_EQ(connection.error()->where(), state) << to_string(type);
}

TEST(AttackOnEarlyStates, AServerThatTakesEarlyDataTakesItsEndAlone) {
  const EarlyWorld world;
  for (const HandshakeType type : every_handshake_type) {
    if (type == HandshakeType::end_of_early_data) continue;
    WireTap tap;
    // Each time with a ticket of its own: one is good once.
    static_cast<void>(make_connected_pair(world.client, world.server));
    Pair pair = make_tls_pair(world.client, world.server, {}, {.observer = &tap});
    static_cast<void>(feed(pair.server, drain(pair.client)));
    ASSERT_EQ(pair.server.info().early_data, EarlyData::accepted);
    auto protection = tap.protection(SecretLabel::CLIENT_EARLY_TRAFFIC_SECRET);

    static_cast<void>(feed(pair.server, seal_early(protection, message_of_two_bytes(type))));

    expect_unexpected(pair.server, tls::server::ExpectEndOfEarlyData::name, type);
  }
}

TEST(AttackOnEarlyStates, AClientThatSendsEarlyDataTakesFinishedAlone) {
  const EarlyWorld world;
  for (const HandshakeType type : every_handshake_type) {
    if (type == HandshakeType::finished) continue;
    WireTap tap;
    static_cast<void>(make_connected_pair(world.client, world.server));
    Pair pair = make_tls_pair(world.client, world.server, {}, {.observer = &tap});
    static_cast<void>(feed(pair.server, drain(pair.client)));
    const Bytes flight = drain(pair.server);
    static_cast<void>(feed(pair.client, first_records(flight, 2)));  // ServerHello, ChangeCipherSpec
    auto protection = tap.protection(SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET);
    const Bytes answers = ScriptedServer::encrypted_extensions({{ExtensionType::early_data, {}}});
    static_cast<void>(feed(pair.client, seal_early(protection, answers)));
    ASSERT_EQ(pair.client.info().early_data, EarlyData::accepted);

    static_cast<void>(feed(pair.client, seal_early(protection, message_of_two_bytes(type))));

    expect_unexpected(pair.client, tls::client::ExpectFinishedEarly::name, type);
  }
}

}  // namespace
}  // namespace keyway
