#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.2.
struct CookieExtension {
  static constexpr ExtensionType type = ExtensionType::cookie;

  ByteView cookie;  ///< 1 to 65535 bytes

  [[nodiscard]] static Result<CookieExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
