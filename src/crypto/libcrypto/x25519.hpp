#pragma once

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

/// RFC 7748, RFC 8446 4.2.8.2.
class X25519 final : public KeyExchangeGroup {
 public:
  /// Errors: CryptoFailed, where libcrypto lacks it.
  [[nodiscard]] static Result<X25519> load();

  [[nodiscard]] NamedGroup id() const noexcept override { return NamedGroup::x25519; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;
};

}  // namespace keyway::crypto::libcrypto
