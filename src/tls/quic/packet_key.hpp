#pragma once

#include <cstdint>
#include <utility>

#include <keyway/quic_packets.hpp>

namespace keyway::tls {

/// Everything that comes of one secret, ready for use.
struct ReadiedQuicKeys {
  keyway::detail::QuicPacketKey key;
  std::unique_ptr<crypto::HeaderProtector> header;  ///< null where it was not asked for
  crypto::AeadLimits limits;
};

enum class HeaderKey : std::uint8_t { made, kept };

/// Errors: as quic_keys(), and the provider's.
[[nodiscard]] Result<ReadiedQuicKeys> ready_quic_keys(const crypto::Provider& provider, QuicVersion version,
                                                      const QuicSecret& secret, HeaderKey header);

/// RFC 9001 5.3: the IV, its last eight bytes combined with the packet number.
[[nodiscard]] crypto::Nonce nonce_of(const crypto::Nonce& iv, std::uint64_t number) noexcept;

/// What both ends of a level check when they are made. Errors: InvalidArgument.
[[nodiscard]] Result<void> check_quic_secret(const std::shared_ptr<const crypto::Provider>& provider,
                                             const QuicSecret& secret, Direction direction);

}  // namespace keyway::tls
