#pragma once

#include <array>
#include <memory>

#include <keyway/crypto.hpp>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

/// The ciphers of QUIC's header protection, looked up once.
class HeaderProtectorSet {
 public:
  /// Errors: CryptoFailed, where one is missing.
  [[nodiscard]] static Result<HeaderProtectorSet> load();

  /// `key` has the size of the AEAD's key. Errors: CryptoFailed.
  [[nodiscard]] Result<std::unique_ptr<HeaderProtector>> make(AeadAlgorithm algorithm, ByteView key) const;

 private:
  CipherSet ciphers_;  // by AeadAlgorithm
};

}  // namespace keyway::crypto::libcrypto
