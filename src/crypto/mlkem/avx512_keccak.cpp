#include "crypto/mlkem/avx512.hpp"

#ifdef KEYWAY_MLKEM_X86

#include "crypto/mlkem/keccak_lanes.hpp"

namespace keyway::crypto::mlkem::avx512 {
namespace {

constexpr std::size_t lanes = 8;

/// Truth tables of three inputs.
constexpr int sum_of_three = 0x96;  // a ^ b ^ c
constexpr int chi_of_three = 0xd2;  // a ^ (~b & c)

KEYWAY_AVX512_INLINE __m512i sum(__m512i a, __m512i b, __m512i c) noexcept {
  return _mm512_ternarylogic_epi64(a, b, c, sum_of_three);
}

/// Theta, rho and pi for the lane that goes to (X, Y). `c`: the columns' sums; `r`: the same, rotated by one.
template <std::size_t X, std::size_t Y>
KEYWAY_AVX512_INLINE __m512i moved(const __m512i (&a)[25], const __m512i (&c)[5], const __m512i (&r)[5]) noexcept {
  constexpr std::size_t from = lane_before_pi(X, Y);
  return _mm512_rol_epi64(sum(a[from], c[(from + 4) % 5], r[(from + 1) % 5]), rotations[from]);
}

template <std::size_t Y>
KEYWAY_AVX512_INLINE void make_plane(const __m512i (&a)[25], const __m512i (&c)[5], const __m512i (&r)[5],
                                     __m512i (&out)[25]) noexcept {
  const __m512i b[5] = {moved<0, Y>(a, c, r), moved<1, Y>(a, c, r), moved<2, Y>(a, c, r), moved<3, Y>(a, c, r),
                        moved<4, Y>(a, c, r)};
#pragma GCC unroll 5
  for (std::size_t x = 0; x < 5; ++x) {
    out[x + 5 * Y] = _mm512_ternarylogic_epi64(b[x], b[(x + 1) % 5], b[(x + 2) % 5], chi_of_three);
  }
}

KEYWAY_AVX512_INLINE void round(const __m512i (&a)[25], std::uint64_t constant, __m512i (&out)[25]) noexcept {
  __m512i c[5];
  __m512i r[5];
#pragma GCC unroll 5
  for (std::size_t x = 0; x < 5; ++x) {
    c[x] = sum(sum(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
    r[x] = _mm512_rol_epi64(c[x], 1);
  }
  make_plane<0>(a, c, r, out);
  make_plane<1>(a, c, r, out);
  make_plane<2>(a, c, r, out);
  make_plane<3>(a, c, r, out);
  make_plane<4>(a, c, r, out);
  out[0] = _mm512_xor_si512(out[0], _mm512_set1_epi64(static_cast<long long>(constant)));
}

KEYWAY_AVX512 void permute_all(KeccakLanes<lanes>& states) noexcept {
  __m512i a[25];
  __m512i b[25];
  // SAFETY: a word of all states is one register's, and aligned as KeccakLanes is.
#pragma GCC unroll 25
  for (std::size_t w = 0; w < 25; ++w) a[w] = _mm512_load_si512(&states.words[w]);
  for (std::size_t n = 0; n < round_constants.size(); n += 2) {
    round(a, round_constants[n], b);
    round(b, round_constants[n + 1], a);
  }
#pragma GCC unroll 25
  for (std::size_t w = 0; w < 25; ++w) _mm512_store_si512(&states.words[w], a[w]);
}

}  // namespace

void run(std::span<const SpongeJob> jobs) noexcept {
  LaneMachine<lanes>({permute_all, avx2::permute_one, sample_uniform}).run(jobs);
}

}  // namespace keyway::crypto::mlkem::avx512

#endif
