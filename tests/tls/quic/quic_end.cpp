#include "tls/quic/quic_end.hpp"

#include <algorithm>
#include <utility>

#include "testing/make_certificate.hpp"
#include "tls/quic/integer.hpp"

namespace keyway::quic_testing {
namespace {

using testing::provider;

constexpr std::size_t datagram_size = 1200;
constexpr std::size_t bytes_in_a_packet = 1000;
constexpr std::size_t number_size = 2;

enum FrameType : std::uint8_t { padding = 0x00, ack = 0x02, crypto = 0x06, stream_with_length = 0x0a };

/// A variable-length integer of two bytes, whatever its value below 2^14 (RFC 9000 16).
void write_integer(Writer& out, std::uint64_t value) {
  out.u16(static_cast<std::uint16_t>(0x4000U | value));
}

void write_number(Writer& out, std::uint64_t number) {
  out.u16(static_cast<std::uint16_t>(number));
}

/// The first byte of a long header (RFC 9000 17.2, RFC 9369 3.2).
std::uint8_t long_first_byte(unsigned type, QuicVersion version) {
  const unsigned bits = version == QuicVersion::v2 ? (type + 1) % 4 : type;
  return static_cast<std::uint8_t>(0xc0U | bits << 4U | (number_size - 1));
}
constexpr unsigned retry_type = 3;

}  // namespace

QuicEnd::QuicEnd(QuicConnection handshake, QuicVersion version, Side side)
    : handshake_(std::move(handshake)), version_(version), side_(side) {
  own_id_ = side == Side::client ? Bytes{1, 2, 3, 4} : Bytes{5, 6, 7, 8, 9, 10};
  if (side == Side::server) return;
  peer_id_ = Bytes{0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};
  use_initial_keys(peer_id_);
}

void QuicEnd::use_initial_keys(ByteView destination) {
  auto secrets = quic_initial_secrets(*provider(), version_, side_, destination).value();
  Space& initial = space(EncryptionLevel::initial);
  initial.sealer = QuicSealer::create(provider(), version_, std::move(secrets.sent)).value();
  initial.opener = QuicOpener::create(provider(), version_, std::move(secrets.received)).value();
}

void QuicEnd::use_new_secrets() {
  while (auto secret = handshake_.take_secret()) {
    Space& of_level = space(secret->level);
    if (secret->direction == Direction::sent) {
      of_level.sealer = QuicSealer::create(provider(), version_, std::move(*secret)).value();
    } else {
      const auto early = numbers(secret->level).greatest;
      of_level.opener = QuicOpener::create(provider(), version_, std::move(*secret)).value();
      if (early) of_level.opener->received(*early);
    }
  }
}

// ------------------------------------------------------------------------------------------------ sending

bool QuicEnd::sends_stream_at(EncryptionLevel level) {
  if (level == EncryptionLevel::application) return true;
  return level == EncryptionLevel::early_data && !space(EncryptionLevel::application).sealer;
}

Bytes QuicEnd::frames_of(EncryptionLevel level) {
  Space& of_level = space(level);
  Bytes frames;
  Writer out(frames);
  if (of_level.owes_ack) {
    out.u8(ack);
    write_integer(out, *of_level.greatest);
    write_integer(out, 0);                   // ACK Delay
    write_integer(out, 0);                   // ACK Range Count
    write_integer(out, *of_level.greatest);  // First ACK Range: all of them, as none is lost here
    of_level.owes_ack = false;
    if (of_level.opener) of_level.opener->acknowledged(*of_level.greatest);
  }
  const ByteView fresh = handshake_.output(level);
  of_level.crypto.insert(of_level.crypto.end(), fresh.begin(), fresh.end());
  handshake_.sent(level, fresh.size());
  const ByteView waiting = ByteView(of_level.crypto).subspan(of_level.crypto_packed);
  if (const std::size_t size = std::min(bytes_in_a_packet, waiting.size()); size > 0) {
    out.u8(crypto);
    write_integer(out, of_level.crypto_packed);
    write_integer(out, size);
    out.bytes(waiting.first(size));
    of_level.crypto_packed += size;
  } else if (sends_stream_at(level) && !to_send_.empty()) {
    const std::size_t text_size = std::min(bytes_in_a_packet, to_send_.size());
    out.u8(stream_with_length);
    write_integer(out, 0);  // Stream ID
    write_integer(out, text_size);
    out.bytes(as_bytes(to_send_).first(text_size));
    to_send_.erase(0, text_size);
  }
  return frames;
}

Bytes QuicEnd::packet_of(EncryptionLevel level, Bytes frames) {
  Space& of_level = space(level);
  // RFC 9000 14.1: what a client's Initial packet comes in is never small.
  const bool grows = side_ == Side::client && level == EncryptionLevel::initial && frames.size() < 1120;
  if (grows) frames.resize(1120);
  Bytes header;
  Writer out(header);
  if (level == EncryptionLevel::application) {
    out.u8(0x40U | (number_size - 1));
    out.bytes(peer_id_);
  } else {
    out.u8(long_first_byte(static_cast<unsigned>(level), version_));  // the types stand in the order of the levels
    out.u32(static_cast<std::uint32_t>(version_));
    out.vector8(peer_id_);
    out.vector8(own_id_);
    if (level == EncryptionLevel::initial) {
      write_integer(out, token_.size());
      out.bytes(token_);
    }
    write_integer(out, number_size + frames.size() + QuicSealer::overhead);
  }
  const std::uint64_t number = numbers(level).next_number++;
  write_number(out, number);
  Bytes packet(header.size() + frames.size() + QuicSealer::overhead);
  const std::array payload{ByteView(frames)};
  packet.resize(of_level.sealer->seal(number, header, payload, packet).value());
  if (level == EncryptionLevel::early_data) ++early_packets_;
  return packet;
}

std::vector<Bytes> QuicEnd::datagrams() {
  std::vector<Bytes> all = std::exchange(to_send_as_they_are_, {});
  bool may_join = false;
  use_new_secrets();
  for (const EncryptionLevel level : quic_levels) {
    while (space(level).sealer) {
      Bytes frames = frames_of(level);
      if (frames.empty()) break;
      const Bytes packet = packet_of(level, std::move(frames));
      // RFC 9000 12.2: packets share a datagram where they fit; one with a short header has no end, and is the last.
      if (may_join && all.back().size() + packet.size() <= datagram_size) {
        all.back().insert(all.back().end(), packet.begin(), packet.end());
      } else {
        all.push_back(packet);
      }
      may_join = level != EncryptionLevel::application;
    }
  }
  return all;
}

// ------------------------------------------------------------------------------------------------ receiving

Result<void> QuicEnd::take(Bytes datagram) {
  for (ByteSpan rest = datagram; !rest.empty();) {
    const auto packet = read_quic_packet(rest, own_id_.size());
    if (!packet) {
      ++dropped_;
      return {};
    }
    const ByteSpan bytes = rest.first(packet->size);
    rest = rest.subspan(packet->size);
    if (packet->type == QuicPacketType::retry) take_retry(*packet, bytes);
    if (packet->type == QuicPacketType::initial) take_first_initial(*packet);
    const auto level = packet->level();
    if (!level || !space(*level).opener) continue;
    if (auto taken = take_protected(*level, *packet, bytes); !taken) return taken;
    use_new_secrets();
  }
  return {};
}

void QuicEnd::take_first_initial(const QuicPacketView& packet) {
  if (knows_peer_) return;
  if (side_ == Side::client) {
    knows_peer_ = true;
    peer_id_.assign(packet.source.begin(), packet.source.end());
    return;
  }
  peer_id_.assign(packet.source.begin(), packet.source.end());
  if (wants_retry_ && packet.token.empty()) {
    if (retries_++ > 0) return;  // the ClientHello is in more packets than one
    Bytes retry;
    Writer out(retry);
    out.u8(long_first_byte(retry_type, version_));
    out.u32(static_cast<std::uint32_t>(version_));
    out.vector8(peer_id_);
    out.vector8(own_id_);
    out.bytes(as_bytes("a token"));
    auto integrity = QuicRetryIntegrity::create(*provider(), version_).value();
    const auto tag = integrity.tag(packet.destination, retry).value();
    out.bytes(tag);
    to_send_as_they_are_.push_back(std::move(retry));
    return;
  }
  knows_peer_ = true;
  use_initial_keys(packet.destination);
}

void QuicEnd::take_retry(const QuicPacketView& packet, ByteView bytes) {
  auto integrity = QuicRetryIntegrity::create(*provider(), version_).value();
  // RFC 9000 17.2.5.2: one alone, before anything else came, and only where its tag holds.
  if (side_ == Side::server || knows_peer_ || retries_ > 0 || !integrity.holds(peer_id_, bytes)) {
    ++dropped_;
    return;
  }
  ++retries_;
  peer_id_.assign(packet.source.begin(), packet.source.end());
  token_.assign(packet.token.begin(), packet.token.end());
  use_initial_keys(peer_id_);
  space(EncryptionLevel::initial).crypto_packed = 0;  // the ClientHello again; packet numbers go on
}

Result<void> QuicEnd::take_protected(EncryptionLevel level, const QuicPacketView& packet, ByteSpan bytes) {
  Space& of_level = space(level);
  const auto opened = of_level.opener->open(bytes, packet.packet_number_offset);
  if (!opened) {
    if (quic_transport_error(opened.error())) return std::unexpected(opened.error());
    ++dropped_;
    return {};
  }
  numbers(level).greatest = std::max(numbers(level).greatest.value_or(0), opened->number);
  if (level == EncryptionLevel::early_data) ++early_packets_;
  if (opened->keys_updated) {
    if (auto followed = of_level.sealer->follow(*of_level.opener); !followed) {
      return std::unexpected(followed.error());
    }
  }
  return take_frames(level, opened->payload);
}

Result<void> QuicEnd::take_frames(EncryptionLevel level, ByteView frames) {
  Space& of_level = space(level);
  Reader reader(frames, "frames");
  const auto integer = [&] { return static_cast<std::size_t>(tls::read_quic_integer(reader, "integer")); };
  while (reader.ok() && !reader.empty()) {
    const std::uint8_t type = reader.u8("type");
    if (type == padding) continue;
    if (type == ack) {
      const std::size_t greatest = integer();
      for (int i = 0; i < 3; ++i) static_cast<void>(integer());
      of_level.acknowledged = greatest;
      of_level.sealer->acknowledged(greatest);
      continue;
    }
    numbers(level).owes_ack = true;
    if (type == crypto) {
      const std::size_t offset = integer();
      const ByteView bytes = reader.bytes(integer(), "CRYPTO");
      if (offset + bytes.size() <= of_level.crypto_received) continue;
      if (auto taken = handshake_.receive(level, bytes); !taken) return std::unexpected(taken.error());
      of_level.crypto_received = offset + bytes.size();
      use_new_secrets();
    } else if (type == stream_with_length) {
      static_cast<void>(integer());
      received_ += as_text(reader.bytes(integer(), "STREAM"));
    } else {
      return std::unexpected(fail(ErrorCode::InvalidValue).at("frame type"));
    }
  }
  return reader.check();
}

}  // namespace keyway::quic_testing
