#include <gtest/gtest.h>

#include "tls/quic/quic_testing.hpp"

namespace keyway {
namespace {

using testing::hex;

ErrorCode refusal(const Bytes& datagram, std::size_t connection_id_size = 4) {
  const auto packet = read_quic_packet(datagram, connection_id_size);
  EXPECT_FALSE(packet);
  return packet ? ErrorCode::InternalError : packet.error().code();
}

/// Version 1, destination 0102, source 03, then `rest`.
Bytes long_packet(std::uint8_t first, std::string_view rest) {
  Bytes bytes = hex("00000000010201020103");
  bytes[0] = first;
  const Bytes more = hex(rest);
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

TEST(QuicHeader, AllTypesAreRead) {
  const struct {
    std::uint8_t first;
    std::string_view rest;
    QuicPacketType type;
  } cases[] = {
      {0xc0,
       "00"
       "03"
       "aabbcc",
       QuicPacketType::initial},
      {0xd0,
       "03"
       "aabbcc",
       QuicPacketType::early_data},
      {0xe0,
       "03"
       "aabbcc",
       QuicPacketType::handshake},
      {0xf0,
       "aa"
       "000102030405060708090a0b0c0d0e0f",
       QuicPacketType::retry},
  };
  for (const auto& [first, rest, type] : cases) {
    const Bytes bytes = long_packet(first, rest);
    const auto packet = read_quic_packet(bytes, 0);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->type, type);
    EXPECT_EQ(packet->size, bytes.size());
    EXPECT_EQ(packet->destination.size(), 2U);
    EXPECT_EQ(packet->source.size(), 1U);
  }
}

TEST(QuicHeader, APacketEndsWhereItsLengthSays) {
  Bytes datagram = long_packet(0xe0, "03aabbcc");
  const std::size_t first = datagram.size();
  datagram.insert(datagram.end(), 30, 0x40);
  const auto packet = read_quic_packet(datagram, 0);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->size, first);
  EXPECT_EQ(packet->packet_number_offset, first - 3);
  const auto next = read_quic_packet(ByteView(datagram).subspan(first), 4);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type, QuicPacketType::application);
  EXPECT_EQ(next->size, 30U);
  EXPECT_EQ(next->packet_number_offset, 5U);
}

TEST(QuicHeader, LengthsOfEverySizeAreRead) {
  for (const std::string_view length : {"03", "4003", "80000003", "c000000000000003"}) {
    const auto bytes = long_packet(0xe0, std::string(length) + "aabbcc");
    const auto packet = read_quic_packet(bytes, 0);
    ASSERT_TRUE(packet) << length;
    EXPECT_EQ(packet->size, bytes.size());
  }
}

TEST(QuicHeader, ATokenIsRead) {
  const Bytes bytes = long_packet(0xc0,
                                  "02eeff"
                                  "03aabbcc");
  const auto packet = read_quic_packet(bytes, 0);
  ASSERT_TRUE(packet);
  EXPECT_EQ(Bytes(packet->token.begin(), packet->token.end()), hex("eeff"));
}

TEST(QuicHeader, EveryCutIsRefused) {
  const Bytes initial = long_packet(0xc0,
                                    "02eeff"
                                    "03aabbcc");
  for (std::size_t size = 0; size < initial.size(); ++size) {
    EXPECT_EQ(refusal(Bytes(initial.begin(), initial.begin() + static_cast<std::ptrdiff_t>(size))),
              ErrorCode::InvalidPacket)
        << size;
  }
  EXPECT_EQ(refusal(hex("40010203")), ErrorCode::InvalidPacket) << "shorter than its connection ID";
}

TEST(QuicHeader, LengthsBeyondTheDatagramAreRefused) {
  EXPECT_EQ(refusal(long_packet(0xe0, "04aabbcc")), ErrorCode::InvalidPacket);
  EXPECT_EQ(refusal(long_packet(0xe0, "ffffffffffffffffaabbcc")), ErrorCode::InvalidPacket);
  EXPECT_EQ(refusal(long_packet(0xc0, "ffffffffffffffffaabbcc")), ErrorCode::InvalidPacket) << "a token";
  EXPECT_EQ(refusal(long_packet(0xf0, "000102030405060708090a0b0c0d0e")), ErrorCode::InvalidPacket) << "Retry's tag";
}

TEST(QuicHeader, AClearFixedBitIsRefused) {
  EXPECT_EQ(refusal(long_packet(0xa0, "03aabbcc")), ErrorCode::InvalidPacket);
  EXPECT_EQ(refusal(Bytes(40, 0x01)), ErrorCode::InvalidPacket);
  EXPECT_TRUE(read_quic_packet(long_packet(0xa0, "03aabbcc"), 4, QuicBit::any)) << "RFC 9287";
  EXPECT_TRUE(read_quic_packet(Bytes(40, 0x01), 4, QuicBit::any));
}

TEST(QuicHeader, LongConnectionIdsAreForOtherVersionsAlone) {
  Bytes bytes = hex("c00000000115");
  bytes.resize(bytes.size() + 100);
  EXPECT_EQ(refusal(bytes), ErrorCode::InvalidPacket);
  bytes[4] = 0x77;
  const auto packet = read_quic_packet(bytes, 0);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, QuicPacketType::other_version);
  EXPECT_EQ(packet->destination.size(), 21U);
  EXPECT_FALSE(packet->level());
}

TEST(QuicHeader, VersionNegotiationShowsItsList) {
  Bytes bytes = long_packet(0x80, "000000016b3343cf");
  bytes[4] = 0;
  const auto packet = read_quic_packet(bytes, 0);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, QuicPacketType::version_negotiation);
  EXPECT_EQ(Bytes(packet->rest.begin(), packet->rest.end()), hex("000000016b3343cf"));
}

TEST(QuicPacketNumber, IsDecodedAsTheRfcDoes) {
  // RFC 9000 A.3
  EXPECT_EQ(decode_quic_packet_number(0x9b32, 2, 0xa82f30ea), 0xa82f9b32U);
  EXPECT_EQ(decode_quic_packet_number(0, 1, std::nullopt), 0U);
  EXPECT_EQ(decode_quic_packet_number(0x00, 1, 0xff), 0x100U);
  EXPECT_EQ(decode_quic_packet_number(0xff, 1, 0x100), 0xffU);
}

TEST(QuicPacketNumber, HasTheSizeThatTheRfcSays) {
  // RFC 9000 A.2
  EXPECT_EQ(quic_packet_number_size(0xac5c02, 0xabe8b3), 2U);
  EXPECT_EQ(quic_packet_number_size(0xace8fe, 0xabe8b3), 3U);
  EXPECT_EQ(quic_packet_number_size(0, std::nullopt), 1U);
  EXPECT_EQ(quic_packet_number_size(quic_packet_numbers - 1, std::nullopt), 4U);
}

TEST(QuicPacketNumber, WhatIsSentInItsSizeIsDecodedAgain) {
  for (const std::uint64_t known :
       {std::uint64_t{0}, std::uint64_t{200}, std::uint64_t{0xabe8b3}, std::uint64_t{1} << 40U}) {
    for (std::uint64_t distance = 1; distance < 0x1000000; distance = distance * 3 / 2 + 1) {
      const std::uint64_t number = known + distance;
      const std::size_t size = quic_packet_number_size(number, known);
      const auto truncated = static_cast<std::uint32_t>(number & ((std::uint64_t{1} << (8 * size)) - 1));
      EXPECT_EQ(decode_quic_packet_number(truncated, size, known), number);
      EXPECT_EQ(decode_quic_packet_number(truncated, size, number - 1), number) << "whatever else came in between";
    }
  }
}

}  // namespace
}  // namespace keyway
