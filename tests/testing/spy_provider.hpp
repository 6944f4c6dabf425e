#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include <keyway/crypto.hpp>

#include "testing/make_certificate.hpp"

namespace keyway::testing {

/// The test program's provider, which notes each nonce that each key seals with, and what public keys do.
class SpyProvider final : public crypto::Provider {
 public:
  struct Seen {
    std::set<std::string> sealed;  ///< key and nonce
    std::size_t repeated = 0;
    std::set<std::string> keys;
    std::size_t public_keys = 0;  ///< parsed
    std::size_t verified = 0;     ///< signatures, whether they held or not
  };

  [[nodiscard]] const Seen& seen() const noexcept { return *seen_; }

  [[nodiscard]] std::string description() const override { return "spy"; }
  [[nodiscard]] const crypto::Random& random() const noexcept override { return provider()->random(); }
  [[nodiscard]] const crypto::HashFunction* hash(crypto::HashAlgorithm algorithm) const noexcept override {
    return provider()->hash(algorithm);
  }
  [[nodiscard]] const crypto::KeyExchangeGroup* group(NamedGroup group) const noexcept override {
    return provider()->group(group);
  }
  [[nodiscard]] bool has_aead(crypto::AeadAlgorithm algorithm) const noexcept override {
    return provider()->has_aead(algorithm);
  }
  [[nodiscard]] bool has_signature(crypto::SignatureAlgorithm algorithm) const noexcept override {
    return provider()->has_signature(algorithm);
  }
  [[nodiscard]] Result<std::unique_ptr<crypto::Aead>> aead(crypto::AeadAlgorithm algorithm,
                                                           ByteView key) const override {
    auto real = provider()->aead(algorithm, key);
    if (!real) return real;
    seen_->keys.emplace(as_text(key));
    return std::make_unique<SpyAead>(std::move(*real), std::string(as_text(key)), seen_);
  }
  [[nodiscard]] Result<std::unique_ptr<crypto::HeaderProtector>> header_protector(crypto::AeadAlgorithm algorithm,
                                                                                  ByteView key) const override {
    return provider()->header_protector(algorithm, key);
  }
  [[nodiscard]] Result<std::unique_ptr<crypto::PublicKey>> public_key(ByteView spki) const override {
    auto real = provider()->public_key(spki);
    if (!real) return real;
    ++seen_->public_keys;
    return std::make_unique<SpyPublicKey>(std::move(*real), seen_);
  }
  [[nodiscard]] Result<std::unique_ptr<crypto::PrivateKey>> private_key(ByteView der) const override {
    return provider()->private_key(der);
  }
  [[nodiscard]] Result<std::unique_ptr<crypto::PrivateKey>> generate_key(crypto::KeyType type,
                                                                         std::size_t bits) const override {
    return provider()->generate_key(type, bits);
  }

 private:
  class SpyPublicKey final : public crypto::PublicKey {
   public:
    SpyPublicKey(std::unique_ptr<crypto::PublicKey> real, std::shared_ptr<Seen> seen)
        : real_(std::move(real)), seen_(std::move(seen)) {}
    [[nodiscard]] crypto::KeyType type() const noexcept override { return real_->type(); }
    [[nodiscard]] std::size_t bits() const noexcept override { return real_->bits(); }
    [[nodiscard]] bool verify(crypto::SignatureAlgorithm algorithm, ByteView message,
                              ByteView signature) const override {
      ++seen_->verified;
      return real_->verify(algorithm, message, signature);
    }

   private:
    std::unique_ptr<crypto::PublicKey> real_;
    std::shared_ptr<Seen> seen_;
  };

  class SpyAead final : public crypto::Aead {
   public:
    SpyAead(std::unique_ptr<crypto::Aead> real, std::string key, std::shared_ptr<Seen> seen)
        : real_(std::move(real)), key_(std::move(key)), seen_(std::move(seen)) {}
    [[nodiscard]] Result<void> seal(const crypto::Nonce& nonce, ByteView associated_data,
                                    std::span<const ByteView> plaintext, ByteSpan out) override {
      if (!seen_->sealed.insert(key_ + std::string(as_text(nonce))).second) ++seen_->repeated;
      return real_->seal(nonce, associated_data, plaintext, out);
    }
    [[nodiscard]] bool open(const crypto::Nonce& nonce, ByteView associated_data, ByteSpan sealed) override {
      return real_->open(nonce, associated_data, sealed);
    }

   private:
    std::unique_ptr<crypto::Aead> real_;
    std::string key_;
    std::shared_ptr<Seen> seen_;
  };

  std::shared_ptr<Seen> seen_ = std::make_shared<Seen>();
};

}  // namespace keyway::testing
