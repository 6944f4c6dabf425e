#pragma once

#include <cstddef>
#include <cstdint>

namespace keyway::tls {

/// The bits of a packet's first byte (RFC 9000 17.2, 17.3).
struct FirstByte {
  static constexpr std::uint8_t long_form = 0x80;
  static constexpr std::uint8_t fixed = 0x40;
  static constexpr std::uint8_t long_type = 0x30;
  static constexpr std::uint8_t key_phase = 0x04;    ///< of a short header
  static constexpr std::uint8_t number_size = 0x03;  ///< of the packet number in bytes, less one
  static constexpr std::uint8_t long_reserved = 0x0c;
  static constexpr std::uint8_t short_reserved = 0x18;
  static constexpr std::uint8_t long_protected = 0x0f;  ///< what header protection covers (RFC 9001 5.4.1)
  static constexpr std::uint8_t short_protected = 0x1f;
};

/// What header protection covers of this first byte: the form itself is not covered.
[[nodiscard]] constexpr std::uint8_t protected_bits(std::uint8_t first) noexcept {
  return (first & FirstByte::long_form) != 0 ? FirstByte::long_protected : FirstByte::short_protected;
}

[[nodiscard]] constexpr std::size_t packet_number_size(std::uint8_t first) noexcept {
  return std::size_t{1} + (first & FirstByte::number_size);
}

/// RFC 9001 5.4.2: where the sample is taken, as if the packet number had four bytes.
inline constexpr std::size_t sample_distance = 4;

}  // namespace keyway::tls
