#pragma once

#include <memory>

#include <keyway/crypto.hpp>

namespace keyway::crypto::libcrypto {

/// RFC 7748, RFC 8446 4.2.8.2.
class X25519 final : public KeyExchangeGroup {
 public:
  /// Errors: CryptoFailed, where libcrypto lacks it.
  [[nodiscard]] static Result<X25519> load();
  X25519(X25519&&) noexcept;
  ~X25519() override;

  [[nodiscard]] NamedGroup id() const noexcept override { return NamedGroup::x25519; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> load(ByteView private_key) const override;
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;

  class Workshop;

 private:
  explicit X25519(std::shared_ptr<Workshop> workshop) noexcept;
  std::shared_ptr<Workshop> workshop_;
};

}  // namespace keyway::crypto::libcrypto
