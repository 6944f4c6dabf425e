#include "crypto/libcrypto/message_key.hpp"

#include <string>
#include <utility>

#include "crypto/libcrypto/public_key.hpp"
#include "crypto/signature_facts.hpp"

namespace keyway::crypto::libcrypto {
namespace {

using SignatureMethod = Handle<EVP_SIGNATURE, EVP_SIGNATURE_free>;

/// In bytes: RFC 8032 5.1.6 and FIPS 204, table 2.
std::size_t signature_size(KeyType type) noexcept {
  switch (type) {
    case KeyType::mldsa44:
      return 2420;
    case KeyType::mldsa65:
      return 3309;
    case KeyType::mldsa87:
      return max_signature_size;
    default:
      return 64;
  }
}

class MessagePublicKey final : public PublicKey {
 public:
  MessagePublicKey(KeyType type, Key key) noexcept : type_(type), key_(std::move(key)) {}
  [[nodiscard]] KeyType type() const noexcept override { return type_; }
  [[nodiscard]] std::size_t bits() const noexcept override { return field_bits(type_); }

  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const override {
    if (!fits(algorithm, type_) || signature.size() != signature_size(type_)) return false;
    const DigestContext context(EVP_MD_CTX_new());
    const bool holds =
        context != nullptr &&
        EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_.get(), nullptr) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
    if (!holds) ERR_clear_error();
    return holds;
  }

 private:
  KeyType type_;
  Key key_;
};

class MessagePrivateKey final : public BasedPrivateKey {
 public:
  using BasedPrivateKey::BasedPrivateKey;

  Result<void> sign(SignatureAlgorithm algorithm, ByteView message, Bytes& out) const override {
    if (!fits(algorithm, type())) return cannot_sign(algorithm);
    const DigestContext context(EVP_MD_CTX_new());
    const std::size_t before = out.size();
    const std::size_t expected = signature_size(type());
    out.resize(before + expected);
    std::size_t size = expected;
    // SAFETY: `size` tells libcrypto how much room there is.
    if (context != nullptr &&
        EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, handle(), nullptr) == 1 &&
        EVP_DigestSign(context.get(), ByteSpan(out).subspan(before).data(), &size, message.data(), message.size()) ==
            1 &&
        size == expected) {
      return {};
    }
    out.resize(before);
    return std::unexpected(failed(ErrorCode::SigningFailed).at(to_string(type())));
  }
};

}  // namespace

bool has_mldsa() noexcept {
  const SignatureMethod method(EVP_SIGNATURE_fetch(nullptr, "ML-DSA-65", nullptr));
  if (method == nullptr) ERR_clear_error();
  return method != nullptr;
}

Result<std::unique_ptr<PublicKey>> make_message_public_key(const PublicKeyInfo& info) {
  const std::string name = to_string(info.type);  // libcrypto's names, too: it takes capitals for small letters
  Key key(EVP_PKEY_new_raw_public_key_ex(nullptr, name.c_str(), nullptr, info.point.data(), info.point.size()));
  if (key != nullptr) return std::make_unique<MessagePublicKey>(info.type, std::move(key));
  const bool is_missing = info.type != KeyType::ed25519 && !has_mldsa();
  return std::unexpected(
      failed(is_missing ? ErrorCode::UnsupportedKey : ErrorCode::InvalidKey).at(name + " public key"));
}

std::unique_ptr<PrivateKey> make_message_private_key(KeyBase base) {
  return std::make_unique<MessagePrivateKey>(std::move(base));
}

}  // namespace keyway::crypto::libcrypto
