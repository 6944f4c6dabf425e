#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 5246 7.4.1.1: no content.
struct HelloRequest {
  static constexpr HandshakeType type = HandshakeType::hello_request;

  /// Errors: TrailingData.
  [[nodiscard]] static Result<HelloRequest> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
