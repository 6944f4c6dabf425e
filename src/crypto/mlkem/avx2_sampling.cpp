#include "crypto/mlkem/avx2.hpp"

#ifdef KEYWAY_MLKEM_X86

#include <algorithm>

namespace keyway::crypto::mlkem::avx2 {
namespace {

/// For each set of 8 numbers to keep, the shuffle that puts them first.
using Shuffle = std::array<std::uint8_t, 16>;
alignas(16) constexpr std::array<Shuffle, 256> keep = [] consteval {
  std::array<Shuffle, 256> table{};
  for (std::size_t set = 0; set < table.size(); ++set) {
    std::size_t kept = 0;
    for (std::uint8_t n = 0; n < 8; ++n) {
      if ((set >> n & 1) == 0) continue;
      table[set][2 * kept] = static_cast<std::uint8_t>(2 * n);
      table[set][2 * kept + 1] = static_cast<std::uint8_t>(2 * n + 1);
      ++kept;
    }
  }
  return table;
}();

/// Appends those of 8 numbers that are in `set`, as far as there is room.
KEYWAY_AVX2_INLINE std::size_t append(__m128i numbers, unsigned set, Poly& poly, std::size_t filled) noexcept {
  const __m128i kept = _mm_shuffle_epi8(numbers, load_bytes(keep[set], 0));
  const std::size_t count = static_cast<std::size_t>(_mm_popcnt_u32(set));
  if (filled + 8 <= degree) {
    // SAFETY: there is room for 8; what is above `count` is overwritten by the next.
    _mm_storeu_si128(reinterpret_cast<__m128i*>(poly.c.data() + filled), kept);
    return filled + count;
  }
  alignas(16) std::array<std::int16_t, 8> tail;
  // SAFETY: 8 numbers.
  _mm_store_si128(reinterpret_cast<__m128i*>(tail.data()), kept);
  const std::size_t taken = std::min(count, degree - filled);
  for (std::size_t n = 0; n < taken; ++n) poly.c[filled + n] = tail[n];
  return filled + taken;
}

}  // namespace

KEYWAY_AVX2 std::size_t sample_uniform(UniformBlock block, Poly& poly, std::size_t filled) noexcept {
  const __m256i spread = _mm256_setr_epi8(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11,  //
                                          4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11, 12, 13, 14, 14, 15);
  for (std::size_t at = 0; at < block.size() && filled < degree; at += 24) {
    const __m256i bytes =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load_bytes(block, at)), load_bytes(block, at + 8), 1);
    const __m256i words = _mm256_shuffle_epi8(bytes, spread);
    const __m256i numbers =
        _mm256_blend_epi16(_mm256_and_si256(words, _mm256_set1_epi16(0x0fff)), _mm256_srli_epi16(words, 4), 0xaa);
    const __m256i is_good = _mm256_cmpgt_epi16(_mm256_set1_epi16(modulus), numbers);
    // Two bits a number become one.
    const unsigned set = _pext_u32(static_cast<unsigned>(_mm256_movemask_epi8(is_good)), 0x55555555);
    filled = append(_mm256_castsi256_si128(numbers), set & 0xff, poly, filled);
    filled = append(_mm256_extracti128_si256(numbers, 1), set >> 8, poly, filled);
  }
  return filled;
}

KEYWAY_AVX2 void sample_noise2(ByteView bytes, Poly& poly) noexcept {
  const __m256i even_bits = _mm256_set1_epi8(0x55);
  const __m256i even_pairs = _mm256_set1_epi8(0x33);
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  const __m256i three = _mm256_set1_epi8(3);
  for (std::size_t i = 0; i < degree / 64; ++i) {
    const __m256i bits =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load_bytes(bytes, 32 * i)), load_bytes(bytes, 32 * i + 16), 1);
    const __m256i sums =
        _mm256_add_epi8(_mm256_and_si256(bits, even_bits), _mm256_and_si256(_mm256_srli_epi16(bits, 1), even_bits));
    // In each nibble: 3 and the first sum, less the second.
    const __m256i differences = _mm256_sub_epi8(_mm256_add_epi8(_mm256_and_si256(sums, even_pairs), even_pairs),
                                                _mm256_and_si256(_mm256_srli_epi16(sums, 2), even_pairs));
    const __m256i low = _mm256_sub_epi8(_mm256_and_si256(differences, nibble), three);
    const __m256i high = _mm256_sub_epi8(_mm256_and_si256(_mm256_srli_epi16(differences, 4), nibble), three);
    const __m256i first = _mm256_unpacklo_epi8(low, high);   // of the first 8 bytes, and of the third
    const __m256i second = _mm256_unpackhi_epi8(low, high);  // of the second, and of the fourth
    store(poly, 4 * i, _mm256_cvtepi8_epi16(_mm256_castsi256_si128(first)));
    store(poly, 4 * i + 1, _mm256_cvtepi8_epi16(_mm256_castsi256_si128(second)));
    store(poly, 4 * i + 2, _mm256_cvtepi8_epi16(_mm256_extracti128_si256(first, 1)));
    store(poly, 4 * i + 3, _mm256_cvtepi8_epi16(_mm256_extracti128_si256(second, 1)));
  }
}

}  // namespace keyway::crypto::mlkem::avx2

#endif
