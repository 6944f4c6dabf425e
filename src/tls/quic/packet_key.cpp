#include "tls/quic/packet_key.hpp"

namespace keyway::tls {

Result<ReadiedQuicKeys> ready_quic_keys(const crypto::Provider& provider, QuicVersion version, const QuicSecret& secret,
                                        HeaderKey header) {
  const auto keys = quic_keys(provider, version, secret);
  if (!keys) return std::unexpected(keys.error());
  ReadiedQuicKeys ready{{nullptr, keys->iv}, nullptr, crypto::limits(keys->aead)};
  auto aead = provider.aead(keys->aead, keys->key.view());
  if (!aead) return std::unexpected(std::move(aead.error()));
  ready.key.aead = std::move(*aead);
  if (header == HeaderKey::kept) return ready;
  auto protector = provider.header_protector(keys->aead, keys->header_key.view());
  if (!protector) return std::unexpected(std::move(protector.error()));
  ready.header = std::move(*protector);
  return ready;
}

crypto::Nonce nonce_of(const crypto::Nonce& iv, std::uint64_t number) noexcept {
  crypto::Nonce nonce = iv;
  for (std::size_t at = nonce.size() - 1; number != 0; --at) {
    nonce[at] ^= static_cast<std::uint8_t>(number);
    number >>= 8U;
  }
  return nonce;
}

Result<void> check_quic_secret(const std::shared_ptr<const crypto::Provider>& provider, const QuicSecret& secret,
                               Direction direction) {
  if (!provider) return std::unexpected(fail(ErrorCode::InvalidArgument).at("QUIC keys, provider"));
  if (secret.direction == direction) return {};
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("QuicSecret, direction")
                             .expected(direction == Direction::sent ? "sent" : "received")
                             .received(direction == Direction::sent ? "received" : "sent"));
}

}  // namespace keyway::tls
