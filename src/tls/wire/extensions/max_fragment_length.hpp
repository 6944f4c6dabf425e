#pragma once

#include <cstddef>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/record_limits.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 6066 4: the same in both directions.
struct MaxFragmentLengthExtension {
  static constexpr ExtensionType type = ExtensionType::max_fragment_length;

  MaxFragmentLength max_fragment_length{};

  [[nodiscard]] std::size_t bytes() const noexcept {
    return std::size_t{256} << static_cast<unsigned>(max_fragment_length);
  }

  /// Errors: the reader's; InvalidValue for another than the four.
  [[nodiscard]] static Result<MaxFragmentLengthExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
