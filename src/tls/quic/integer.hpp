#pragma once

#include <cstdint>
#include <string_view>

#include "core/reader.hpp"

namespace keyway::tls {

/// A variable-length integer (RFC 9000 16).
[[nodiscard]] inline std::uint64_t read_quic_integer(Reader& reader, std::string_view field) noexcept {
  const std::uint8_t first = reader.u8(field);
  const std::size_t more = (std::size_t{1} << (first >> 6U)) - 1;
  std::uint64_t value = first & 0x3fU;
  for (const std::uint8_t byte : reader.bytes(more, field)) value = value << 8U | byte;
  return value;
}

}  // namespace keyway::tls
