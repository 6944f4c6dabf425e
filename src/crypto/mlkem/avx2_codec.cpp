// Numbers of 1, 4, 10 and 12 bits, packed and unpacked 16 or more at a time.
#include "crypto/mlkem/avx2.hpp"

#ifdef KEYWAY_MLKEM_X86

#include "crypto/mlkem/portable.hpp"

namespace keyway::crypto::mlkem::avx2 {
namespace {

/// Compress (FIPS 203 4.2.1) of any coefficients: an estimate, at most 1 off, is put right by what it leaves. That is
/// below 3/2 q in size, so that 16 bits hold it although the terms of the difference wrap. q is odd: there are no ties.
template <int Bits>
KEYWAY_AVX2_INLINE __m256i compress(__m256i value) noexcept {
  constexpr auto scale = static_cast<std::int16_t>((32768LL * (1 << Bits) + modulus / 2) / modulus);
  const __m256i number = canonical(value);
  const __m256i estimate = _mm256_mulhrs_epi16(number, _mm256_set1_epi16(scale));
  const __m256i left =
      _mm256_sub_epi16(_mm256_slli_epi16(number, Bits), _mm256_mullo_epi16(estimate, _mm256_set1_epi16(modulus)));
  const __m256i is_low = _mm256_cmpgt_epi16(left, _mm256_set1_epi16(modulus / 2));
  const __m256i is_high = _mm256_cmpgt_epi16(_mm256_set1_epi16(-(modulus / 2)), left);
  const __m256i right = _mm256_add_epi16(_mm256_sub_epi16(estimate, is_low), is_high);
  return _mm256_and_si256(right, _mm256_set1_epi16((1 << Bits) - 1));
}

/// Decompress (FIPS 203 4.2.1) of numbers that are shifted left to fill 15 bits.
KEYWAY_AVX2_INLINE __m256i decompress(__m256i shifted) noexcept {
  return _mm256_mulhrs_epi16(shifted, _mm256_set1_epi16(modulus));
}

/// Bytes from `at` on into the lower half, and from `at` + `step` on into the upper.
KEYWAY_AVX2_INLINE __m256i load_halves(ByteView bytes, std::size_t at, std::size_t step) noexcept {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_bytes(bytes, at)), load_bytes(bytes, at + step), 1);
}

/// In a shuffle: a zero.
constexpr char none = -1;

template <int Bits>
KEYWAY_AVX2 void compress_and_pack(const Poly& poly, ByteSpan out) noexcept {
  Poly numbers;
  for (std::size_t i = 0; i < registers; ++i) store(numbers, i, compress<Bits>(load(poly, i)));
  Compressed values;
  for (std::size_t i = 0; i < degree; ++i) values[i] = static_cast<std::uint16_t>(numbers.c[i]);
  pack<Bits>(values, out);
}

}  // namespace

// ------------------------------------------------------------------------------------------------ 12 bits

KEYWAY_AVX2 void encode(const Poly& poly, ByteSpan out) noexcept {
  const __m256i three_of_four = _mm256_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, none, none, none, none,  //
                                                 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, none, none, none, none);
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  for (std::size_t i = 0; i < registers; ++i) {
    // A pair of numbers as one of 24 bits.
    const __m256i pairs = _mm256_madd_epi16(canonical(load(poly, i)), _mm256_set1_epi32(4096 << 16 | 1));
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(pairs, three_of_four), join);
    const ByteSpan block = out.subspan(24 * i, 24);
    store_bytes(block, 0, _mm256_castsi256_si128(bytes));
    store_word(static_cast<std::uint64_t>(_mm256_extract_epi64(bytes, 2)), block.last<8>());
  }
}

KEYWAY_AVX2 bool decode(ByteView bytes, Poly& poly) noexcept {
  // 24 bytes: the first 12 from the beginning of the lower half, the others from the end of the upper.
  const __m256i spread = _mm256_setr_epi8(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11,  //
                                          4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11, 12, 13, 14, 14, 15);
  const __m256i q = _mm256_set1_epi16(modulus);
  __m256i all_below = _mm256_set1_epi16(-1);  // negative where all numbers are below q
  for (std::size_t i = 0; i < registers; ++i) {
    const __m256i words = _mm256_shuffle_epi8(load_halves(bytes.subspan(24 * i, 24), 0, 8), spread);
    const __m256i numbers =
        _mm256_blend_epi16(_mm256_and_si256(words, _mm256_set1_epi16(0x0fff)), _mm256_srli_epi16(words, 4), 0xaa);
    const __m256i below = _mm256_sub_epi16(numbers, q);
    all_below = _mm256_and_si256(all_below, below);
    store(poly, i, _mm256_add_epi16(below, _mm256_and_si256(_mm256_srai_epi16(below, 15), q)));
  }
  return _mm256_movemask_epi8(_mm256_srai_epi16(all_below, 15)) == -1;
}

// ------------------------------------------------------------------------------------------------ 10 bits

KEYWAY_AVX2 void compress10(const Poly& poly, ByteSpan out) noexcept {
  const __m256i five_of_eight =
      _mm256_setr_epi8(0, 1, 2, 3, 4, 8, 9, 10, 11, 12, none, none, none, none, none, none,  //
                       0, 1, 2, 3, 4, 8, 9, 10, 11, 12, none, none, none, none, none, none);
  for (std::size_t i = 0; i < registers; ++i) {
    const __m256i pairs = _mm256_madd_epi16(compress<10>(load(poly, i)), _mm256_set1_epi32(1024 << 16 | 1));
    // The lower pair moves up against the upper, then both down.
    const __m256i joined = _mm256_srli_epi64(_mm256_sllv_epi32(pairs, _mm256_set1_epi64x(12)), 12);
    const __m256i bytes = _mm256_shuffle_epi8(joined, five_of_eight);
    const ByteSpan block = out.subspan(20 * i, 20);
    const __m128i upper = _mm256_extracti128_si256(bytes, 1);
    store_bytes(block, 0, _mm256_castsi256_si128(bytes));
    store_word(static_cast<std::uint64_t>(_mm_cvtsi128_si64(upper)), block.subspan<10, 8>());
    block[18] = static_cast<std::uint8_t>(_mm_extract_epi8(upper, 8));
    block[19] = static_cast<std::uint8_t>(_mm_extract_epi8(upper, 9));
  }
}

KEYWAY_AVX2 void decompress10(ByteView bytes, Poly& poly) noexcept {
  const __m256i spread = _mm256_setr_epi8(0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9,  //
                                          6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 12, 13, 13, 14, 14, 15);
  // Each number moves to the top of its 16 bits, what is above it out.
  const __m256i to_top = _mm256_set1_epi64x(1LL << 48 | 4LL << 32 | 16LL << 16 | 64);
  for (std::size_t i = 0; i < registers; ++i) {
    const __m256i words = _mm256_shuffle_epi8(load_halves(bytes.subspan(20 * i, 20), 0, 4), spread);
    const __m256i shifted = _mm256_srli_epi16(_mm256_mullo_epi16(words, to_top), 1);
    store(poly, i, decompress(_mm256_and_si256(shifted, _mm256_set1_epi16(0x7fe0))));
  }
}

// ------------------------------------------------------------------------------------------------ 4 bits

KEYWAY_AVX2 void compress4(const Poly& poly, ByteSpan out) noexcept {
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i join = _mm256_set1_epi16(16 << 8 | 1);
  for (std::size_t i = 0; i < registers / 4; ++i) {
    const __m256i first = _mm256_packus_epi16(compress<4>(load(poly, 4 * i)), compress<4>(load(poly, 4 * i + 1)));
    const __m256i second = _mm256_packus_epi16(compress<4>(load(poly, 4 * i + 2)), compress<4>(load(poly, 4 * i + 3)));
    const __m256i mixed = _mm256_packus_epi16(_mm256_maddubs_epi16(first, join), _mm256_maddubs_epi16(second, join));
    const __m256i bytes = _mm256_permutevar8x32_epi32(mixed, order);
    store_bytes(out, 32 * i, _mm256_castsi256_si128(bytes));
    store_bytes(out, 32 * i + 16, _mm256_extracti128_si256(bytes, 1));
  }
}

KEYWAY_AVX2 void decompress4(ByteView bytes, Poly& poly) noexcept {
  const __m256i twice = _mm256_setr_epi8(0, none, 0, none, 1, none, 1, none, 2, none, 2, none, 3, none, 3, none,  //
                                         4, none, 4, none, 5, none, 5, none, 6, none, 6, none, 7, none, 7, none);
  const __m256i nibble = _mm256_set1_epi32(0x00f0 << 16 | 0x000f);
  const __m256i to_top = _mm256_set1_epi32(128 << 16 | 2048);
  for (std::size_t i = 0; i < registers; ++i) {
    const auto word = static_cast<long long>(load_word(bytes.subspan(8 * i).first<8>()));
    const __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi64x(word), twice);
    store(poly, i, decompress(_mm256_mullo_epi16(_mm256_and_si256(spread, nibble), to_top)));
  }
}

// ------------------------------------------------------------------------------------------------ 1 bit

KEYWAY_AVX2 void compress1(const Poly& poly, ByteSpan out) noexcept {
  for (std::size_t i = 0; i < registers / 2; ++i) {
    const __m256i mixed = _mm256_packs_epi16(compress<1>(load(poly, 2 * i)), compress<1>(load(poly, 2 * i + 1)));
    const __m256i bytes = _mm256_permute4x64_epi64(mixed, 0b11'01'10'00);
    const auto bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(bytes, 7)));
    for (std::size_t n = 0; n < 4; ++n) out[4 * i + n] = static_cast<std::uint8_t>(bits >> (8 * n));
  }
}

KEYWAY_AVX2 void decompress1(ByteView bytes, Poly& poly) noexcept {
  const __m256i bit = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, -32768);
  for (std::size_t i = 0; i < registers; ++i) {
    const auto word = static_cast<std::int16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8);
    const __m256i is_set = _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16(word), bit), bit);
    store(poly, i, _mm256_and_si256(is_set, _mm256_set1_epi16((modulus + 1) / 2)));
  }
}

// ------------------------------------------------------------------------------------------------ of ML-KEM-1024

void compress5(const Poly& poly, ByteSpan out) noexcept {
  compress_and_pack<5>(poly, out);
}
void compress11(const Poly& poly, ByteSpan out) noexcept {
  compress_and_pack<11>(poly, out);
}

}  // namespace keyway::crypto::mlkem::avx2

#endif
