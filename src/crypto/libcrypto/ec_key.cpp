// docs/decisions/0004-low-level-ec-and-rsa.md tells why functions that OpenSSL 3.0 deprecates are used here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/libcrypto/ec_key.hpp"

#include <array>
#include <utility>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "crypto/ecdsa_signature.hpp"
#include "crypto/libcrypto/hash.hpp"
#include "crypto/libcrypto/public_key.hpp"
#include "crypto/signature_facts.hpp"

namespace keyway::crypto::libcrypto {
namespace {

using EcKey = Handle<EC_KEY, EC_KEY_free>;
using SignatureNumbers = Handle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t max_coordinate_size = 66;

/// ECDSA cuts the digest to the curve's size by itself (FIPS 186-5 6.4.1).
struct Digest {
  Digest(HashAlgorithm algorithm, ByteView message) noexcept : size(hash_function(algorithm).output_size()) {
    hash(hash_function(algorithm), message, bytes);
  }
  std::array<std::uint8_t, max_hash_size> bytes;
  std::size_t size;
};

class EcPublicKey final : public PublicKey {
 public:
  EcPublicKey(EcKey key, KeyType type, std::size_t bits) noexcept : key_(std::move(key)), type_(type), bits_(bits) {}
  [[nodiscard]] KeyType type() const noexcept override { return type_; }
  [[nodiscard]] std::size_t bits() const noexcept override { return bits_; }

  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const override {
    if (!fits(algorithm, type_)) return false;
    const auto parsed = parse_ecdsa_signature(signature);
    // Longer numbers are above any order; libcrypto checks the rest of the range.
    if (!parsed || parsed->r.size() > max_coordinate_size || parsed->s.size() > max_coordinate_size) return false;

    const SignatureNumbers numbers(ECDSA_SIG_new());
    Number r(BN_bin2bn(parsed->r.data(), static_cast<int>(parsed->r.size()), nullptr));
    Number s(BN_bin2bn(parsed->s.data(), static_cast<int>(parsed->s.size()), nullptr));
    bool holds = false;
    if (numbers != nullptr && r != nullptr && s != nullptr) {
      ECDSA_SIG_set0(numbers.get(), r.release(), s.release());
      const Digest digest(facts_of(algorithm).hash, message);
      holds = ECDSA_do_verify(digest.bytes.data(), static_cast<int>(digest.size), numbers.get(), key_.get()) == 1;
    }
    if (!holds) ERR_clear_error();
    return holds;
  }

 private:
  EcKey key_;
  KeyType type_;
  std::size_t bits_;
};

class EcPrivateKey final : public BasedPrivateKey {
 public:
  EcPrivateKey(KeyBase base, EcKey key) noexcept : BasedPrivateKey(std::move(base)), key_(std::move(key)) {}

  Result<void> sign(SignatureAlgorithm algorithm, ByteView message, Bytes& out) const override {
    if (!fits(algorithm, type())) return cannot_sign(algorithm);
    const Digest digest(facts_of(algorithm).hash, message);
    const SignatureNumbers numbers(ECDSA_do_sign(digest.bytes.data(), static_cast<int>(digest.size), key_.get()));
    if (numbers == nullptr) return std::unexpected(failed(ErrorCode::SigningFailed).at(to_string(type())));

    std::array<std::uint8_t, max_coordinate_size> r;
    std::array<std::uint8_t, max_coordinate_size> s;
    if (BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), r.data(), static_cast<int>(r.size())) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), s.data(), static_cast<int>(s.size())) < 0) {
      return std::unexpected(failed(ErrorCode::SigningFailed).at(to_string(type())));
    }
    append_ecdsa_signature(r, s, out);
    return {};
  }

 private:
  EcKey key_;
};

}  // namespace

Result<std::unique_ptr<PublicKey>> make_ec_public_key(const PublicKeyInfo& info, const NistCurve& curve) {
  EcKey key(EC_KEY_new());
  if (key == nullptr || EC_KEY_set_group(key.get(), curve.group()) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at(to_string(info.type)));
  }
  const Point point = curve.decode(info.point, nullptr);
  if (point == nullptr) {
    ERR_clear_error();
    return std::unexpected(fail(ErrorCode::InvalidKey)
                               .at(to_string(info.type) + " public key")
                               .expected("a point on the curve")
                               .received("another"));
  }
  if (EC_KEY_set_public_key(key.get(), point.get()) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at(to_string(info.type)));
  }
  return std::make_unique<EcPublicKey>(std::move(key), info.type, curve.bits());
}

Result<std::unique_ptr<PrivateKey>> make_ec_private_key(KeyBase base) {
  EcKey key(EVP_PKEY_get1_EC_KEY(base.key.get()));
  if (key == nullptr) return std::unexpected(failed(ErrorCode::CryptoFailed).at(to_string(base.type)));
  if (EC_KEY_check_key(key.get()) != 1) {
    ERR_clear_error();
    return std::unexpected(fail(ErrorCode::InvalidKey)
                               .at(to_string(base.type) + " private key")
                               .expected("a private number that belongs to the public point")
                               .advice("the file is damaged; take the key from a backup or make a new one"));
  }
  return std::make_unique<EcPrivateKey>(std::move(base), std::move(key));
}

}  // namespace keyway::crypto::libcrypto
