#pragma once

#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/key_base.hpp"

namespace keyway::crypto::libcrypto {

/// `base` is of type p256, p384 or p521. Errors: InvalidKey, where private and public part don't belong together.
[[nodiscard]] Result<std::unique_ptr<PrivateKey>> make_ec_private_key(KeyBase base);

}  // namespace keyway::crypto::libcrypto
