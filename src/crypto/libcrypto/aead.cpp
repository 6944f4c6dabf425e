#include "crypto/libcrypto/aead.hpp"

#include <limits>
#include <utility>

namespace keyway::crypto::libcrypto {
namespace {

/// EVP counts in int.
bool fits_int(std::size_t size) noexcept {
  return size <= static_cast<std::size_t>(std::numeric_limits<int>::max());
}

/// One context, set to the key once and to the nonce for each record.
class EvpAead final : public Aead {
 public:
  explicit EvpAead(CipherContext context) noexcept : context_(std::move(context)) {}

  Result<void> seal(const Nonce& nonce, ByteView associated_data, std::span<const ByteView> plaintext,
                    ByteSpan out) override {
    std::size_t size = 0;
    for (const ByteView part : plaintext) size += part.size();
    if (out.size() < size + aead_tag_size) return std::unexpected(fail(ErrorCode::OutputTooSmall).at("AEAD"));
    if (!encrypt(nonce, associated_data, plaintext, out)) return std::unexpected(failed(ErrorCode::CryptoFailed));
    return {};
  }

  bool open(const Nonce& nonce, ByteView associated_data, ByteSpan sealed) override {
    if (sealed.size() < aead_tag_size) return false;
    const ByteSpan text = sealed.first(sealed.size() - aead_tag_size);
    const bool holds = decrypt(nonce, associated_data, text, sealed.last(aead_tag_size));
    if (!holds) ERR_clear_error();
    return holds;
  }

 private:
  // SAFETY (both below): libcrypto writes as many bytes as it reads; seal() and open() have checked that there is room.
  bool encrypt(const Nonce& nonce, ByteView associated_data, std::span<const ByteView> plaintext, ByteSpan out) {
    EVP_CIPHER_CTX* context = context_.get();
    int written = 0;
    if (EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) != 1) return false;
    if (!add(associated_data, nullptr)) return false;
    for (const ByteView part : plaintext) {
      if (!add(part, out.data())) return false;
      out = out.subspan(part.size());
    }
    return EVP_EncryptFinal_ex(context, out.data(), &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(aead_tag_size), out.data()) == 1;
  }

  bool decrypt(const Nonce& nonce, ByteView associated_data, ByteSpan text, ByteSpan tag) {
    EVP_CIPHER_CTX* context = context_.get();
    int written = 0;
    return EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1 &&
           add(associated_data, nullptr) && add(text, text.data()) &&
           EVP_DecryptFinal_ex(context, tag.data(), &written) == 1;
  }

  /// Feeds `data` in the direction set; associated data where there is no `out`.
  bool add(ByteView data, std::uint8_t* out) {
    if (data.empty()) return true;
    int written = 0;
    return fits_int(data.size()) &&
           EVP_CipherUpdate(context_.get(), out, &written, data.data(), static_cast<int>(data.size())) == 1;
  }

  CipherContext context_;
};

}  // namespace

Result<AeadSet> AeadSet::load() {
  AeadSet set;
  auto ciphers = fetch_ciphers({"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"});
  if (!ciphers) return std::unexpected(std::move(ciphers.error()));
  set.ciphers_ = std::move(*ciphers);
  return set;
}

Result<std::unique_ptr<Aead>> AeadSet::make(AeadAlgorithm algorithm, ByteView key) const {
  CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = ciphers_[static_cast<std::size_t>(algorithm)].get();
  if (context == nullptr || EVP_EncryptInit_ex2(context.get(), cipher, key.data(), nullptr, nullptr) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed));
  }
  return std::make_unique<EvpAead>(std::move(context));
}

}  // namespace keyway::crypto::libcrypto
