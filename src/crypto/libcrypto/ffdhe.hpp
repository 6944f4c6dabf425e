#pragma once

#include <cstddef>
#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

/// Diffie-Hellman in one of RFC 7919's groups: a prime p of which (p - 1) / 2 is a prime, too, and the generator 2.
/// Shares and secrets are as long as the prime (RFC 8446 4.2.8.1, 7.4.1).
class FfdheGroup final : public KeyExchangeGroup {
 public:
  /// `id`: ffdhe2048 or ffdhe3072.
  explicit FfdheGroup(NamedGroup id) noexcept : id_(id) {}

  [[nodiscard]] NamedGroup id() const noexcept override { return id_; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  /// A share that is not above 1 and below p - 1 is an InvalidKeyShare (RFC 7919 5.1).
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;

 private:
  NamedGroup id_;
};

}  // namespace keyway::crypto::libcrypto
