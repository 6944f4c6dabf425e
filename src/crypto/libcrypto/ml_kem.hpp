#pragma once

#include <cstddef>
#include <optional>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"
#include "crypto/mlkem/parameters.hpp"

namespace keyway::crypto::libcrypto {

/// libcrypto's ML-KEM (FIPS 203) as a key exchange, which it has from 3.5 on. Byte for byte the same as
/// mlkem::MlKemGroup for the same randomness.
class MlKemGroup final : public KeyExchangeGroup {
 public:
  /// `id`: MLKEM768 or MLKEM1024. Nothing where libcrypto has none.
  [[nodiscard]] static std::optional<MlKemGroup> load(NamedGroup id);

  [[nodiscard]] NamedGroup id() const noexcept override { return id_; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  /// An encapsulation key with numbers that are not below q is an InvalidKeyShare (FIPS 203 7.2).
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;

 private:
  explicit MlKemGroup(NamedGroup id) noexcept : id_(id) {}
  NamedGroup id_;
};

}  // namespace keyway::crypto::libcrypto
