#pragma once

#include <keyway/crypto.hpp>

#include "crypto/mlkem/parameters.hpp"

namespace keyway::crypto::mlkem {

/// ML-KEM-768 as a key exchange (draft-ietf-tls-mlkem): the client's share is an encapsulation key, the server's
/// answer a ciphertext.
class MlKem768Group final : public KeyExchangeGroup {
 public:
  static constexpr std::size_t client_share_size = mlkem768.encapsulation_key_size();
  static constexpr std::size_t server_share_size = mlkem768.ciphertext_size();

  [[nodiscard]] NamedGroup id() const noexcept override { return NamedGroup::MLKEM768; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  /// An encapsulation key with numbers that are not below q is an InvalidKeyShare (FIPS 203 7.2).
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;
};

}  // namespace keyway::crypto::mlkem
