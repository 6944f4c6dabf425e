#pragma once

#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::crypto {

/// A SubjectPublicKeyInfo taken apart: views into its bytes.
struct PublicKeyInfo {
  KeyType type;
  ByteView point;     ///< the uncompressed point of a curve, or all of an Ed25519 or ML-DSA key
  ByteView modulus;   ///< RSA: big-endian, no leading zero
  ByteView exponent;  ///< RSA: big-endian, no leading zero
  std::optional<HashAlgorithm> pss_hash = {};  ///< what the parameters of an id-RSASSA-PSS key restrict it to
};

/// Parses the DER of a SubjectPublicKeyInfo: RFC 3279 2.3.1 (rsaEncryption), RFC 4055 (id-RSASSA-PSS), RFC 5480
/// (id-ecPublicKey with a named curve), RFC 8410 (Ed25519), RFC 9881 (ML-DSA), RFC 3279 2.3.2 (DSA, whose numbers are
/// left to others). Sizes are checked here, the curve equation is not. Errors: InvalidKey (not DER, explicit curve
/// parameters, compressed points, RSA numbers out of range), UnsupportedKey.
[[nodiscard]] Result<PublicKeyInfo> parse_public_key_info(ByteView der);

}  // namespace keyway::crypto
