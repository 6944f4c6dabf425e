#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.5: no content.
struct EndOfEarlyData {
  static constexpr HandshakeType type = HandshakeType::end_of_early_data;

  /// Errors: TrailingData.
  [[nodiscard]] static Result<EndOfEarlyData> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
