#include "crypto/mlkem/avx2.hpp"

#ifdef KEYWAY_MLKEM_X86

#include "crypto/mlkem/keccak_lanes.hpp"
#include "crypto/mlkem/keccak_scalar.hpp"

namespace keyway::crypto::mlkem::avx2 {
namespace {

constexpr std::size_t lanes = 4;

template <int Bits>
KEYWAY_AVX2_INLINE __m256i rotate(__m256i value) noexcept {
  if constexpr (Bits == 0) return value;
  return _mm256_or_si256(_mm256_slli_epi64(value, Bits), _mm256_srli_epi64(value, 64 - Bits));
}

template <std::size_t X, std::size_t Y>
KEYWAY_AVX2_INLINE __m256i moved(const __m256i (&a)[25], const __m256i (&d)[5]) noexcept {
  constexpr std::size_t from = lane_before_pi(X, Y);
  return rotate<rotations[from]>(_mm256_xor_si256(a[from], d[from % 5]));
}

KEYWAY_AVX2_INLINE __m256i chi(__m256i a, __m256i b, __m256i c) noexcept {
  return _mm256_xor_si256(a, _mm256_andnot_si256(b, c));
}

template <std::size_t Y>
KEYWAY_AVX2_INLINE void make_plane(const __m256i (&a)[25], const __m256i (&d)[5], __m256i (&out)[25]) noexcept {
  const __m256i b[5] = {moved<0, Y>(a, d), moved<1, Y>(a, d), moved<2, Y>(a, d), moved<3, Y>(a, d), moved<4, Y>(a, d)};
#pragma GCC unroll 5
  for (std::size_t x = 0; x < 5; ++x) out[x + 5 * Y] = chi(b[x], b[(x + 1) % 5], b[(x + 2) % 5]);
}

KEYWAY_AVX2_INLINE void round(const __m256i (&a)[25], std::uint64_t constant, __m256i (&out)[25]) noexcept {
  __m256i c[5];
  __m256i d[5];
#pragma GCC unroll 5
  for (std::size_t x = 0; x < 5; ++x) {
    c[x] = _mm256_xor_si256(_mm256_xor_si256(_mm256_xor_si256(a[x], a[x + 5]), _mm256_xor_si256(a[x + 10], a[x + 15])),
                            a[x + 20]);
  }
#pragma GCC unroll 5
  for (std::size_t x = 0; x < 5; ++x) d[x] = _mm256_xor_si256(c[(x + 4) % 5], rotate<1>(c[(x + 1) % 5]));
  make_plane<0>(a, d, out);
  make_plane<1>(a, d, out);
  make_plane<2>(a, d, out);
  make_plane<3>(a, d, out);
  make_plane<4>(a, d, out);
  out[0] = _mm256_xor_si256(out[0], _mm256_set1_epi64x(static_cast<long long>(constant)));
}

KEYWAY_AVX2 void permute_all(KeccakLanes<lanes>& states) noexcept {
  __m256i a[25];
  __m256i b[25];
  // SAFETY: a word of all states is one register's, and aligned as KeccakLanes is.
#pragma GCC unroll 25
  for (std::size_t w = 0; w < 25; ++w) a[w] = _mm256_load_si256(reinterpret_cast<const __m256i*>(&states.words[w]));
  for (std::size_t n = 0; n < round_constants.size(); n += 2) {
    round(a, round_constants[n], b);
    round(b, round_constants[n + 1], a);
  }
#pragma GCC unroll 25
  for (std::size_t w = 0; w < 25; ++w) _mm256_store_si256(reinterpret_cast<__m256i*>(&states.words[w]), a[w]);
}

}  // namespace

KEYWAY_AVX2 void permute_one(KeccakState& state) noexcept {
  permute_scalar(state);
}

void run(std::span<const SpongeJob> jobs) noexcept {
  LaneMachine<lanes>({permute_all, permute_one, sample_uniform}).run(jobs);
}

}  // namespace keyway::crypto::mlkem::avx2

#endif
