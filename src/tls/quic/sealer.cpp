#include <algorithm>
#include <string>
#include <utility>

#include <keyway/quic_packets.hpp>

#include "tls/quic/first_byte.hpp"
#include "tls/quic/packet_key.hpp"

namespace keyway {
namespace {

using tls::FirstByte;

Error unusable(std::string_view where, std::string_view expected) {
  return fail(ErrorCode::InvalidArgument).at(where).expected(expected);
}

bool has_long_header(EncryptionLevel level) noexcept {
  return level != EncryptionLevel::application;
}

/// True where these bytes are the last ones of `number`.
bool ends(ByteView bytes, std::uint64_t number) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value == (number & ((std::uint64_t{1} << (8 * bytes.size())) - 1));
}

}  // namespace

Result<QuicSealer> QuicSealer::create(std::shared_ptr<const crypto::Provider> provider, QuicVersion version,
                                      QuicSecret secret) {
  auto fits = tls::check_quic_secret(provider, secret, Direction::sent);
  if (!fits) return std::unexpected(std::move(fits.error()));
  auto ready = tls::ready_quic_keys(*provider, version, secret, tls::HeaderKey::made);
  if (!ready) return std::unexpected(std::move(ready.error()));
  QuicSealer sealer;
  sealer.provider_ = std::move(provider);
  sealer.version_ = version;
  sealer.secret_ = std::move(secret);
  sealer.key_ = std::move(ready->key);
  sealer.header_ = std::move(ready->header);
  sealer.hard_limit_ = ready->limits.max_packets_sealed;
  sealer.soft_limit_ = sealer.hard_limit_ / 4 * 3;  // what is left is enough for an update to be acknowledged
  return sealer;
}

Result<void> QuicSealer::check(std::uint64_t number, ByteView header, std::size_t payload, ByteSpan out) const {
  const bool is_long = !header.empty() && (header[0] & FirstByte::long_form) != 0;
  if (header.empty() || is_long != has_long_header(secret_.level)) {
    return std::unexpected(unusable("QUIC packet header", "the form that packets of this level have"));
  }
  const std::size_t size = tls::packet_number_size(header[0]);
  if (header.size() <= size || !ends(header.last(size), number)) {
    return std::unexpected(unusable("QUIC packet header", "the packet number at its end"));
  }
  if (number < next_number_ || number >= quic_packet_numbers) {
    return std::unexpected(unusable("packet number", "one above the last, and below 2^62"));
  }
  if (size + payload < tls::sample_distance) {
    return std::unexpected(
        unusable("QUIC packet", "4 bytes or more of packet number and payload").advice("add PADDING"));
  }
  if (out.size() < header.size() || out.size() - header.size() < payload + overhead) {
    return std::unexpected(fail(ErrorCode::OutputTooSmall).at("QUIC packet"));
  }
  if (sealed_ < hard_limit_) return {};
  return std::unexpected(fail(ErrorCode::AeadLimitReached).at("QUIC packet").advice("update the keys sooner"));
}

Result<std::size_t> QuicSealer::seal(std::uint64_t number, ByteView header, std::span<const ByteView> payload,
                                     ByteSpan out) {
  std::size_t size = 0;
  for (const ByteView part : payload) size += part.size();
  if (auto fits = check(number, header, size, out); !fits) return std::unexpected(std::move(fits.error()));

  std::ranges::copy(header, out.begin());
  const ByteSpan packet = out.first(header.size() + size + overhead);
  const ByteSpan own_header = packet.first(header.size());
  if (!has_long_header(secret_.level)) {
    const bool phase = generation_ % 2 != 0;
    packet[0] = static_cast<std::uint8_t>((packet[0] & ~FirstByte::key_phase) | (phase ? FirstByte::key_phase : 0));
  }
  const std::size_t number_size = tls::packet_number_size(packet[0]);
  // The number is spent whatever comes of the call: after a failure, too, its nonce must not be used again.
  next_number_ = number + 1;
  ++sealed_;
  auto sealed = key_.aead->seal(tls::nonce_of(key_.iv, number), own_header, payload, packet.subspan(header.size()));
  if (!sealed) return std::unexpected(std::move(sealed.error()));

  const std::size_t number_at = header.size() - number_size;
  const auto sample = ByteView(packet).subspan(number_at + tls::sample_distance).first<crypto::header_sample_size>();
  const auto mask = header_->mask(sample);
  if (!mask) return std::unexpected(mask.error());
  packet[0] ^= static_cast<std::uint8_t>((*mask)[0] & tls::protected_bits(packet[0]));
  for (std::size_t i = 0; i < number_size; ++i) packet[number_at + i] ^= (*mask)[i + 1];
  return packet.size();
}

void QuicSealer::acknowledged(std::uint64_t number) noexcept {
  may_update_ = may_update_ || (number >= first_of_generation_ && number < next_number_);
}

Result<void> QuicSealer::update() {
  if (secret_.level == EncryptionLevel::application && may_update_) return use_next_keys();
  return std::unexpected(fail(ErrorCode::NotReady)
                             .at("key update")
                             .expected("1-RTT keys, and a packet of the present ones that is acknowledged"));
}

Result<bool> QuicSealer::follow(const QuicOpener& opener) {
  if (secret_.level != EncryptionLevel::application || generation_ >= opener.generation()) return false;
  if (auto used = use_next_keys(); !used) return std::unexpected(std::move(used.error()));
  return true;
}

Result<void> QuicSealer::use_next_keys() {
  auto secret = next_quic_secret(*provider_, version_, secret_);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto ready = tls::ready_quic_keys(*provider_, version_, *secret, tls::HeaderKey::kept);
  if (!ready) return std::unexpected(std::move(ready.error()));
  secret_ = std::move(*secret);
  key_ = std::move(ready->key);
  sealed_ = 0;
  ++generation_;
  first_of_generation_ = next_number_;
  may_update_ = false;
  return {};
}

}  // namespace keyway
