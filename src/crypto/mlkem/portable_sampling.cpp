#include <bit>

#include "crypto/mlkem/portable.hpp"

namespace keyway::crypto::mlkem {

/// FIPS 203, algorithm 8, with eta = 2: four bits a coefficient, the first two less the last two.
void sample_noise2_portable(ByteView bytes, Poly& poly) noexcept {
  for (std::size_t i = 0; i < degree / 8; ++i) {
    std::uint32_t word = 0;
    for (unsigned n = 0; n < 4; ++n) word |= std::uint32_t{bytes[4 * i + n]} << (8 * n);
    const std::uint32_t sums = (word & 0x55555555) + (word >> 1 & 0x55555555);
    for (std::size_t n = 0; n < 8; ++n) {
      const std::uint32_t pair = sums >> (4 * n);
      poly.c[8 * i + n] = static_cast<std::int16_t>(static_cast<int>(pair & 3) - static_cast<int>(pair >> 2 & 3));
    }
  }
}

/// With eta = 3: six bits a coefficient.
void sample_noise3_portable(ByteView bytes, Poly& poly) noexcept {
  for (std::size_t i = 0; i < degree / 4; ++i) {
    std::uint32_t word = 0;
    for (unsigned n = 0; n < 3; ++n) word |= std::uint32_t{bytes[3 * i + n]} << (8 * n);
    const std::uint32_t sums = (word & 0x249249) + (word >> 1 & 0x249249) + (word >> 2 & 0x249249);
    for (std::size_t n = 0; n < 4; ++n) {
      const std::uint32_t pair = sums >> (6 * n);
      poly.c[4 * i + n] = static_cast<std::int16_t>(static_cast<int>(pair & 7) - static_cast<int>(pair >> 3 & 7));
    }
  }
}

/// FIPS 203, algorithm 7.
std::size_t sample_uniform_portable(UniformBlock block, Poly& poly, std::size_t filled) noexcept {
  for (std::size_t at = 0; at < block.size() && filled < degree; at += 3) {
    const unsigned first = block[at] | (block[at + 1] & 0x0fU) << 8;
    const unsigned second = block[at + 1] >> 4 | static_cast<unsigned>(block[at + 2]) << 4;
    if (first < static_cast<unsigned>(modulus)) poly.c[filled++] = static_cast<std::int16_t>(first);
    if (second < static_cast<unsigned>(modulus) && filled < degree) {
      poly.c[filled++] = static_cast<std::int16_t>(second);
    }
  }
  return filled;
}

}  // namespace keyway::crypto::mlkem
