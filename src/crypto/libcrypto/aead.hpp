#pragma once

#include <array>
#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

/// libcrypto's AEADs, looked up once.
class AeadSet {
 public:
  /// Errors: CryptoFailed, where one is missing.
  [[nodiscard]] static Result<AeadSet> load();

  /// `key` has the algorithm's size. Errors: CryptoFailed.
  [[nodiscard]] Result<std::unique_ptr<Aead>> make(AeadAlgorithm algorithm, ByteView key) const;

 private:
  CipherSet ciphers_;  // by AeadAlgorithm
};

}  // namespace keyway::crypto::libcrypto
