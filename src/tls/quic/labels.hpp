#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <keyway/crypto.hpp>
#include <keyway/quic_keys.hpp>

namespace keyway::tls {

/// What a version of QUIC has of its own (RFC 9001 5.1, 5.2, 5.8; RFC 9369 3.3).
struct QuicConstants {
  std::string_view key_label;
  std::string_view iv_label;
  std::string_view header_label;
  std::string_view update_label;
  std::array<std::uint8_t, 20> initial_salt;
  std::array<std::uint8_t, 16> retry_key;
  crypto::Nonce retry_nonce;
};

[[nodiscard]] const QuicConstants& constants_of(QuicVersion version) noexcept;

}  // namespace keyway::tls
