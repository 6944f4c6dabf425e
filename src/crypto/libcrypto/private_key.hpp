#pragma once

#include <memory>

#include <keyway/crypto.hpp>

namespace keyway::crypto::libcrypto {

/// See Provider::private_key().
[[nodiscard]] Result<std::unique_ptr<PrivateKey>> load_private_key(ByteView der);
/// See Provider::generate_key().
[[nodiscard]] Result<std::unique_ptr<PrivateKey>> generate_private_key(KeyType type, std::size_t bits);

}  // namespace keyway::crypto::libcrypto
