#include "crypto/mlkem/avx2.hpp"
#include "crypto/mlkem/engine.hpp"
#include "crypto/mlkem/portable.hpp"

namespace keyway::crypto::mlkem {

#ifdef KEYWAY_MLKEM_X86
namespace {

constinit const Engine engine{
    .name = "AVX2",
    .run = avx2::run,
    .sample_noise2 = avx2::sample_noise2,
    .sample_noise3 = sample_noise3_portable,
    .ntt = avx2::ntt,
    .inverse_ntt = avx2::inverse_ntt,
    .prepare = avx2::prepare,
    .inner_product = avx2::inner_product,
    .encode = avx2::encode,
    .decode = avx2::decode,
    .bits1 = {avx2::compress1, avx2::decompress1},
    .bits4 = {avx2::compress4, avx2::decompress4},
    .bits5 = {avx2::compress5, decompress_portable<5>},
    .bits10 = {avx2::compress10, avx2::decompress10},
    .bits11 = {avx2::compress11, decompress_portable<11>},
};

}  // namespace

const Engine* avx2_engine() noexcept {
  const bool has_all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                       __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  return has_all ? &engine : nullptr;
}

#else

const Engine* avx2_engine() noexcept {
  return nullptr;
}

#endif

}  // namespace keyway::crypto::mlkem
