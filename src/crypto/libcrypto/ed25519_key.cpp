#include "crypto/libcrypto/ed25519_key.hpp"

#include <utility>

#include "crypto/libcrypto/public_key.hpp"

namespace keyway::crypto::libcrypto {
namespace {

constexpr std::size_t field_bits = 255;
constexpr std::size_t signature_size = 64;  // RFC 8032 5.1.6

class Ed25519PublicKey final : public PublicKey {
 public:
  explicit Ed25519PublicKey(Key key) noexcept : key_(std::move(key)) {}
  [[nodiscard]] KeyType type() const noexcept override { return KeyType::ed25519; }
  [[nodiscard]] std::size_t bits() const noexcept override { return field_bits; }

  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const override {
    if (algorithm != SignatureAlgorithm::ed25519 || signature.size() != signature_size) return false;
    const DigestContext context(EVP_MD_CTX_new());
    const bool holds =
        context != nullptr &&
        EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_.get(), nullptr) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    if (!holds) ERR_clear_error();
    return holds;
  }

 private:
  Key key_;
};

class Ed25519PrivateKey final : public BasedPrivateKey {
 public:
  using BasedPrivateKey::BasedPrivateKey;

  Result<void> sign(SignatureAlgorithm algorithm, ByteView message, Bytes& out) const override {
    if (algorithm != SignatureAlgorithm::ed25519) return cannot_sign(algorithm);
    const DigestContext context(EVP_MD_CTX_new());
    const std::size_t before = out.size();
    out.resize(before + signature_size);
    std::size_t size = signature_size;
    // SAFETY: `size` tells libcrypto how much room there is.
    if (context != nullptr &&
        EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, handle(), nullptr) == 1 &&
        EVP_DigestSign(context.get(), ByteSpan(out).subspan(before).data(), &size, message.data(), message.size()) ==
            1 &&
        size == signature_size) {
      return {};
    }
    out.resize(before);
    return std::unexpected(failed(ErrorCode::SigningFailed).at("Ed25519"));
  }
};

}  // namespace

Result<std::unique_ptr<PublicKey>> make_ed25519_public_key(const PublicKeyInfo& info) {
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, info.point.data(), info.point.size()));
  if (key == nullptr) return std::unexpected(failed(ErrorCode::InvalidKey).at("Ed25519 public key"));
  return std::make_unique<Ed25519PublicKey>(std::move(key));
}

std::unique_ptr<PrivateKey> make_ed25519_private_key(KeyBase base) {
  return std::make_unique<Ed25519PrivateKey>(std::move(base));
}

}  // namespace keyway::crypto::libcrypto
