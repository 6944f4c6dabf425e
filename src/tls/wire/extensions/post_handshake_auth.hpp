#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.6: no content, in a ClientHello alone.
struct PostHandshakeAuthExtension {
  static constexpr ExtensionType type = ExtensionType::post_handshake_auth;

  /// Errors: TrailingData.
  [[nodiscard]] static Result<PostHandshakeAuthExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
