#pragma once
/// \file
/// ML-KEM for any processor. The vector engines borrow what is not worth their while.

#include <array>
#include <cstdint>
#include <span>

#include <keyway/bytes.hpp>

#include "crypto/mlkem/keccak.hpp"
#include "crypto/mlkem/polynomial.hpp"

namespace keyway::crypto::mlkem {

/// Hides a value from the optimiser, which could otherwise see that it is 0 or 1 and make a branch of it.
[[nodiscard]] inline std::uint32_t opaque(std::uint32_t value) noexcept {
  asm volatile("" : "+r"(value));
  return value;
}

/// The representative from 0 to q - 1 of any `value`: Barrett's multiply and shift, no division.
[[nodiscard]] constexpr std::int16_t canonical(std::int16_t value) noexcept {
  const std::int32_t quotient = (value * 20159) >> 26;  // 20159 = ceil(2^26 / q)
  const std::int32_t below = value - quotient * modulus - modulus;
  return static_cast<std::int16_t>(below + ((below >> 31) & modulus));
}

/// Compress of FIPS 203 4.2.1, of a `value` from 0 to q - 1.
template <unsigned Bits>
[[nodiscard]] constexpr std::uint16_t compress_canonical(std::int16_t value) noexcept {
  // 20642679 = ceil(2^36 / q)
  const std::uint64_t scaled = (static_cast<std::uint64_t>(value) << Bits) + modulus / 2;
  return static_cast<std::uint16_t>((scaled * 20642679) >> 36 & ((1U << Bits) - 1));
}

using Compressed = std::array<std::uint16_t, degree>;

/// ByteEncode (FIPS 203, algorithm 5) of numbers below 2^Bits, and the reverse.
template <unsigned Bits>
void pack(const Compressed& values, ByteSpan out) noexcept;
template <unsigned Bits>
void unpack(ByteView bytes, Compressed& values) noexcept;

template <unsigned Bits>
void compress_portable(const Poly& poly, ByteSpan out) noexcept;
template <unsigned Bits>
void decompress_portable(ByteView bytes, Poly& poly) noexcept;

void encode_portable(const Poly& poly, ByteSpan out) noexcept;
bool decode_portable(ByteView bytes, Poly& poly) noexcept;

void sample_noise2_portable(ByteView bytes, Poly& poly) noexcept;
void sample_noise3_portable(ByteView bytes, Poly& poly) noexcept;
std::size_t sample_uniform_portable(UniformBlock block, Poly& poly, std::size_t filled) noexcept;

}  // namespace keyway::crypto::mlkem
