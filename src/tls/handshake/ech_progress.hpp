#pragma once

#include <keyway/bytes.hpp>
#include <keyway/ech.hpp>

namespace keyway::tls {

/// What a connection knows of Encrypted ClientHello.
struct EchProgress {
  EchDetails told;               ///< for Connection::ech()
  Bytes unproven_retry_configs;  ///< of a server that has not proved to be the public name's yet
};

}  // namespace keyway::tls
