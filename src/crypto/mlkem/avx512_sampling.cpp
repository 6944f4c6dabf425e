#include "crypto/mlkem/avx512.hpp"

#ifdef KEYWAY_MLKEM_X86

#include <algorithm>

namespace keyway::crypto::mlkem::avx512 {
namespace {

/// 32 numbers lie in 48 bytes: number 2 n in the bytes 3 n and 3 n + 1, number 2 n + 1 in the latter and the next.
alignas(64) constexpr std::array<std::uint8_t, 64> spread = [] consteval {
  std::array<std::uint8_t, 64> table{};
  for (std::size_t n = 0; n < 16; ++n) {
    table[4 * n] = static_cast<std::uint8_t>(3 * n);
    table[4 * n + 1] = table[4 * n + 2] = static_cast<std::uint8_t>(3 * n + 1);
    table[4 * n + 3] = static_cast<std::uint8_t>(3 * n + 2);
  }
  return table;
}();

}  // namespace

KEYWAY_AVX512 std::size_t sample_uniform(UniformBlock block, Poly& poly, std::size_t filled) noexcept {
  // SAFETY: the table is one register's; of the block and the polynomial, masks let in what is there.
  const __m512i order = _mm512_load_si512(spread.data());
  for (std::size_t at = 0; at < block.size() && filled < degree; at += 48) {
    const std::size_t size = std::min<std::size_t>(48, block.size() - at);
    const __m512i bytes = _mm512_maskz_loadu_epi8((1ULL << size) - 1, block.subspan(at).data());
    const __m512i words = _mm512_srlv_epi16(_mm512_permutexvar_epi8(order, bytes), _mm512_set1_epi32(4 << 16));
    const __m512i numbers = _mm512_and_si512(words, _mm512_set1_epi16(0x0fff));
    const auto present = static_cast<__mmask32>((1ULL << (size * 2 / 3)) - 1);
    const __mmask32 is_good = _mm512_mask_cmplt_epu16_mask(present, numbers, _mm512_set1_epi16(modulus));
    const std::size_t count = std::min(static_cast<std::size_t>(_mm_popcnt_u32(is_good)), degree - filled);
    _mm512_mask_storeu_epi16(poly.c.data() + filled, static_cast<__mmask32>((1ULL << count) - 1),
                             _mm512_maskz_compress_epi16(is_good, numbers));
    filled += count;
  }
  return filled;
}

}  // namespace keyway::crypto::mlkem::avx512

#endif
