// The NTT and products in it. Seven layers: in the first four, the two coefficients of a butterfly stand in different
// registers; for the last three, pairs of registers swap halves, quarters and eighths so that they do there, too, and
// in the end everything is put back in order.
#include "crypto/mlkem/avx2.hpp"

#ifdef KEYWAY_MLKEM_X86

namespace keyway::crypto::mlkem::avx2 {
namespace {

/// Factors of Montgomery multiplications, and the same times q_inverse.
struct Factors {
  __m256i value;
  __m256i low;
};

/// The factors of one in-register layer, for the 8 pairs of registers one after the other.
struct LayerTable {
  alignas(32) std::array<std::int16_t, 8 * width> value;
  alignas(32) std::array<std::int16_t, 8 * width> low;
};

/// In a layer with blocks of 2 * `length` coefficients, each pair of registers (32 coefficients) has 16 / length zetas,
/// each for `length` products.
consteval LayerTable layer_table(std::size_t length, bool is_inverse) {
  LayerTable table{};
  const std::size_t first = degree / 2 / length;
  for (std::size_t i = 0; i < table.value.size(); ++i) {
    const std::size_t block = i / length;
    table.value[i] = zetas[is_inverse ? 2 * first - 1 - block : first + block];
    table.low[i] = times_q_inverse(table.value[i]);
  }
  return table;
}
constexpr LayerTable forward8 = layer_table(8, false);
constexpr LayerTable forward4 = layer_table(4, false);
constexpr LayerTable forward2 = layer_table(2, false);
constexpr LayerTable backward8 = layer_table(8, true);
constexpr LayerTable backward4 = layer_table(4, true);
constexpr LayerTable backward2 = layer_table(2, true);

KEYWAY_AVX2_INLINE Factors same(std::int16_t factor) noexcept {
  return {_mm256_set1_epi16(factor), _mm256_set1_epi16(times_q_inverse(factor))};
}
KEYWAY_AVX2_INLINE Factors of(const LayerTable& table, std::size_t pair) noexcept {
  return {load(table.value, pair), load(table.low, pair)};
}

/// a * factor / 2^16 modulo q, below q in size.
KEYWAY_AVX2_INLINE __m256i multiply(__m256i a, const Factors& factor) noexcept {
  const __m256i quotient = _mm256_mullo_epi16(a, factor.low);
  return _mm256_sub_epi16(_mm256_mulhi_epi16(a, factor.value),
                          _mm256_mulhi_epi16(quotient, _mm256_set1_epi16(modulus)));
}

KEYWAY_AVX2_INLINE void forward(__m256i& a, __m256i& b, const Factors& zeta) noexcept {
  const __m256i product = multiply(b, zeta);
  b = _mm256_sub_epi16(a, product);
  a = _mm256_add_epi16(a, product);
}

KEYWAY_AVX2_INLINE void backward(__m256i& a, __m256i& b, const Factors& zeta) noexcept {
  const __m256i difference = _mm256_sub_epi16(b, a);
  a = _mm256_add_epi16(a, b);
  b = multiply(difference, zeta);
}

// Each of these three is its own reverse.

/// Swaps the upper half of a with the lower half of b.
KEYWAY_AVX2_INLINE void swap_halves(__m256i& a, __m256i& b) noexcept {
  const __m256i low = _mm256_permute2x128_si256(a, b, 0x20);
  b = _mm256_permute2x128_si256(a, b, 0x31);
  a = low;
}
/// Swaps every second quarter of a with the quarter of b before.
KEYWAY_AVX2_INLINE void swap_quarters(__m256i& a, __m256i& b) noexcept {
  const __m256i low = _mm256_unpacklo_epi64(a, b);
  b = _mm256_unpackhi_epi64(a, b);
  a = low;
}
/// Swaps every second eighth of a with the eighth of b before.
KEYWAY_AVX2_INLINE void swap_eighths(__m256i& a, __m256i& b) noexcept {
  const __m256i low = _mm256_blend_epi32(a, _mm256_slli_epi64(b, 32), 0xaa);
  b = _mm256_blend_epi32(_mm256_srli_epi64(a, 32), b, 0xaa);
  a = low;
}

/// Layers 4 to 7, on one pair of registers.
KEYWAY_AVX2_INLINE void forward_in_pair(Poly& poly, std::size_t pair) noexcept {
  __m256i a = load(poly, 2 * pair);
  __m256i b = load(poly, 2 * pair + 1);
  forward(a, b, same(zetas[8 + pair]));
  swap_halves(a, b);
  forward(a, b, of(forward8, pair));
  swap_quarters(a, b);
  forward(a, b, of(forward4, pair));
  swap_eighths(a, b);
  forward(a, b, of(forward2, pair));
  swap_eighths(a, b);
  swap_quarters(a, b);
  swap_halves(a, b);
  store(poly, 2 * pair, a);
  store(poly, 2 * pair + 1, b);
}

/// Layers 7 to 4. What comes is below q in size; the sums are below 8 q after three layers, and reduced then.
KEYWAY_AVX2_INLINE void backward_in_pair(Poly& poly, std::size_t pair) noexcept {
  __m256i a = load(poly, 2 * pair);
  __m256i b = load(poly, 2 * pair + 1);
  swap_halves(a, b);
  swap_quarters(a, b);
  swap_eighths(a, b);
  backward(a, b, of(backward2, pair));
  swap_eighths(a, b);
  backward(a, b, of(backward4, pair));
  swap_quarters(a, b);
  backward(a, b, of(backward8, pair));
  a = canonical(a);
  swap_halves(a, b);
  backward(a, b, same(zetas[15 - pair]));
  store(poly, 2 * pair, a);
  store(poly, 2 * pair + 1, b);
}

/// Layers 1 to 3, on every second register from `first` on.
KEYWAY_AVX2_INLINE void forward_across(Poly& poly, std::size_t first) noexcept {
  __m256i r[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) r[i] = load(poly, first + 2 * i);
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) forward(r[i], r[i + 4], same(zetas[1]));
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) forward(r[i + i / 2 * 2], r[i + i / 2 * 2 + 2], same(zetas[2 + i / 2]));
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) forward(r[2 * i], r[2 * i + 1], same(zetas[4 + i]));
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) store(poly, first + 2 * i, r[i]);
}

/// Layers 3 to 1, and the division by 128. What comes is below 2 q in size.
KEYWAY_AVX2_INLINE void backward_across(Poly& poly, std::size_t first) noexcept {
  __m256i r[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) r[i] = load(poly, first + 2 * i);
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) backward(r[2 * i], r[2 * i + 1], same(zetas[7 - i]));
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t n = i + i / 2 * 2;
    backward(r[n], r[n + 2], same(zetas[3 - i / 2]));
    r[n] = canonical(r[n]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    backward(r[i], r[i + 4], same(zetas[1]));
    r[i] = multiply(r[i], same(inverse_of_128));
    r[i + 4] = multiply(r[i + 4], same(inverse_of_128));
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) store(poly, first + 2 * i, r[i]);
}

/// Two vectors of 32-bit sums, divided by 2^16 modulo q: those of `even` into the even coefficients.
KEYWAY_AVX2_INLINE __m256i reduce(__m256i even, __m256i odd) noexcept {
  const __m256i low = _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xaa);
  const __m256i high = _mm256_blend_epi16(_mm256_srli_epi32(even, 16), odd, 0xaa);
  const __m256i quotient = _mm256_mullo_epi16(low, _mm256_set1_epi16(q_inverse));
  return _mm256_sub_epi16(high, _mm256_mulhi_epi16(quotient, _mm256_set1_epi16(modulus)));
}

}  // namespace

KEYWAY_AVX2 void ntt(Poly& poly) noexcept {
  forward_across(poly, 0);
  forward_across(poly, 1);
#pragma GCC unroll 2
  for (std::size_t pair = 0; pair < registers / 2; ++pair) forward_in_pair(poly, pair);
}

KEYWAY_AVX2 void inverse_ntt(Poly& poly) noexcept {
#pragma GCC unroll 2
  for (std::size_t pair = 0; pair < registers / 2; ++pair) backward_in_pair(poly, pair);
  backward_across(poly, 0);
  backward_across(poly, 1);
}

KEYWAY_AVX2 void prepare(const Poly& poly, Operand& operand) noexcept {
  const Factors square = same(montgomery_square);
  const __m256i inverse = _mm256_set1_epi16(q_inverse);
  for (std::size_t i = 0; i < registers; ++i) {
    const __m256i value = load(poly, i);
    const __m256i factor = load(twist, i);
    store(operand.twisted, i, multiply(value, {factor, _mm256_mullo_epi16(factor, inverse)}));
    const __m256i scaled = multiply(value, square);
    store(operand.swapped, i, _mm256_or_si256(_mm256_slli_epi32(scaled, 16), _mm256_srli_epi32(scaled, 16)));
  }
}

KEYWAY_AVX2 void inner_product(std::span<const Poly> a, std::span<const Operand> b, Poly& out) noexcept {
  for (std::size_t i = 0; i < registers; ++i) {
    __m256i constant = _mm256_setzero_si256();
    __m256i linear = _mm256_setzero_si256();
    for (std::size_t n = 0; n < a.size(); ++n) {
      const __m256i factor = load(a[n], i);
      constant = _mm256_add_epi32(constant, _mm256_madd_epi16(factor, load(b[n].twisted, i)));
      linear = _mm256_add_epi32(linear, _mm256_madd_epi16(factor, load(b[n].swapped, i)));
    }
    store(out, i, reduce(constant, linear));
  }
}

}  // namespace keyway::crypto::mlkem::avx2

#endif
