#pragma once
/// \file
/// For the files that are written in AVX2: their functions alone are compiled for it, and run only where
/// avx2_engine() found that the processor has it.

#if defined(__x86_64__)
#define KEYWAY_MLKEM_X86 1

#include <immintrin.h>

#include <array>
#include <cstdint>

#include <keyway/bytes.hpp>

#include "crypto/mlkem/keccak.hpp"
#include "crypto/mlkem/memory.hpp"
#include "crypto/mlkem/polynomial.hpp"

#define KEYWAY_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define KEYWAY_AVX2_INLINE __attribute__((target("avx2,bmi,bmi2,popcnt"), always_inline)) inline

namespace keyway::crypto::mlkem::avx2 {

/// Coefficients in one register, and registers in one polynomial.
inline constexpr std::size_t width = 16;
inline constexpr std::size_t registers = degree / width;

// SAFETY: `at` is below `registers`, so that each access is within its polynomial, and aligned as that is.
KEYWAY_AVX2_INLINE __m256i load(const Poly& poly, std::size_t at) noexcept {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(poly.c.data() + width * at));
}
KEYWAY_AVX2_INLINE void store(Poly& poly, std::size_t at, __m256i value) noexcept {
  _mm256_store_si256(reinterpret_cast<__m256i*>(poly.c.data() + width * at), value);
}

/// 16 numbers of a table.
template <std::size_t Size>
KEYWAY_AVX2_INLINE __m256i load(const std::array<std::int16_t, Size>& table, std::size_t at) noexcept {
  // SAFETY: the tables are indexed by constants and by counters that end with them.
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table.data() + width * at));
}

/// 16 bytes from `at` on, which the caller has seen to be there.
KEYWAY_AVX2_INLINE __m128i load_bytes(ByteView bytes, std::size_t at) noexcept {
  // SAFETY: subspan() with a size keeps the place known; every caller's last access ends with its bytes.
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.subspan(at, 16).data()));
}
KEYWAY_AVX2_INLINE void store_bytes(ByteSpan bytes, std::size_t at, __m128i value) noexcept {
  // SAFETY: as for load_bytes().
  _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes.subspan(at, 16).data()), value);
}

/// As mlkem::canonical().
KEYWAY_AVX2_INLINE __m256i canonical(__m256i value) noexcept {
  const __m256i q = _mm256_set1_epi16(modulus);
  const __m256i quotient = _mm256_srai_epi16(_mm256_mulhi_epi16(value, _mm256_set1_epi16(20159)), 10);
  const __m256i below = _mm256_sub_epi16(_mm256_sub_epi16(value, _mm256_mullo_epi16(quotient, q)), q);
  return _mm256_add_epi16(below, _mm256_and_si256(_mm256_srai_epi16(below, 15), q));
}

void run(std::span<const SpongeJob> jobs) noexcept;
/// With the scalar instructions of these processors: rotations without flags and and-not.
void permute_one(KeccakState& state) noexcept;

std::size_t sample_uniform(UniformBlock block, Poly& poly, std::size_t filled) noexcept;
void sample_noise2(ByteView bytes, Poly& poly) noexcept;

void ntt(Poly& poly) noexcept;
void inverse_ntt(Poly& poly) noexcept;
void prepare(const Poly& poly, Operand& operand) noexcept;
void inner_product(std::span<const Poly> a, std::span<const Operand> b, Poly& out) noexcept;

void encode(const Poly& poly, ByteSpan out) noexcept;
bool decode(ByteView bytes, Poly& poly) noexcept;
void compress1(const Poly& poly, ByteSpan out) noexcept;
void decompress1(ByteView bytes, Poly& poly) noexcept;
void compress4(const Poly& poly, ByteSpan out) noexcept;
void decompress4(ByteView bytes, Poly& poly) noexcept;
void compress5(const Poly& poly, ByteSpan out) noexcept;
void compress10(const Poly& poly, ByteSpan out) noexcept;
void decompress10(ByteView bytes, Poly& poly) noexcept;
void compress11(const Poly& poly, ByteSpan out) noexcept;

}  // namespace keyway::crypto::mlkem::avx2

#endif
