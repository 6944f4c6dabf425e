#pragma once

#include <cstddef>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::x509 {

/// The algorithm of a signature's AlgorithmIdentifier (header included), with its parameters as its RFC demands
/// them: RFC 4055, RFC 5758, RFC 8410, RFC 9881. Nothing where it is unknown or its parameters are odd.
[[nodiscard]] std::optional<crypto::SignatureAlgorithm> read_algorithm(ByteView algorithm_identifier) noexcept;

/// True for signatures that anybody may forge: MD2, MD5 and SHA-1.
[[nodiscard]] bool is_weak_algorithm(ByteView algorithm_identifier) noexcept;
[[nodiscard]] bool is_weak_algorithm(crypto::SignatureAlgorithm algorithm) noexcept;

/// What a SubjectPublicKeyInfo says of its key, read without a crypto library.
struct KeyFacts {
  crypto::KeyType type = crypto::KeyType::rsa;
  std::size_t bits = 0;              ///< the modulus of RSA, the field of a curve
  bool inherits_parameters = false;  ///< DSA: they are the issuer's (RFC 5280 6.1.4 (d))
};
/// Nothing for a key that Keyway does not know; explicit curve parameters (CurveBall) are such.
[[nodiscard]] std::optional<KeyFacts> read_key_facts(ByteView subject_public_key_info) noexcept;

}  // namespace keyway::x509
