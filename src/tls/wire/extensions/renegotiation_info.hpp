#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 5746 3.2, in both hellos.
struct RenegotiationInfoExtension {
  static constexpr ExtensionType type = ExtensionType::renegotiation_info;

  ByteView renegotiated_connection;  ///< 0 to 255 bytes; empty in a first handshake

  [[nodiscard]] static Result<RenegotiationInfoExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
