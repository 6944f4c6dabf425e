// docs/decisions/0004-low-level-ec-and-rsa.md tells why functions that OpenSSL 3.0 deprecates are used here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/libcrypto/rsa_key.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "crypto/libcrypto/hash.hpp"
#include "crypto/libcrypto/public_key.hpp"
#include "crypto/rsa_encoding.hpp"
#include "crypto/rsa_transport.hpp"
#include "crypto/signature_facts.hpp"

namespace keyway::crypto::libcrypto {
namespace {

using Rsa = Handle<RSA, RSA_free>;
using Digest = std::array<std::uint8_t, max_hash_size>;
using Block = std::array<std::uint8_t, max_modulus_size>;

/// The part of a key that both halves need.
struct RsaKey {
  Rsa rsa;
  KeyType type = KeyType::rsa;
  std::optional<HashAlgorithm> pss_hash;
  std::size_t bits = 0;

  [[nodiscard]] std::size_t size() const noexcept { return (bits + 7) / 8; }  // of the modulus, in bytes
};

/// Recovers the encoded message from a signature (RFC 8017 5.2.2). False for one that is not below the modulus.
bool recover(const RsaKey& key, ByteView signature, ByteSpan encoded) {
  // SAFETY: the signature and `encoded` both have the modulus's size, which is what libcrypto reads and writes.
  const int size = RSA_public_decrypt(static_cast<int>(signature.size()), signature.data(), encoded.data(),
                                      key.rsa.get(), RSA_NO_PADDING);
  if (size == static_cast<int>(key.size())) return true;
  ERR_clear_error();
  return false;
}

bool verify_with(const RsaKey& key, SignatureAlgorithm algorithm, ByteView message, ByteView signature) {
  if (!fits(algorithm, key.type, key.pss_hash) || signature.size() != key.size()) return false;
  Block recovered;
  const ByteSpan encoded = ByteSpan(recovered).first(key.size());
  if (!recover(key, signature, encoded)) return false;

  const SignatureFacts facts = facts_of(algorithm);
  const HashFunction& function = hash_function(facts.hash);
  Digest digest_bytes;
  const ByteSpan digest = ByteSpan(digest_bytes).first(function.output_size());
  hash(function, message, digest);
  if (facts.family == SignatureFamily::rsa_pss) return verify_pss(function, digest, key.bits, encoded);

  Block expected_bytes;
  const ByteSpan expected = ByteSpan(expected_bytes).first(key.size());
  return encode_pkcs1(facts.hash, digest, expected) && equal_in_constant_time(expected, encoded);
}

class RsaPublicKey final : public PublicKey {
 public:
  explicit RsaPublicKey(RsaKey key) noexcept : key_(std::move(key)) {}
  [[nodiscard]] KeyType type() const noexcept override { return key_.type; }
  [[nodiscard]] std::size_t bits() const noexcept override { return key_.bits; }
  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const override {
    return verify_with(key_, algorithm, message, signature);
  }

  [[nodiscard]] Result<void> encrypt_pkcs1(const Random& random, ByteView message, Bytes& out) const override {
    if (key_.type != KeyType::rsa) return PublicKey::encrypt_pkcs1(random, message, out);
    SecretBuffer<max_modulus_size> block(key_.size());
    if (auto padded = pad_pkcs1(random, message, block.span()); !padded) return padded;
    const std::size_t before = out.size();
    out.resize(before + key_.size());
    // SAFETY: libcrypto reads and writes the modulus's size.
    const int size = RSA_public_encrypt(static_cast<int>(key_.size()), block.view().data(),
                                        ByteSpan(out).subspan(before).data(), key_.rsa.get(), RSA_NO_PADDING);
    if (size == static_cast<int>(key_.size())) return {};
    out.resize(before);
    return std::unexpected(failed(ErrorCode::CryptoFailed).at("RSA"));
  }

 private:
  RsaKey key_;
};

class RsaPrivateKey final : public BasedPrivateKey {
 public:
  RsaPrivateKey(KeyBase base, RsaKey key) noexcept : BasedPrivateKey(std::move(base)), key_(std::move(key)) {}

  Result<void> sign(SignatureAlgorithm algorithm, ByteView message, Bytes& out) const override {
    if (!fits(algorithm, key_.type, key_.pss_hash)) return cannot_sign(algorithm);
    Block block;
    const ByteSpan encoded = ByteSpan(block).first(key_.size());
    if (auto made = encode(algorithm, message, encoded); !made) return made;

    const std::size_t before = out.size();
    out.resize(before + key_.size());
    // SAFETY: libcrypto reads and writes the modulus's size. It blinds the operation, and checks the result against
    // the public exponent before it lets it out, so a computing fault does not give the key away.
    const int size = RSA_private_encrypt(static_cast<int>(encoded.size()), encoded.data(),
                                         ByteSpan(out).subspan(before).data(), key_.rsa.get(), RSA_NO_PADDING);
    if (size == static_cast<int>(key_.size())) return {};
    out.resize(before);
    return std::unexpected(failed(ErrorCode::SigningFailed).at(to_string(key_.type)));
  }

  [[nodiscard]] Result<void> decrypt_pkcs1(ByteView ciphertext, ByteSpan out) const override {
    if (key_.type != KeyType::rsa) return PrivateKey::decrypt_pkcs1(ciphertext, out);
    // Its length and whether it is below the modulus are for everybody to see.
    if (ciphertext.size() != key_.size()) return {};
    SecretBuffer<max_modulus_size> block(key_.size());
    // SAFETY: libcrypto reads and writes the modulus's size. It blinds the operation, and does not look at the padding:
    // docs/decisions/0014-rsa-key-transport.md.
    const int size = RSA_private_decrypt(static_cast<int>(ciphertext.size()), ciphertext.data(), block.span().data(),
                                         key_.rsa.get(), RSA_NO_PADDING);
    if (size != static_cast<int>(key_.size())) {
      ERR_clear_error();
      return {};
    }
    unpad_pkcs1(block.view(), out);
    return {};
  }

  /// Whether private and public part belong together.
  [[nodiscard]] bool is_consistent() const {
    const SignatureAlgorithm algorithm = key_.pss_hash == HashAlgorithm::sha384   ? SignatureAlgorithm::rsa_pss_sha384
                                         : key_.pss_hash == HashAlgorithm::sha512 ? SignatureAlgorithm::rsa_pss_sha512
                                                                                  : SignatureAlgorithm::rsa_pss_sha256;
    const ByteView message = as_bytes("Does this key fit itself?");
    Bytes signature;
    return sign(algorithm, message, signature) && verify_with(key_, algorithm, message, signature);
  }

 private:
  Result<void> encode(SignatureAlgorithm algorithm, ByteView message, ByteSpan encoded) const {
    const SignatureFacts facts = facts_of(algorithm);
    const HashFunction& function = hash_function(facts.hash);
    Digest digest_bytes;
    const ByteSpan digest = ByteSpan(digest_bytes).first(function.output_size());
    hash(function, message, digest);
    bool encodes = false;
    if (facts.family == SignatureFamily::rsa_pss) {
      Digest salt_bytes;
      const ByteSpan salt = ByteSpan(salt_bytes).first(function.output_size());
      if (RAND_bytes_ex(nullptr, salt.data(), salt.size(), 0) != 1) {
        return std::unexpected(failed(ErrorCode::RandomFailed).at("the salt of RSA-PSS"));
      }
      encodes = encode_pss(function, digest, salt, key_.bits, encoded);
    } else {
      encodes = encode_pkcs1(facts.hash, digest, encoded);
    }
    if (encodes) return {};
    return std::unexpected(fail(ErrorCode::SigningFailed)
                               .at(to_string(algorithm))
                               .expected("a modulus with room for the hash")
                               .received(std::to_string(key_.bits) + " bits"));
  }

  RsaKey key_;
};

Number to_number(ByteView big_endian) {
  return Number(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
}

}  // namespace

Result<std::unique_ptr<PublicKey>> make_rsa_public_key(const PublicKeyInfo& info) {
  RsaKey key{.rsa = Rsa(RSA_new()), .type = info.type, .pss_hash = info.pss_hash};
  Number modulus = to_number(info.modulus);
  Number exponent = to_number(info.exponent);
  if (key.rsa == nullptr || modulus == nullptr || exponent == nullptr) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at("RSA"));
  }
  key.bits = static_cast<std::size_t>(BN_num_bits(modulus.get()));
  // Takes both numbers over; with both given it does not fail.
  RSA_set0_key(key.rsa.get(), modulus.release(), exponent.release(), nullptr);
  return std::make_unique<RsaPublicKey>(std::move(key));
}

Result<std::unique_ptr<PrivateKey>> make_rsa_private_key(KeyBase base, const PublicKeyInfo& info) {
  RsaKey key{
      .rsa = Rsa(EVP_PKEY_get1_RSA(base.key.get())), .type = info.type, .pss_hash = info.pss_hash, .bits = base.bits};
  if (key.rsa == nullptr) return std::unexpected(failed(ErrorCode::CryptoFailed).at("RSA"));
  auto made = std::make_unique<RsaPrivateKey>(std::move(base), std::move(key));
  if (!made->is_consistent()) {
    ERR_clear_error();
    return std::unexpected(fail(ErrorCode::InvalidKey)
                               .at("RSA private key")
                               .expected("numbers that belong together")
                               .advice("the file is damaged; take the key from a backup or make a new one"));
  }
  return made;
}

}  // namespace keyway::crypto::libcrypto
