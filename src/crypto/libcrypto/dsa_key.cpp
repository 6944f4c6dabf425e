#include <utility>

#include <openssl/x509.h>

#include "crypto/libcrypto/public_key.hpp"

namespace keyway::crypto::libcrypto {
namespace {

constexpr int min_bits = 1024;
constexpr int max_bits = 3072;  // FIPS 186-4 4.2

class DsaPublicKey final : public PublicKey {
 public:
  explicit DsaPublicKey(Key key) noexcept : key_(std::move(key)) {}
  [[nodiscard]] KeyType type() const noexcept override { return KeyType::dsa; }
  [[nodiscard]] std::size_t bits() const noexcept override {
    return static_cast<std::size_t>(EVP_PKEY_bits(key_.get()));
  }

  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const override {
    if (algorithm != SignatureAlgorithm::dsa_sha1) return false;
    const DigestContext context(EVP_MD_CTX_new());
    const bool holds =
        context != nullptr &&
        EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA1", nullptr, nullptr, key_.get(), nullptr) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    if (!holds) ERR_clear_error();
    return holds;
  }

 private:
  Key key_;
};

}  // namespace

Result<std::unique_ptr<PublicKey>> make_dsa_public_key(ByteView subject_public_key_info) {
  const unsigned char* at = subject_public_key_info.data();
  // SAFETY: d2i_PUBKEY reads at most as many bytes as it is told.
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(subject_public_key_info.size())));
  if (key == nullptr) return std::unexpected(failed(ErrorCode::InvalidKey).at("DSA public key"));
  const int bits = EVP_PKEY_bits(key.get());
  if (EVP_PKEY_is_a(key.get(), "DSA") != 1 || bits < min_bits || bits > max_bits) {
    return std::unexpected(fail(ErrorCode::InvalidKey)
                               .at("DSA public key")
                               .expected("a modulus of 1024 to 3072 bits")
                               .received("another"));
  }
  return std::make_unique<DsaPublicKey>(std::move(key));
}

}  // namespace keyway::crypto::libcrypto
