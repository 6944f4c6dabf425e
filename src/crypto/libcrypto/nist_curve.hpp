#pragma once

#include <cstddef>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

/// One of P-256, P-384 and P-521, loaded once. Immutable, shared between threads.
class NistCurve {
 public:
  /// Errors: CryptoFailed, where libcrypto lacks it.
  [[nodiscard]] static Result<NistCurve> load(KeyType type);

  [[nodiscard]] const EC_GROUP* group() const noexcept { return group_.get(); }
  [[nodiscard]] const BIGNUM* order() const noexcept { return EC_GROUP_get0_order(group_.get()); }
  [[nodiscard]] KeyType type() const noexcept { return type_; }
  [[nodiscard]] std::size_t bits() const noexcept { return bits_; }                       ///< of the field
  [[nodiscard]] std::size_t coordinate_size() const noexcept { return (bits_ + 7) / 8; }  ///< in bytes
  [[nodiscard]] std::size_t point_size() const noexcept { return 1 + 2 * coordinate_size(); }

  /// An uncompressed point, checked to be on the curve; null otherwise. Never the point at infinity.
  [[nodiscard]] Point decode(ByteView encoded, BN_CTX* context) const;

 private:
  NistCurve(Group group, KeyType type, std::size_t bits) noexcept
      : group_(std::move(group)), type_(type), bits_(bits) {}
  Group group_;
  KeyType type_;
  std::size_t bits_;
};

/// ECDHE over one of the curves: RFC 8446 4.2.8.2, 7.4.2.
class NistGroup final : public KeyExchangeGroup {
 public:
  /// The curve must outlive the group and all that it makes.
  explicit NistGroup(const NistCurve& curve) noexcept : curve_(&curve) {}

  [[nodiscard]] NamedGroup id() const noexcept override;
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> load(ByteView private_key) const override;
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;

 private:
  const NistCurve* curve_;
};

}  // namespace keyway::crypto::libcrypto
