#pragma once

#include <array>
#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::tls {

/// What a secret is told by (event::SecretDerived). The provider has SHA-256; else all zeros.
[[nodiscard]] std::array<std::uint8_t, 8> fingerprint_of(const crypto::Provider& provider, ByteView secret) noexcept;

}  // namespace keyway::tls
