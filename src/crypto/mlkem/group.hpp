#pragma once

#include <keyway/crypto.hpp>

#include "crypto/mlkem/parameters.hpp"

namespace keyway::crypto::mlkem {

/// ML-KEM as a key exchange (draft-ietf-tls-mlkem): the client's share is an encapsulation key, the server's answer a
/// ciphertext.
template <Parameters P, NamedGroup Id>
class MlKemGroup final : public KeyExchangeGroup {
 public:
  static constexpr std::size_t client_share_size = P.encapsulation_key_size();
  static constexpr std::size_t server_share_size = P.ciphertext_size();

  [[nodiscard]] NamedGroup id() const noexcept override { return Id; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  /// An encapsulation key with numbers that are not below q is an InvalidKeyShare (FIPS 203 7.2).
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;
};

using MlKem768Group = MlKemGroup<mlkem768, NamedGroup::MLKEM768>;
using MlKem1024Group = MlKemGroup<mlkem1024, NamedGroup::MLKEM1024>;
extern template class MlKemGroup<mlkem768, NamedGroup::MLKEM768>;
extern template class MlKemGroup<mlkem1024, NamedGroup::MLKEM1024>;

}  // namespace keyway::crypto::mlkem
