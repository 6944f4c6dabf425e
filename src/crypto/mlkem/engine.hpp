#pragma once
/// \file
/// What ML-KEM is computed with: one set of functions for any processor, and sets for the vector instructions that a
/// processor may have. All give the same results, bit by bit in what leaves ML-KEM.

#include <span>
#include <string_view>

#include <keyway/bytes.hpp>

#include "crypto/mlkem/keccak.hpp"
#include "crypto/mlkem/polynomial.hpp"

namespace keyway::crypto::mlkem {

/// Compress and ByteEncode with one number of bits, and their reverse (FIPS 203 4.2.1).
struct Codec {
  /// Takes any coefficients; fills `out`, which is 32 bytes a bit.
  void (*compress)(const Poly& poly, ByteSpan out) noexcept;
  /// Leaves coefficients from 0 to q.
  void (*decompress)(ByteView bytes, Poly& poly) noexcept;
};

/// Nothing here branches on, or indexes with, a coefficient or a byte, but `sample_uniform` behind SpongeJob::uniform.
struct Engine {
  std::string_view name;

  /// Does the jobs. None reads what another writes.
  void (*run)(std::span<const SpongeJob> jobs) noexcept;

  /// FIPS 203, algorithm 8. `bytes`: 64 eta.
  void (*sample_noise2)(ByteView bytes, Poly& poly) noexcept;
  void (*sample_noise3)(ByteView bytes, Poly& poly) noexcept;

  /// FIPS 203, algorithm 9. Takes coefficients of at most q in size, leaves some below 8 q.
  void (*ntt)(Poly& poly) noexcept;
  /// FIPS 203, algorithm 10. Takes and leaves coefficients below q in size.
  void (*inverse_ntt)(Poly& poly) noexcept;
  /// Takes any coefficients.
  void (*prepare)(const Poly& poly, Operand& operand) noexcept;
  /// The sum of at most four products in the NTT domain (FIPS 203, algorithm 11). Takes coefficients of `a` below q in
  /// size, leaves such.
  void (*inner_product)(std::span<const Poly> a, std::span<const Operand> b, Poly& out) noexcept;

  /// ByteEncode12: takes any coefficients, fills the 384 bytes of `out`.
  void (*encode)(const Poly& poly, ByteSpan out) noexcept;
  /// ByteDecode12: leaves coefficients from 0 to q - 1. False when one had to be reduced, which FIPS 203 7.2 forbids
  /// in an encapsulation key.
  bool (*decode)(ByteView bytes, Poly& poly) noexcept;

  Codec bits1, bits4, bits5, bits10, bits11;
};

[[nodiscard]] const Engine& portable_engine() noexcept;
/// Null where the processor, or the compiler's target, has no AVX2.
[[nodiscard]] const Engine* avx2_engine() noexcept;
/// Null without AVX-512 with VBMI2 (Ice Lake, Zen 4 and later).
[[nodiscard]] const Engine* avx512_engine() noexcept;

/// The fastest of them for this processor, looked up once.
[[nodiscard]] const Engine& best_engine() noexcept;

}  // namespace keyway::crypto::mlkem
