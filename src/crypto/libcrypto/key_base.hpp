#pragma once

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

/// What all private keys hold: libcrypto's own object, for export, and the public half.
struct KeyBase {
  Key key;
  Bytes public_key_info;  ///< DER
  KeyType type = KeyType::rsa;
  std::size_t bits = 0;
};

/// The interface that KeyBase answers by itself.
class BasedPrivateKey : public PrivateKey {
 public:
  explicit BasedPrivateKey(KeyBase base) noexcept : base_(std::move(base)) {}
  [[nodiscard]] KeyType type() const noexcept override { return base_.type; }
  [[nodiscard]] std::size_t bits() const noexcept override { return base_.bits; }
  [[nodiscard]] ByteView subject_public_key_info() const noexcept override { return base_.public_key_info; }
  [[nodiscard]] Result<Bytes> to_pkcs8() const override;

 protected:
  [[nodiscard]] EVP_PKEY* handle() const noexcept { return base_.key.get(); }
  /// UnsupportedAlgorithm, for a key of this type.
  [[nodiscard]] std::unexpected<Error> cannot_sign(SignatureAlgorithm algorithm) const;

 private:
  KeyBase base_;
};

}  // namespace keyway::crypto::libcrypto
