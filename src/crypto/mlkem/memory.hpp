#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <keyway/secret.hpp>

namespace keyway::crypto::mlkem {

/// The memory of a plain value, to be wiped.
template <typename T>
[[nodiscard]] ByteSpan bytes_of(T& value) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  // SAFETY: the bytes of one live object of a type that any bytes may be written to.
  return {reinterpret_cast<std::uint8_t*>(&value), sizeof(T)};
}

/// A value that is wiped when it goes.
template <typename T>
struct Wiped {
  T value;
  Wiped() noexcept {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(bytes_of(value)); }
};

/// Little-endian, as FIPS 202 B.1 has it.
[[nodiscard]] inline std::uint64_t load_word(std::span<const std::uint8_t, 8> bytes) noexcept {
  std::uint64_t word = 0;
  // SAFETY: both are 8 bytes.
  std::memcpy(&word, bytes.data(), sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = std::byteswap(word);
  return word;
}

inline void store_word(std::uint64_t word, std::span<std::uint8_t, 8> bytes) noexcept {
  if constexpr (std::endian::native == std::endian::big) word = std::byteswap(word);
  // SAFETY: both are 8 bytes.
  std::memcpy(bytes.data(), &word, sizeof word);
}

}  // namespace keyway::crypto::mlkem
