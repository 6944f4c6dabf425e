#pragma once
/// \file
/// For the files that are written in AVX-512: as avx2.hpp.

#include "crypto/mlkem/avx2.hpp"

#ifdef KEYWAY_MLKEM_X86

// GCC 12 warns about its own headers, of registers whose contents are irrelevant (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define KEYWAY_AVX512_TARGET target("avx2,bmi,bmi2,popcnt,avx512f,avx512dq,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")
#define KEYWAY_AVX512 __attribute__((KEYWAY_AVX512_TARGET))
#define KEYWAY_AVX512_INLINE __attribute__((KEYWAY_AVX512_TARGET, always_inline)) inline

namespace keyway::crypto::mlkem::avx512 {

void run(std::span<const SpongeJob> jobs) noexcept;
std::size_t sample_uniform(UniformBlock block, Poly& poly, std::size_t filled) noexcept;

}  // namespace keyway::crypto::mlkem::avx512

#endif
