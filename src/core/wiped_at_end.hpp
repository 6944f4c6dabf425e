#pragma once

#include <keyway/bytes.hpp>
#include <keyway/secret.hpp>

namespace keyway {

/// Wipes what held a secret, whichever way the function ends.
struct WipedAtEnd {
  Bytes& bytes;
  ~WipedAtEnd() { wipe(bytes); }
};

}  // namespace keyway
