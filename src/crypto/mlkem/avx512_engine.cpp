#include "crypto/mlkem/avx512.hpp"
#include "crypto/mlkem/engine.hpp"

namespace keyway::crypto::mlkem {

#ifdef KEYWAY_MLKEM_X86
namespace {

/// Hashing is most of the work, and there it pays; the rest is AVX2's.
Engine make_engine(const Engine& avx2) noexcept {
  Engine engine = avx2;
  engine.name = "AVX-512";
  engine.run = avx512::run;
  return engine;
}

}  // namespace

const Engine* avx512_engine() noexcept {
  const Engine* avx2 = avx2_engine();
  const bool has_all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                       __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  if (avx2 == nullptr || !has_all) return nullptr;
  static const Engine engine = make_engine(*avx2);
  return &engine;
}

#else

const Engine* avx512_engine() noexcept {
  return nullptr;
}

#endif

}  // namespace keyway::crypto::mlkem
