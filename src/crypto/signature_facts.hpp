#pragma once

#include <optional>

#include <keyway/crypto.hpp>

namespace keyway::crypto {

enum class SignatureFamily : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa, ed25519, mldsa, dsa };

/// What a SignatureAlgorithm is made of.
struct SignatureFacts {
  SignatureFamily family;
  HashAlgorithm hash;  ///< of RSA, ECDSA and DSA alone
};

[[nodiscard]] constexpr SignatureFacts facts_of(SignatureAlgorithm algorithm) noexcept {
  using enum SignatureFamily;
  switch (algorithm) {
    case SignatureAlgorithm::rsa_pkcs1_sha1:
      return {rsa_pkcs1, HashAlgorithm::sha1};
    case SignatureAlgorithm::rsa_pkcs1_sha256:
      return {rsa_pkcs1, HashAlgorithm::sha256};
    case SignatureAlgorithm::rsa_pkcs1_sha384:
      return {rsa_pkcs1, HashAlgorithm::sha384};
    case SignatureAlgorithm::rsa_pkcs1_sha512:
      return {rsa_pkcs1, HashAlgorithm::sha512};
    case SignatureAlgorithm::rsa_pss_sha256:
      return {rsa_pss, HashAlgorithm::sha256};
    case SignatureAlgorithm::rsa_pss_sha384:
      return {rsa_pss, HashAlgorithm::sha384};
    case SignatureAlgorithm::rsa_pss_sha512:
      return {rsa_pss, HashAlgorithm::sha512};
    case SignatureAlgorithm::ecdsa_sha1:
      return {ecdsa, HashAlgorithm::sha1};
    case SignatureAlgorithm::ecdsa_sha256:
      return {ecdsa, HashAlgorithm::sha256};
    case SignatureAlgorithm::ecdsa_sha384:
      return {ecdsa, HashAlgorithm::sha384};
    case SignatureAlgorithm::ecdsa_sha512:
      return {ecdsa, HashAlgorithm::sha512};
    case SignatureAlgorithm::ed25519:
      return {SignatureFamily::ed25519, HashAlgorithm::sha512};
    case SignatureAlgorithm::mldsa44:
    case SignatureAlgorithm::mldsa65:
    case SignatureAlgorithm::mldsa87:
      return {mldsa, HashAlgorithm::sha512};
    case SignatureAlgorithm::dsa_sha1:
      return {dsa, HashAlgorithm::sha1};
  }
  return {mldsa, HashAlgorithm::sha512};
}

/// The size of a key's curve in bits; 0 for ML-DSA, whose keys have their size in their name.
[[nodiscard]] constexpr std::size_t field_bits(KeyType key) noexcept {
  return key == KeyType::ed25519 ? 255 : 0;
}

/// The keys that make ML-DSA's signatures; each parameter set is an algorithm of its own.
[[nodiscard]] constexpr KeyType mldsa_key(SignatureAlgorithm algorithm) noexcept {
  if (algorithm == SignatureAlgorithm::mldsa44) return KeyType::mldsa44;
  return algorithm == SignatureAlgorithm::mldsa65 ? KeyType::mldsa65 : KeyType::mldsa87;
}

/// True where a key of this type can make signatures of this algorithm. `pss_hash` is what an RSA-PSS key is
/// restricted to.
[[nodiscard]] constexpr bool fits(SignatureAlgorithm algorithm, KeyType key,
                                  std::optional<HashAlgorithm> pss_hash = std::nullopt) noexcept {
  const SignatureFacts facts = facts_of(algorithm);
  switch (facts.family) {
    case SignatureFamily::rsa_pkcs1:
      return key == KeyType::rsa;
    case SignatureFamily::rsa_pss:
      return key == KeyType::rsa || (key == KeyType::rsa_pss && (!pss_hash || *pss_hash == facts.hash));
    case SignatureFamily::ecdsa:
      return key == KeyType::p256 || key == KeyType::p384 || key == KeyType::p521;
    case SignatureFamily::ed25519:
      return key == KeyType::ed25519;
    case SignatureFamily::mldsa:
      return key == mldsa_key(algorithm);
    case SignatureFamily::dsa:
      return key == KeyType::dsa;
  }
  return false;
}

}  // namespace keyway::crypto
