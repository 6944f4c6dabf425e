#pragma once

#include <optional>

#include <keyway/bytes.hpp>

namespace keyway::crypto {

/// RFC 3279 2.2.3, Ecdsa-Sig-Value: two positive integers, big-endian without leading zeros.
struct EcdsaSignature {
  ByteView r;
  ByteView s;
};

/// Parses strict DER; nothing for anything else, zero included.
[[nodiscard]] std::optional<EcdsaSignature> parse_ecdsa_signature(ByteView der) noexcept;

/// Appends the DER. Each number has at most 66 bytes (P-521); leading zeros are dropped.
void append_ecdsa_signature(ByteView r, ByteView s, Bytes& out);

}  // namespace keyway::crypto
