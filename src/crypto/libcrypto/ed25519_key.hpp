#pragma once

#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/key_base.hpp"

namespace keyway::crypto::libcrypto {

[[nodiscard]] std::unique_ptr<PrivateKey> make_ed25519_private_key(KeyBase base);

}  // namespace keyway::crypto::libcrypto
