#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8449 4: the longest plaintext of a protected record that the sender takes; in TLS 1.3 content type and padding
/// count.
struct RecordSizeLimitExtension {
  static constexpr ExtensionType type = ExtensionType::record_size_limit;
  static constexpr std::uint16_t min = 64;

  std::uint16_t record_size_limit = 0;

  /// Errors: the reader's; InvalidValue below 64.
  [[nodiscard]] static Result<RecordSizeLimitExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
