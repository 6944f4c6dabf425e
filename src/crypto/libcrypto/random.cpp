#include "crypto/libcrypto/random.hpp"

#include <openssl/rand.h>

#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

Result<void> SystemRandom::fill(ByteSpan out) const {
  // The private generator for everything: a value that turns out to be public tells nothing about a secret one.
  if (RAND_priv_bytes_ex(nullptr, out.data(), out.size(), 0) != 1) {
    return std::unexpected(failed(ErrorCode::RandomFailed));
  }
  return {};
}

}  // namespace keyway::crypto::libcrypto
