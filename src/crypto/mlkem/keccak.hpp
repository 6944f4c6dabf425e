#pragma once
/// \file
/// Keccak (FIPS 202) as ML-KEM uses it: whole messages, known in advance, many at once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <keyway/bytes.hpp>

#include "crypto/mlkem/polynomial.hpp"

namespace keyway::crypto::mlkem {

inline constexpr std::size_t shake128_rate = 168;
inline constexpr std::size_t sha3_256_rate = 136;  // and SHAKE256's
inline constexpr std::size_t sha3_512_rate = 72;

/// One output of SHAKE128, the bytes that SampleNTT reads at a time.
using UniformBlock = std::span<const std::uint8_t, shake128_rate>;

/// Lane x + 5y of FIPS 202 at [x + 5y].
using KeccakState = std::array<std::uint64_t, 25>;

/// Keccak-f[1600]. For any processor.
void permute_portable(KeccakState& state) noexcept;

/// One message to hash: `first`, `second`, then `suffix`. What comes out fills `out`, or is sampled into `uniform`.
struct SpongeJob {
  std::size_t rate;
  std::uint8_t domain;  ///< the bits after the message and the first bit of the padding
  ByteView first;
  ByteView second{};
  std::array<std::uint8_t, 2> suffix{};
  std::size_t suffix_size = 0;
  ByteSpan out{};
  /// SampleNTT (FIPS 203, algorithm 7). Its running time tells about the message, which is public then.
  Poly* uniform = nullptr;

  [[nodiscard]] std::size_t message_size() const noexcept { return first.size() + second.size() + suffix_size; }
};

/// FIPS 203 4.1: the functions H, G and J (and PRF) of its messages, each with `out` of the size it is to have.
[[nodiscard]] inline SpongeJob sha3_256(ByteView message, ByteSpan out) noexcept {
  return {.rate = sha3_256_rate, .domain = 0x06, .first = message, .out = out};
}
[[nodiscard]] inline SpongeJob sha3_512(ByteView first, ByteView second, ByteSpan out) noexcept {
  return {.rate = sha3_512_rate, .domain = 0x06, .first = first, .second = second, .out = out};
}
[[nodiscard]] inline SpongeJob shake256(ByteView first, ByteView second, ByteSpan out) noexcept {
  return {.rate = sha3_256_rate, .domain = 0x1f, .first = first, .second = second, .out = out};
}

// ------------------------------------------------------------------------------------------------ the permutation

/// FIPS 202 3.2.5.
inline constexpr std::array<std::uint64_t, 24> round_constants{
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// FIPS 202 3.2.2: how far each lane is rotated by rho.
inline constexpr std::array<int, 25> rotations{0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                               25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

/// FIPS 202 3.2.3: the lane that pi puts at (x, y).
constexpr std::size_t lane_before_pi(std::size_t x, std::size_t y) noexcept {
  return (x + 3 * y) % 5 + 5 * x;
}

}  // namespace keyway::crypto::mlkem
