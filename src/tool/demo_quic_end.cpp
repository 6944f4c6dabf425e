#include "tool/demo_quic_end.hpp"

#include <algorithm>
#include <utility>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::tool {
namespace {

constexpr std::size_t most_of_a_frame = 1000;
constexpr std::size_t number_size = 2;
constexpr std::size_t least_frames = 4;  // RFC 9001 5.4.2: enough for a sample
// RFC 9000 14.1: what a client's Initial packet comes in is of 1200 bytes at least. These go before and after.
constexpr std::size_t least_initial_frames = 1200 - 28 - QuicSealer::overhead;

// RFC 9000 19.
constexpr std::uint8_t padding_frame = 0x00;
constexpr std::uint8_t ack_frame = 0x02;
constexpr std::uint8_t crypto_frame = 0x06;
constexpr std::uint8_t stream_frame = 0x0a;  // with a length, from the stream's front

/// A variable-length integer below 2^14 (RFC 9000 16), in two bytes always.
void write_integer(Writer& out, std::uint64_t value) {
  out.u16(static_cast<std::uint16_t>(0x4000U | value));
}
[[nodiscard]] std::uint64_t read_integer(Reader& reader) {
  return reader.u16("integer") & 0x3fffU;
}

}  // namespace

Result<DemoQuicEnd> DemoQuicEnd::make(QuicConnection handshake, std::shared_ptr<const crypto::Provider> provider,
                                      Side side) {
  DemoQuicEnd end(std::move(handshake), std::move(provider), side);
  end.own_id_.resize(connection_id_size);
  end.peer_id_.resize(8);
  for (Bytes* id : {&end.own_id_, &end.peer_id_}) {
    if (auto filled = end.provider_->random().fill(*id); !filled) return std::unexpected(std::move(filled.error()));
  }
  // The client makes up the first Destination Connection ID, from which both derive the first keys (RFC 9001 5.2).
  if (side == Side::server) return end;
  if (auto used = end.use_initial_secrets(end.peer_id_); !used) return std::unexpected(std::move(used.error()));
  return end;
}

Result<void> DemoQuicEnd::use_initial_secrets(ByteView destination) {
  auto secrets = quic_initial_secrets(*provider_, QuicVersion::v1, side_, destination);
  if (!secrets) return std::unexpected(std::move(secrets.error()));
  auto sealer = QuicSealer::create(provider_, QuicVersion::v1, std::move(secrets->sent));
  if (!sealer) return std::unexpected(std::move(sealer.error()));
  auto opener = QuicOpener::create(provider_, QuicVersion::v1, std::move(secrets->received));
  if (!opener) return std::unexpected(std::move(opener.error()));
  at(EncryptionLevel::initial).sealer = std::move(*sealer);
  at(EncryptionLevel::initial).opener = std::move(*opener);
  return {};
}

Result<void> DemoQuicEnd::use_new_secrets() {
  while (auto secret = handshake_.take_secret()) {
    Level& level = at(secret->level);
    if (secret->direction == Direction::sent) {
      auto sealer = QuicSealer::create(provider_, QuicVersion::v1, std::move(*secret));
      if (!sealer) return std::unexpected(std::move(sealer.error()));
      level.sealer = std::move(*sealer);
    } else {
      auto opener = QuicOpener::create(provider_, QuicVersion::v1, std::move(*secret));
      if (!opener) return std::unexpected(std::move(opener.error()));
      level.opener = std::move(*opener);
    }
  }
  return {};
}

Bytes DemoQuicEnd::next_frames(EncryptionLevel level) {
  Level& of_level = at(level);
  Bytes frames;
  Writer out(frames);
  const auto acknowledged = std::exchange(of_level.to_acknowledge, std::nullopt);
  if (acknowledged) {
    out.u8(ack_frame);
    write_integer(out, *acknowledged);
    for (int i = 0; i < 3; ++i) write_integer(out, 0);  // no delay, no ranges but this packet
  }
  const ByteView waiting = handshake_.output(level);
  if (const std::size_t size = std::min(waiting.size(), most_of_a_frame); size != 0) {
    out.u8(crypto_frame);
    write_integer(out, of_level.crypto_sent);
    write_integer(out, size);
    out.bytes(waiting.first(size));
    of_level.crypto_sent += size;
    handshake_.sent(level, size);
  } else if (level == EncryptionLevel::application && !to_say_.empty()) {
    const std::string said = std::exchange(to_say_, {});
    out.u8(stream_frame);
    write_integer(out, 0);
    write_integer(out, said.size());
    out.bytes(as_bytes(said));
  }
  return frames;
}

Result<Bytes> DemoQuicEnd::seal(EncryptionLevel level, Bytes frames) {
  const bool is_first_flight = side_ == Side::client && level == EncryptionLevel::initial;
  frames.resize(std::max(frames.size(), is_first_flight ? least_initial_frames : least_frames));
  Level& of_level = at(level);
  Bytes header;
  Writer out(header);
  if (level == EncryptionLevel::application) {
    out.u8(0x40U | (number_size - 1));
    out.bytes(peer_id_);
  } else {
    out.u8(static_cast<std::uint8_t>(0xc0U | static_cast<unsigned>(level) << 4U | (number_size - 1)));
    out.value(QuicVersion::v1);
    out.vector8(peer_id_);
    out.vector8(own_id_);
    if (level == EncryptionLevel::initial) write_integer(out, 0);  // no token
    write_integer(out, number_size + frames.size() + QuicSealer::overhead);
  }
  const std::uint64_t number = of_level.next_number++;
  out.u16(static_cast<std::uint16_t>(number));
  Bytes packet(header.size() + frames.size() + QuicSealer::overhead);
  const std::array payload{ByteView(frames)};
  const auto size = of_level.sealer->seal(number, header, payload, packet);
  if (!size) return std::unexpected(size.error());
  packet.resize(*size);
  return packet;
}

Result<std::vector<Bytes>> DemoQuicEnd::datagrams() {
  std::vector<Bytes> all;
  if (auto used = use_new_secrets(); !used) return std::unexpected(std::move(used.error()));
  for (const EncryptionLevel level : quic_levels) {
    while (at(level).sealer) {
      Bytes frames = next_frames(level);
      if (frames.empty()) break;
      auto packet = seal(level, std::move(frames));
      if (!packet) return std::unexpected(std::move(packet.error()));
      all.push_back(std::move(*packet));
    }
  }
  return all;
}

Result<bool> DemoQuicEnd::take(Bytes datagram) {
  const auto packet = read_quic_packet(datagram, connection_id_size);
  const auto level = packet ? packet->level() : std::nullopt;
  if (!level) return false;
  if (*level == EncryptionLevel::initial && !at(*level).opener) {
    if (auto used = use_initial_secrets(packet->destination); !used) return std::unexpected(std::move(used.error()));
  }
  Level& of_level = at(*level);
  if (!of_level.opener) return false;
  if (!packet->source.empty()) peer_id_.assign(packet->source.begin(), packet->source.end());
  const auto opened = of_level.opener->open(ByteSpan(datagram).first(packet->size), packet->packet_number_offset);
  if (!opened && !quic_transport_error(opened.error())) return false;
  if (!opened) return std::unexpected(opened.error());
  if (opened->keys_updated && of_level.sealer) {
    if (auto followed = of_level.sealer->follow(*of_level.opener); !followed)
      return std::unexpected(std::move(followed.error()));
  }
  if (opened->payload.front() != ack_frame) of_level.to_acknowledge = opened->number;
  if (auto taken = take_frames(*level, opened->payload); !taken) return std::unexpected(std::move(taken.error()));
  return true;
}

Result<void> DemoQuicEnd::take_frames(EncryptionLevel level, ByteView frames) {
  Reader reader(frames, "frames");
  while (reader.ok() && !reader.empty()) {
    const std::uint8_t type = reader.u8("type");
    if (type == padding_frame) continue;
    const std::uint64_t first = read_integer(reader);  // an offset, a stream, a packet number
    const std::uint64_t size = read_integer(reader);
    if (type == ack_frame) {
      for (int i = 0; i < 2; ++i) static_cast<void>(read_integer(reader));
      at(level).sealer->acknowledged(first);
      continue;
    }
    const ByteView content = reader.bytes(static_cast<std::size_t>(size), "content");
    if (!reader.ok()) break;
    if (type == stream_frame) {
      heard_ += as_text(content);
    } else if (type == crypto_frame) {
      if (auto taken = handshake_.receive(level, content); !taken) return std::unexpected(std::move(taken.error()));
      if (auto used = use_new_secrets(); !used) return used;
    } else {
      return std::unexpected(fail(ErrorCode::InvalidValue).at("frame type"));
    }
  }
  return reader.check();
}

Result<void> DemoQuicEnd::update_keys() {
  auto& sealer = at(EncryptionLevel::application).sealer;
  if (!sealer) return std::unexpected(fail(ErrorCode::NotReady).at("key update"));
  return sealer->update();
}

std::uint64_t DemoQuicEnd::key_updates_seen() const {
  const auto& opener = levels_.at(static_cast<std::size_t>(EncryptionLevel::application)).opener;
  return opener ? opener->generation() : 0;
}

}  // namespace keyway::tool
