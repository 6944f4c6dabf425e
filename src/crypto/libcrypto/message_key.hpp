#pragma once

#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/key_base.hpp"

namespace keyway::crypto::libcrypto {

/// A key that signs the message itself and not its hash, in one call: Ed25519 (RFC 8032) or ML-DSA (FIPS 204).
[[nodiscard]] std::unique_ptr<PrivateKey> make_message_private_key(KeyBase base);

/// True where libcrypto has ML-DSA: from 3.5 on.
[[nodiscard]] bool has_mldsa() noexcept;

}  // namespace keyway::crypto::libcrypto
