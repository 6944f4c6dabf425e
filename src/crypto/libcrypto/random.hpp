#pragma once

#include <keyway/crypto.hpp>

namespace keyway::crypto::libcrypto {

/// libcrypto's generator for values that stay secret: per thread, in user space, reseeded after a fork.
class SystemRandom final : public Random {
 public:
  [[nodiscard]] Result<void> fill(ByteSpan out) const override;
};

}  // namespace keyway::crypto::libcrypto
