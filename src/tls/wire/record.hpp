#pragma once

#include <cstddef>
#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway::tls {

inline constexpr std::size_t record_header_size = 5;
inline constexpr std::size_t max_plaintext_fragment = 1U << 14U;                  ///< RFC 8446 5.1
inline constexpr std::size_t max_ciphertext_fragment = (1U << 14U) + 256;         ///< RFC 8446 5.2
inline constexpr std::size_t max_ciphertext_fragment_tls12 = (1U << 14U) + 2048;  ///< RFC 5246 6.2.3

/// RFC 8446 5.1, without the fragment.
struct RecordHeader {
  ContentType type{};
  ProtocolVersion legacy_record_version = ProtocolVersion::TLS1_2;
  std::uint16_t length = 0;

  /// Reads the first record_header_size bytes of `data`, which has at least as many. Judges nothing.
  [[nodiscard]] static RecordHeader parse(ByteView data) noexcept;
  /// Writes record_header_size bytes to the front of `out`, which has at least as many.
  void write_to(ByteSpan out) const noexcept;
};

}  // namespace keyway::tls
