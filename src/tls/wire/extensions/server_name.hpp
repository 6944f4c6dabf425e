#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 6066 3, as it stands in a ClientHello: one host_name. (A server answers with an empty body.)
struct ServerNameExtension {
  static constexpr ExtensionType type = ExtensionType::server_name;

  ByteView host_name;  ///< 1 to 65535 bytes, not yet judged as a name

  /// Errors: Truncated, TrailingData, InvalidServerNameExtension (an empty list, two host names, another name type).
  [[nodiscard]] static Result<ServerNameExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
