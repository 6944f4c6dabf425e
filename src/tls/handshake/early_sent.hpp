#pragma once

#include <cstddef>

#include <keyway/bytes.hpp>

namespace keyway::tls {

/// The early data of a client's connection: what may be sent yet, and what was, to be given back where it is refused.
struct EarlySent {
  std::size_t left = 0;  ///< bytes that may be sent yet
  bool is_open = true;   ///< false: the time for it is over
  Bytes kept;
};

}  // namespace keyway::tls
