#include "tls/handshake/emitter.hpp"

#include <algorithm>
#include <array>

#include "tls/handshake/fingerprint.hpp"
#include "tls/wire/record.hpp"

namespace keyway::tls {

std::array<std::uint8_t, 8> fingerprint_of(const crypto::Provider& provider, ByteView secret) noexcept {
  std::array<std::uint8_t, 8> fingerprint{};
  const crypto::HashFunction* sha256 = provider.hash(crypto::HashAlgorithm::sha256);
  if (sha256 == nullptr) return fingerprint;
  crypto::HashState state;
  std::array<std::uint8_t, crypto::max_hash_size> digest{};
  sha256->start(state);
  sha256->update(state, as_bytes("keyway fingerprint"));
  sha256->update(state, secret);
  sha256->finish(state, ByteSpan(digest).first(sha256->output_size()));
  for (std::size_t i = 0; i < fingerprint.size(); ++i) fingerprint[i] = digest[i];
  return fingerprint;
}

void Emitter::deliver(const Event& event) const noexcept {
  for (const auto& observer : config_->observers) observer->on(origin_, event);
  if (own_ != nullptr) own_->on(origin_, event);
}

void Emitter::deliver_records(ContentType type, bool is_protected, ByteView wire,
                              std::size_t content_size) const noexcept {
  const std::size_t total = wire.size();
  while (wire.size() >= record_header_size) {
    const std::size_t size = record_header_size + RecordHeader::parse(wire).length;
    const ByteView first_bytes = wire.first(std::min({size, wire.size(), event::Record::max_first_bytes}));
    deliver(event::Record{Direction::sent, type, is_protected, size, size == total ? content_size : 0, first_bytes});
    wire = wire.subspan(std::min(size, wire.size()));
  }
}

void Emitter::deliver_secret(SecretLabel label, std::uint32_t generation, ByteView client_random,
                             ByteView secret) const noexcept {
  const event::SecretDerived event{label, generation, secret.size(), fingerprint_of(*config_->provider, secret)};
  deliver(event);
  const auto reveal = [&](Observer& observer) {
    if (observer.reveals_secrets()) observer.on_secret(origin_, label, generation, client_random, secret);
  };
  for (const auto& observer : config_->observers) reveal(*observer);
  if (own_ != nullptr) reveal(*own_);
}

}  // namespace keyway::tls
