#pragma once

#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/key_base.hpp"
#include "crypto/public_key_info.hpp"

namespace keyway::crypto::libcrypto {

/// `base` is of type rsa or rsa_pss. Errors: InvalidKey, where private and public part don't belong together.
[[nodiscard]] Result<std::unique_ptr<PrivateKey>> make_rsa_private_key(KeyBase base, const PublicKeyInfo& info);

}  // namespace keyway::crypto::libcrypto
