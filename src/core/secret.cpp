#include <keyway/secret.hpp>

namespace keyway {

void wipe(ByteSpan bytes) noexcept {
  for (std::uint8_t& byte : bytes) byte = 0;
  // The compiler must take it that somebody reads the memory afterwards, so the stores stay.
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

bool equal_in_constant_time(ByteView a, ByteView b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  // Hides the sum from the optimiser, which could otherwise leave the loop at the first difference.
  asm volatile("" : "+r"(difference));
  return difference == 0;
}

}  // namespace keyway
