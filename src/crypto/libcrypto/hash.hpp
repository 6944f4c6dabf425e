#pragma once

#include <keyway/crypto.hpp>

namespace keyway::crypto::libcrypto {

/// libcrypto's compression functions without EVP around them. Constant objects without state.
[[nodiscard]] const HashFunction& hash_function(HashAlgorithm algorithm) noexcept;

/// The whole hash of `data`, to the front of `out`, which holds output_size() bytes.
void hash(const HashFunction& function, ByteView data, ByteSpan out) noexcept;

}  // namespace keyway::crypto::libcrypto
