#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 5246 7.4.5: no content.
struct ServerHelloDone {
  static constexpr HandshakeType type = HandshakeType::server_hello_done;

  /// Errors: TrailingData.
  [[nodiscard]] static Result<ServerHelloDone> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
