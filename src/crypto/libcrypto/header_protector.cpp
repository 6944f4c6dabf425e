#include "crypto/libcrypto/header_protector.hpp"

#include <utility>

namespace keyway::crypto::libcrypto {
namespace {

/// RFC 9001 5.4.3: the sample, encrypted as one block.
class AesProtector final : public HeaderProtector {
 public:
  explicit AesProtector(CipherContext context) noexcept : context_(std::move(context)) {}

  Result<HeaderMask> mask(HeaderSample sample) override {
    std::array<std::uint8_t, header_sample_size> block{};
    int written = 0;
    // SAFETY: one whole block, without padding: libcrypto writes as many bytes as it reads, which is block's size.
    if (EVP_EncryptUpdate(context_.get(), block.data(), &written, sample.data(), static_cast<int>(sample.size())) !=
        1) {
      return std::unexpected(failed(ErrorCode::CryptoFailed));
    }
    return HeaderMask{block[0], block[1], block[2], block[3], block[4]};
  }

 private:
  CipherContext context_;
};

/// RFC 9001 5.4.4: the sample is counter and nonce, which is the form that libcrypto takes both in; the mask is the key
/// stream, which zeros show.
class ChaCha20Protector final : public HeaderProtector {
 public:
  explicit ChaCha20Protector(CipherContext context) noexcept : context_(std::move(context)) {}

  Result<HeaderMask> mask(HeaderSample sample) override {
    constexpr HeaderMask zeros{};
    HeaderMask mask{};
    int written = 0;
    // SAFETY: the IV is 16 bytes, as the sample is; of a stream cipher, as many bytes are written as are read.
    if (EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, sample.data(), nullptr) != 1 ||
        EVP_EncryptUpdate(context_.get(), mask.data(), &written, zeros.data(), static_cast<int>(zeros.size())) != 1) {
      return std::unexpected(failed(ErrorCode::CryptoFailed));
    }
    return mask;
  }

 private:
  CipherContext context_;
};

}  // namespace

Result<HeaderProtectorSet> HeaderProtectorSet::load() {
  HeaderProtectorSet set;
  auto ciphers = fetch_ciphers({"AES-128-ECB", "AES-256-ECB", "ChaCha20"});
  if (!ciphers) return std::unexpected(std::move(ciphers.error()));
  set.ciphers_ = std::move(*ciphers);
  return set;
}

Result<std::unique_ptr<HeaderProtector>> HeaderProtectorSet::make(AeadAlgorithm algorithm, ByteView key) const {
  CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = ciphers_[static_cast<std::size_t>(algorithm)].get();
  // SAFETY: the provider has checked that `key` has the size that the cipher reads.
  if (context == nullptr || EVP_EncryptInit_ex2(context.get(), cipher, key.data(), nullptr, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed));
  }
  if (algorithm == AeadAlgorithm::chacha20_poly1305) return std::make_unique<ChaCha20Protector>(std::move(context));
  return std::make_unique<AesProtector>(std::move(context));
}

}  // namespace keyway::crypto::libcrypto
