#include <algorithm>
#include <utility>

#include <keyway/quic_packets.hpp>

#include "tls/quic/first_byte.hpp"
#include "tls/quic/packet_key.hpp"

namespace keyway {
namespace {

using tls::FirstByte;

/// What header protection covered, taken off.
struct Unmasked {
  std::size_t number_size;
  std::uint32_t truncated_number;
};

/// RFC 9001 9.5: as the number's size is a secret until the packet has proved authentic, it steers neither a branch nor
/// an index here: all four bytes are read, and those beyond the number combined with nothing.
Unmasked take_mask_off(ByteSpan packet, std::size_t number_at, const crypto::HeaderMask& mask) noexcept {
  packet[0] ^= static_cast<std::uint8_t>(mask[0] & tls::protected_bits(packet[0]));
  const std::size_t size = tls::packet_number_size(packet[0]);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto is_number = static_cast<std::uint8_t>(0U - static_cast<std::uint8_t>((i - size) >> 63U));
    packet[number_at + i] ^= static_cast<std::uint8_t>(mask[i + 1] & is_number);
    number = number << 8U | packet[number_at + i];
  }
  return {size, number >> (8U * (4 - size))};
}

}  // namespace

Result<QuicOpener> QuicOpener::create(std::shared_ptr<const crypto::Provider> provider, QuicVersion version,
                                      QuicSecret secret) {
  auto fits = tls::check_quic_secret(provider, secret, Direction::received);
  if (!fits) return std::unexpected(std::move(fits.error()));
  auto ready = tls::ready_quic_keys(*provider, version, secret, tls::HeaderKey::made);
  if (!ready) return std::unexpected(std::move(ready.error()));
  QuicOpener opener;
  opener.provider_ = std::move(provider);
  opener.version_ = version;
  opener.level_ = secret.level;
  opener.current_ = std::move(ready->key);
  opener.header_ = std::move(ready->header);
  constexpr std::uint64_t openers = quic_levels.size();
  opener.max_forgeries_ = ready->limits.max_packets_forged / openers;
  if (secret.level != EncryptionLevel::application) return opener;
  opener.next_secret_ = std::move(secret);
  if (auto made = opener.make_next_key(); !made) return std::unexpected(std::move(made.error()));
  return opener;
}

Result<void> QuicOpener::make_next_key() {
  auto secret = next_quic_secret(*provider_, version_, next_secret_);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto ready = tls::ready_quic_keys(*provider_, version_, *secret, tls::HeaderKey::kept);
  if (!ready) return std::unexpected(std::move(ready.error()));
  next_secret_ = std::move(*secret);
  next_ = std::move(ready->key);
  return {};
}

detail::QuicPacketKey& QuicOpener::key_for(bool phase, std::uint64_t number) noexcept {
  // RFC 9001 6.5: what has the other phase is older where its number is below all that the present keys have opened.
  const bool is_current = level_ != EncryptionLevel::application || phase == (generation_ % 2 != 0);
  if (is_current) return current_;
  return previous_.aead != nullptr && number < first_of_generation_ ? previous_ : next_;
}

Result<OpenedQuicPacket> QuicOpener::open(ByteSpan packet, std::size_t packet_number_offset) {
  if (forgeries_ >= max_forgeries_) return std::unexpected(fail(ErrorCode::AeadLimitReached).at("QUIC packet"));
  const bool is_long = !packet.empty() && (packet[0] & FirstByte::long_form) != 0;
  const bool fits = packet_number_offset > 0 && packet_number_offset <= packet.size() &&
                    packet.size() - packet_number_offset >= tls::sample_distance + crypto::header_sample_size;
  if (!fits || is_long != (level_ != EncryptionLevel::application)) {
    return std::unexpected(fail(ErrorCode::InvalidPacket).at(to_string(level_)).at("QUIC packet"));
  }

  const ByteView behind = ByteView(packet).subspan(packet_number_offset + tls::sample_distance);
  const auto mask = header_->mask(behind.first<crypto::header_sample_size>());
  if (!mask) return std::unexpected(mask.error());
  const Unmasked unmasked = take_mask_off(packet, packet_number_offset, *mask);
  const std::uint64_t number = decode_quic_packet_number(unmasked.truncated_number, unmasked.number_size, greatest_);
  const std::size_t header_size = packet_number_offset + unmasked.number_size;
  const ByteView header = packet.first(header_size);
  const ByteSpan sealed = packet.subspan(header_size);

  detail::QuicPacketKey& key = key_for((packet[0] & FirstByte::key_phase) != 0, number);
  if (!key.aead->open(tls::nonce_of(key.iv, number), header, sealed)) {
    ++forgeries_;
    return std::unexpected(fail(ErrorCode::PacketNotAuthentic).at(to_string(level_)).at("QUIC packet"));
  }
  // RFC 9000 17.2, 17.3.1: looked at only now, since before anybody could have set them.
  if ((packet[0] & (is_long ? FirstByte::long_reserved : FirstByte::short_reserved)) != 0) {
    return std::unexpected(fail(ErrorCode::ReservedBitsSet).at("QUIC packet header"));
  }
  const bool updates = &key == &next_;
  if (updates) {
    if (auto updated = update(number); !updated) return std::unexpected(std::move(updated.error()));
  }
  if (&key == &current_) first_of_generation_ = std::min(first_of_generation_, number);
  received(number);
  return OpenedQuicPacket{number, header, sealed.first(sealed.size() - crypto::aead_tag_size), updates};
}

Result<void> QuicOpener::update(std::uint64_t number) {
  // RFC 9001 6.4: the older keys had sealed a packet of a higher number.
  if (greatest_ && number < *greatest_) return std::unexpected(fail(ErrorCode::KeysNotUpdated).at("QUIC packet"));
  if (!is_confirmed_) {
    return std::unexpected(fail(ErrorCode::KeysUpdatedTooSoon)
                               .at("QUIC packet")
                               .expected("an update once a packet of the present keys is acknowledged"));
  }
  previous_ = std::move(current_);
  current_ = std::move(next_);
  ++generation_;
  first_of_generation_ = number;
  is_confirmed_ = false;
  return make_next_key();
}

void QuicOpener::received(std::uint64_t number) noexcept {
  greatest_ = greatest_ ? std::max(*greatest_, number) : number;
}

void QuicOpener::acknowledged(std::uint64_t number) noexcept {
  is_confirmed_ = is_confirmed_ || (number >= first_of_generation_ && greatest_ && number <= *greatest_);
}

// ------------------------------------------------------------------------------------------------ errors

std::optional<std::uint64_t> quic_transport_error(const Error& error) noexcept {
  constexpr std::uint64_t internal_error = 0x01;
  constexpr std::uint64_t protocol_violation = 0x0a;
  constexpr std::uint64_t key_update_error = 0x0e;
  constexpr std::uint64_t aead_limit_reached = 0x0f;
  constexpr std::uint64_t crypto_error = 0x0100;
  switch (error.code()) {
    case ErrorCode::InvalidPacket:
    case ErrorCode::PacketNotAuthentic:
      return std::nullopt;
    case ErrorCode::ReservedBitsSet:
      return protocol_violation;
    case ErrorCode::KeysNotUpdated:
    case ErrorCode::KeysUpdatedTooSoon:
      return key_update_error;
    case ErrorCode::AeadLimitReached:
      return aead_limit_reached;
    default:
      return error.alert() ? crypto_error + static_cast<std::uint64_t>(*error.alert()) : internal_error;
  }
}

}  // namespace keyway
