#pragma once

#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/nist_curve.hpp"
#include "crypto/public_key_info.hpp"

namespace keyway::crypto::libcrypto {

/// Makes the key that `info` describes; nothing of it is kept. Errors: InvalidKey, UnsupportedKey (ML-DSA, where
/// libcrypto has none), CryptoFailed.
[[nodiscard]] Result<std::unique_ptr<PublicKey>> make_rsa_public_key(const PublicKeyInfo& info);
[[nodiscard]] Result<std::unique_ptr<PublicKey>> make_ec_public_key(const PublicKeyInfo& info, const NistCurve& curve);
[[nodiscard]] Result<std::unique_ptr<PublicKey>> make_message_public_key(const PublicKeyInfo& info);
/// From the whole SubjectPublicKeyInfo.
[[nodiscard]] Result<std::unique_ptr<PublicKey>> make_dsa_public_key(ByteView subject_public_key_info);

}  // namespace keyway::crypto::libcrypto
