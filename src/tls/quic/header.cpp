#include <array>
#include <bit>
#include <utility>

#include <keyway/quic_packets.hpp>

#include "core/reader.hpp"
#include "tls/quic/first_byte.hpp"
#include "tls/quic/integer.hpp"

namespace keyway {
namespace {

using tls::FirstByte;

Error invalid(std::string_view field) {
  return fail(ErrorCode::InvalidPacket).at(field).at("QUIC packet");
}

/// RFC 9000 17.2, RFC 9369 3.2: version 2 numbers the four types from one further on.
QuicPacketType long_type(std::uint8_t first, QuicVersion version) noexcept {
  constexpr std::array types{QuicPacketType::initial, QuicPacketType::early_data, QuicPacketType::handshake,
                             QuicPacketType::retry};
  const std::size_t bits = (first & FirstByte::long_type) >> 4U;
  return types.at((version == QuicVersion::v2 ? bits + 3 : bits) % types.size());
}

bool has_quic_bit(std::uint8_t first, QuicBit bit) noexcept {
  return bit == QuicBit::any || (first & FirstByte::fixed) != 0;
}

Result<QuicPacketView> read_short(ByteView datagram, std::size_t connection_id_size, QuicBit bit) {
  Reader reader(datagram, "QUIC packet");
  QuicPacketView packet;
  packet.type = QuicPacketType::application;
  packet.size = datagram.size();
  const std::uint8_t first = reader.u8("first byte");
  packet.destination = reader.bytes(connection_id_size, "Destination Connection ID");
  packet.packet_number_offset = 1 + connection_id_size;
  if (!reader.ok() || !has_quic_bit(first, bit)) return std::unexpected(invalid("short header"));
  return packet;
}

/// What follows the connection IDs in a packet of a version that is known.
Result<QuicPacketView> read_protected(Reader& reader, QuicPacketView packet, ByteView datagram) {
  if (packet.type == QuicPacketType::retry) {
    const std::size_t left = reader.remaining();
    if (left < crypto::aead_tag_size) return std::unexpected(invalid("Retry Integrity Tag"));
    packet.token = reader.bytes(left - crypto::aead_tag_size, "Retry Token");
    packet.rest = reader.rest();
    packet.size = datagram.size();
    return packet;
  }
  if (packet.type == QuicPacketType::initial) {
    const std::uint64_t token = tls::read_quic_integer(reader, "Token Length");
    if (token > reader.remaining()) return std::unexpected(invalid("Token Length"));
    packet.token = reader.bytes(static_cast<std::size_t>(token), "Token");
  }
  const std::uint64_t length = tls::read_quic_integer(reader, "Length");
  if (!reader.ok() || length > reader.remaining()) return std::unexpected(invalid("Length"));
  packet.packet_number_offset = datagram.size() - reader.remaining();
  packet.size = packet.packet_number_offset + static_cast<std::size_t>(length);
  return packet;
}

Result<QuicPacketView> read_long(ByteView datagram, QuicBit bit) {
  Reader reader(datagram, "QUIC packet");
  QuicPacketView packet;
  packet.size = datagram.size();
  const std::uint8_t first = reader.u8("first byte");
  packet.version = reader.u32("Version");
  packet.destination = reader.vector8("Destination Connection ID");
  packet.source = reader.vector8("Source Connection ID");
  if (!reader.ok()) return std::unexpected(invalid("long header"));

  const auto version = static_cast<QuicVersion>(packet.version);
  if (version != QuicVersion::v1 && version != QuicVersion::v2) {
    packet.type = packet.version == 0 ? QuicPacketType::version_negotiation : QuicPacketType::other_version;
    packet.rest = reader.rest();
    return packet;
  }
  const bool fits =
      packet.destination.size() <= max_quic_connection_id && packet.source.size() <= max_quic_connection_id;
  if (!fits || !has_quic_bit(first, bit)) return std::unexpected(invalid("long header"));
  packet.type = long_type(first, version);
  return read_protected(reader, packet, datagram);
}

}  // namespace

std::optional<EncryptionLevel> QuicPacketView::level() const noexcept {
  switch (type) {
    case QuicPacketType::initial:
      return EncryptionLevel::initial;
    case QuicPacketType::early_data:
      return EncryptionLevel::early_data;
    case QuicPacketType::handshake:
      return EncryptionLevel::handshake;
    case QuicPacketType::application:
      return EncryptionLevel::application;
    default:
      return std::nullopt;
  }
}

Result<QuicPacketView> read_quic_packet(ByteView datagram, std::size_t connection_id_size, QuicBit bit) {
  if (datagram.empty()) return std::unexpected(invalid("first byte"));
  const bool is_long = (datagram[0] & FirstByte::long_form) != 0;
  return is_long ? read_long(datagram, bit) : read_short(datagram, connection_id_size, bit);
}

std::size_t quic_packet_number_size(std::uint64_t number, std::optional<std::uint64_t> acknowledged) noexcept {
  // RFC 9000 A.2: so many bits that the distance from what the peer knows is less than half of what they span.
  const std::uint64_t distance = acknowledged ? number - *acknowledged : number + 1;
  const auto bits = static_cast<std::size_t>(std::bit_width(distance - 1)) + 1;
  const std::size_t bytes = (bits + 7) / 8;
  return bytes < 4 ? bytes : 4;
}

std::uint64_t decode_quic_packet_number(std::uint32_t truncated, std::size_t size,
                                        std::optional<std::uint64_t> received) noexcept {
  const std::uint64_t expected = received ? *received + 1 : 0;
  const std::uint64_t window = std::uint64_t{1} << (8 * size);
  const std::uint64_t half = window / 2;
  const std::uint64_t candidate = (expected & ~(window - 1)) | truncated;
  if (candidate + half <= expected && candidate < quic_packet_numbers - window) return candidate + window;
  if (candidate > expected + half && candidate >= window) return candidate - window;
  return candidate;
}

}  // namespace keyway
