#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway::tls {

/// The error for a connection whose first bytes are no TLS record: what they look like, and what to do about it.
[[nodiscard]] Error not_tls(ByteView first_bytes);

}  // namespace keyway::tls
