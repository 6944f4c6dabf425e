// The sample packets of RFC 9001, appendix A, and of RFC 9369, appendix A.

#include <gtest/gtest.h>

#include "tls/quic/quic_testing.hpp"
#include "tls/quic/vectors.hpp"

namespace keyway {
namespace {

using namespace quic_vectors;
using testing::hex;
using testing::provider;

Bytes bytes_of(ByteView view) {
  return {view.begin(), view.end()};
}

QuicSecret chacha(Direction direction) {
  return {EncryptionLevel::application, direction, CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
          SecretBuffer<64>(hex(chacha_secret))};
}

Bytes client_payload() {
  Bytes payload = hex(client_frame);
  payload.resize(client_payload_size);
  return payload;
}

/// Seals the RFC's packet in place and opens it again, in the whole datagram's manner.
void check_packet(QuicSealer sealer, QuicOpener opener, std::uint64_t number, const Bytes& header, const Bytes& payload,
                  const Bytes& expected) {
  Bytes packet = header;
  packet.insert(packet.end(), payload.begin(), payload.end());
  packet.resize(packet.size() + QuicSealer::overhead);
  const std::array parts{ByteView(packet).subspan(header.size(), payload.size())};
  const auto size = sealer.seal(number, ByteView(packet).first(header.size()), parts, packet);
  ASSERT_TRUE(size) << size.error().message();
  EXPECT_EQ(*size, packet.size());
  EXPECT_EQ(packet, expected);

  const auto seen = read_quic_packet(packet, 0);
  ASSERT_TRUE(seen) << seen.error().message();
  EXPECT_EQ(seen->size, packet.size());
  const auto opened = opener.open(packet, seen->packet_number_offset);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->number, number);
  EXPECT_EQ(bytes_of(opened->header), header);
  EXPECT_EQ(bytes_of(opened->payload), payload);
}

class Rfc9001 : public ::testing::TestWithParam<Vectors> {};
INSTANTIATE_TEST_SUITE_P(Versions, Rfc9001, ::testing::ValuesIn(all), [](const auto& test) {
  return test.param.version == QuicVersion::v1 ? "Version1" : "Version2";
});

TEST_P(Rfc9001, InitialKeysAreDerived) {
  const auto secrets = quic_initial_secrets(*provider(), GetParam().version, Side::client, hex(destination));
  ASSERT_TRUE(secrets);
  EXPECT_EQ(bytes_of(secrets->sent.secret.view()), hex(GetParam().client_secret));
  EXPECT_EQ(bytes_of(secrets->received.secret.view()), hex(GetParam().server_secret));

  const auto client = quic_keys(*provider(), GetParam().version, secrets->sent);
  const auto server = quic_keys(*provider(), GetParam().version, secrets->received);
  ASSERT_TRUE(client && server);
  EXPECT_EQ(bytes_of(client->key.view()), hex(GetParam().client_key));
  EXPECT_EQ(bytes_of(client->iv), hex(GetParam().client_iv));
  EXPECT_EQ(bytes_of(client->header_key.view()), hex(GetParam().client_header_key));
  EXPECT_EQ(bytes_of(server->key.view()), hex(GetParam().server_key));
  EXPECT_EQ(bytes_of(server->iv), hex(GetParam().server_iv));
  EXPECT_EQ(bytes_of(server->header_key.view()), hex(GetParam().server_header_key));
}

TEST_P(Rfc9001, TheServersSecretsAreTheClientsTurnedAround) {
  const auto client = quic_initial_secrets(*provider(), GetParam().version, Side::client, hex(destination));
  const auto server = quic_initial_secrets(*provider(), GetParam().version, Side::server, hex(destination));
  EXPECT_EQ(bytes_of(server->sent.secret.view()), bytes_of(client->received.secret.view()));
  EXPECT_EQ(bytes_of(server->received.secret.view()), bytes_of(client->sent.secret.view()));
  EXPECT_EQ(server->sent.direction, Direction::sent);
  EXPECT_EQ(server->received.direction, Direction::received);
}

TEST_P(Rfc9001, TheClientsInitialPacketIsSealedAndOpened) {
  auto client = quic_initial_secrets(*provider(), GetParam().version, Side::client, hex(destination));
  auto server = quic_initial_secrets(*provider(), GetParam().version, Side::server, hex(destination));
  check_packet(*QuicSealer::create(provider(), GetParam().version, std::move(client->sent)),
               *QuicOpener::create(provider(), GetParam().version, std::move(server->received)), client_number,
               hex(GetParam().client_header), client_payload(), hex(GetParam().client_packet));
}

TEST_P(Rfc9001, TheServersInitialPacketIsSealedAndOpened) {
  auto client = quic_initial_secrets(*provider(), GetParam().version, Side::client, hex(destination));
  auto server = quic_initial_secrets(*provider(), GetParam().version, Side::server, hex(destination));
  check_packet(*QuicSealer::create(provider(), GetParam().version, std::move(server->sent)),
               *QuicOpener::create(provider(), GetParam().version, std::move(client->received)), server_number,
               hex(GetParam().server_header), hex(server_payload), hex(GetParam().server_packet));
}

TEST_P(Rfc9001, HeadersOfItsPacketsAreRead) {
  const Bytes initial = hex(GetParam().client_packet);
  const auto packet = read_quic_packet(initial, 0);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, QuicPacketType::initial);
  EXPECT_EQ(packet->level(), EncryptionLevel::initial);
  EXPECT_EQ(packet->version, static_cast<std::uint32_t>(GetParam().version));
  EXPECT_EQ(bytes_of(packet->destination), hex(destination));
  EXPECT_TRUE(packet->source.empty());
  EXPECT_TRUE(packet->token.empty());
  EXPECT_EQ(packet->packet_number_offset, 18U);

  const Bytes retry = hex(GetParam().retry);
  const auto again = read_quic_packet(retry, 0);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->type, QuicPacketType::retry);
  EXPECT_FALSE(again->level());
  EXPECT_EQ(bytes_of(again->token), bytes_of(as_bytes("token")));
  EXPECT_EQ(again->rest.size(), 16U);
}

TEST_P(Rfc9001, TheRetryHasItsTag) {
  const Bytes retry = hex(GetParam().retry);
  const ByteView without_tag = ByteView(retry).first(retry.size() - 16);
  auto integrity = QuicRetryIntegrity::create(*provider(), GetParam().version);
  ASSERT_TRUE(integrity);
  const auto tag = integrity->tag(hex(destination), without_tag);
  ASSERT_TRUE(tag);
  EXPECT_EQ(bytes_of(*tag), bytes_of(ByteView(retry).last(16)));
  EXPECT_TRUE(integrity->holds(hex(destination), retry));
}

TEST_P(Rfc9001, ARetryThatWasAlteredDoesNotHold) {
  const Bytes retry = hex(GetParam().retry);
  auto integrity = QuicRetryIntegrity::create(*provider(), GetParam().version);
  for (std::size_t at = 0; at < retry.size(); ++at) {
    Bytes altered = retry;
    altered[at] ^= 1U;
    EXPECT_FALSE(integrity->holds(hex(destination), altered)) << at;
    EXPECT_FALSE(integrity->holds(hex(destination), ByteView(retry).first(at))) << at;
  }
  EXPECT_FALSE(integrity->holds(hex("8394c8f03e515709"), retry)) << "answers another connection";
  EXPECT_FALSE(integrity->holds({}, retry));
}

TEST_P(Rfc9001, KeysOfChaCha20AreDerivedAndUpdated) {
  const auto keys = quic_keys(*provider(), GetParam().version, chacha(Direction::sent));
  ASSERT_TRUE(keys);
  EXPECT_EQ(bytes_of(keys->key.view()), hex(GetParam().chacha_key));
  EXPECT_EQ(bytes_of(keys->iv), hex(GetParam().chacha_iv));
  EXPECT_EQ(bytes_of(keys->header_key.view()), hex(GetParam().chacha_header_key));
  const auto next = next_quic_secret(*provider(), GetParam().version, chacha(Direction::sent));
  ASSERT_TRUE(next);
  EXPECT_EQ(bytes_of(next->secret.view()), hex(GetParam().chacha_next_secret));
}

TEST_P(Rfc9001, TheShortPacketOfChaCha20IsSealedAndOpened) {
  QuicOpener opener = *QuicOpener::create(provider(), GetParam().version, chacha(Direction::received));
  opener.received(chacha_number - 10);
  check_packet(*QuicSealer::create(provider(), GetParam().version, chacha(Direction::sent)), std::move(opener),
               chacha_number, hex(chacha_header), hex(chacha_payload), hex(GetParam().chacha_packet));
}

}  // namespace
}  // namespace keyway
