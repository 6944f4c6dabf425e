#include <keyway/crypto.hpp>

namespace keyway::crypto {

AeadLimits limits(AeadAlgorithm algorithm) noexcept {
  // RFC 8446 5.5: some 2^24.5 full-size records under one AES-GCM key; for ChaCha20-Poly1305 the sequence number
  // wraps before its limit is reached, so the bound only keeps the count inside 64 bits.
  constexpr std::uint64_t aes_gcm_records = std::uint64_t{1} << 24U;
  constexpr std::uint64_t chacha20_records = std::uint64_t{1} << 62U;
  // RFC 9001 6.6. ChaCha20-Poly1305 has no bound below that of packet numbers.
  constexpr std::uint64_t aes_gcm_packets = std::uint64_t{1} << 23U;
  constexpr std::uint64_t aes_gcm_forgeries = std::uint64_t{1} << 52U;
  constexpr std::uint64_t chacha20_packets = std::uint64_t{1} << 62U;
  constexpr std::uint64_t chacha20_forgeries = std::uint64_t{1} << 36U;
  switch (algorithm) {
    case AeadAlgorithm::aes_128_gcm:
      return {16, aes_gcm_records, aes_gcm_packets, aes_gcm_forgeries};
    case AeadAlgorithm::aes_256_gcm:
      return {32, aes_gcm_records, aes_gcm_packets, aes_gcm_forgeries};
    case AeadAlgorithm::chacha20_poly1305:
      return {32, chacha20_records, chacha20_packets, chacha20_forgeries};
  }
  return {};
}

std::string to_string(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "RSA";
    case KeyType::rsa_pss:
      return "RSA-PSS";
    case KeyType::p256:
      return "ECDSA P-256";
    case KeyType::p384:
      return "ECDSA P-384";
    case KeyType::p521:
      return "ECDSA P-521";
    case KeyType::ed25519:
      return "Ed25519";
    case KeyType::mldsa44:
      return "ML-DSA-44";
    case KeyType::mldsa65:
      return "ML-DSA-65";
    case KeyType::mldsa87:
      return "ML-DSA-87";
    case KeyType::dsa:
      return "DSA";
  }
  return "unknown";
}

std::string to_string(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    using enum SignatureAlgorithm;
    case rsa_pkcs1_sha1:
      return "RSA PKCS#1 v1.5 with SHA-1";
    case rsa_pkcs1_sha256:
      return "RSA PKCS#1 v1.5 with SHA-256";
    case rsa_pkcs1_sha384:
      return "RSA PKCS#1 v1.5 with SHA-384";
    case rsa_pkcs1_sha512:
      return "RSA PKCS#1 v1.5 with SHA-512";
    case rsa_pss_sha256:
      return "RSA-PSS with SHA-256";
    case rsa_pss_sha384:
      return "RSA-PSS with SHA-384";
    case rsa_pss_sha512:
      return "RSA-PSS with SHA-512";
    case ecdsa_sha1:
      return "ECDSA with SHA-1";
    case ecdsa_sha256:
      return "ECDSA with SHA-256";
    case ecdsa_sha384:
      return "ECDSA with SHA-384";
    case ecdsa_sha512:
      return "ECDSA with SHA-512";
    case ed25519:
      return "Ed25519";
    case mldsa44:
      return "ML-DSA-44";
    case mldsa65:
      return "ML-DSA-65";
    case mldsa87:
      return "ML-DSA-87";
    case dsa_sha1:
      return "DSA with SHA-1";
  }
  return "unknown";
}

std::optional<SignatureAlgorithm> algorithm_of(SignatureScheme scheme) noexcept {
  switch (scheme) {
    case SignatureScheme::rsa_pkcs1_sha1:
      return SignatureAlgorithm::rsa_pkcs1_sha1;
    case SignatureScheme::rsa_pkcs1_sha256:
      return SignatureAlgorithm::rsa_pkcs1_sha256;
    case SignatureScheme::rsa_pkcs1_sha384:
      return SignatureAlgorithm::rsa_pkcs1_sha384;
    case SignatureScheme::rsa_pkcs1_sha512:
      return SignatureAlgorithm::rsa_pkcs1_sha512;
    case SignatureScheme::ecdsa_sha1:
      return SignatureAlgorithm::ecdsa_sha1;
    case SignatureScheme::ecdsa_secp256r1_sha256:
      return SignatureAlgorithm::ecdsa_sha256;
    case SignatureScheme::ecdsa_secp384r1_sha384:
      return SignatureAlgorithm::ecdsa_sha384;
    case SignatureScheme::ecdsa_secp521r1_sha512:
      return SignatureAlgorithm::ecdsa_sha512;
    case SignatureScheme::rsa_pss_rsae_sha256:
    case SignatureScheme::rsa_pss_pss_sha256:
      return SignatureAlgorithm::rsa_pss_sha256;
    case SignatureScheme::rsa_pss_rsae_sha384:
    case SignatureScheme::rsa_pss_pss_sha384:
      return SignatureAlgorithm::rsa_pss_sha384;
    case SignatureScheme::rsa_pss_rsae_sha512:
    case SignatureScheme::rsa_pss_pss_sha512:
      return SignatureAlgorithm::rsa_pss_sha512;
    case SignatureScheme::ed25519:
      return SignatureAlgorithm::ed25519;
    case SignatureScheme::mldsa44:
      return SignatureAlgorithm::mldsa44;
    case SignatureScheme::mldsa65:
      return SignatureAlgorithm::mldsa65;
    case SignatureScheme::mldsa87:
      return SignatureAlgorithm::mldsa87;
    case SignatureScheme::ed448:
      return std::nullopt;
  }
  return std::nullopt;
}

bool fits_tls13(SignatureScheme scheme, KeyType key) noexcept {
  switch (scheme) {
    case SignatureScheme::ecdsa_secp256r1_sha256:
      return key == KeyType::p256;
    case SignatureScheme::ecdsa_secp384r1_sha384:
      return key == KeyType::p384;
    case SignatureScheme::ecdsa_secp521r1_sha512:
      return key == KeyType::p521;
    case SignatureScheme::rsa_pss_rsae_sha256:
    case SignatureScheme::rsa_pss_rsae_sha384:
    case SignatureScheme::rsa_pss_rsae_sha512:
      return key == KeyType::rsa;
    case SignatureScheme::rsa_pss_pss_sha256:
    case SignatureScheme::rsa_pss_pss_sha384:
    case SignatureScheme::rsa_pss_pss_sha512:
      return key == KeyType::rsa_pss;
    case SignatureScheme::ed25519:
      return key == KeyType::ed25519;
    case SignatureScheme::mldsa44:
      return key == KeyType::mldsa44;
    case SignatureScheme::mldsa65:
      return key == KeyType::mldsa65;
    case SignatureScheme::mldsa87:
      return key == KeyType::mldsa87;
    default:
      return false;
  }
}

bool fits_tls12(SignatureScheme scheme, KeyType key) noexcept {
  switch (scheme) {
    case SignatureScheme::ecdsa_secp256r1_sha256:
    case SignatureScheme::ecdsa_secp384r1_sha384:
    case SignatureScheme::ecdsa_secp521r1_sha512:
      return key == KeyType::p256 || key == KeyType::p384 || key == KeyType::p521;
    case SignatureScheme::rsa_pkcs1_sha256:
    case SignatureScheme::rsa_pkcs1_sha384:
    case SignatureScheme::rsa_pkcs1_sha512:
      return key == KeyType::rsa;
    case SignatureScheme::mldsa44:
    case SignatureScheme::mldsa65:
    case SignatureScheme::mldsa87:
      return false;  // specified for TLS 1.3 alone
    default:
      return fits_tls13(scheme, key);
  }
}

namespace {

std::unexpected<Error> no_transport(KeyType type) {
  return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("PKCS#1 v1.5 encryption").received(to_string(type)));
}

}  // namespace

Result<std::unique_ptr<KeyExchange>> KeyExchangeGroup::load(ByteView /*private_key*/) const {
  return std::unexpected(
      fail(ErrorCode::UnsupportedAlgorithm).at("private keys that last").received(keyway::to_string(id())));
}

Result<std::unique_ptr<HeaderProtector>> Provider::header_protector(AeadAlgorithm /*algorithm*/,
                                                                    ByteView /*key*/) const {
  return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("QUIC's header protection").received(description()));
}

Result<void> PublicKey::encrypt_pkcs1(const Random& /*random*/, ByteView /*message*/, Bytes& /*out*/) const {
  return no_transport(type());
}

Result<void> PrivateKey::decrypt_pkcs1(ByteView /*ciphertext*/, ByteSpan /*out*/) const {
  return no_transport(type());
}

}  // namespace keyway::crypto
