#include "crypto/mlkem/portable.hpp"

namespace keyway::crypto::mlkem {
namespace {

/// FIPS 203 4.2.1 by its definition, with the division that secrets must not meet.
consteval std::uint16_t compress_by_definition(std::int32_t value, unsigned bits) {
  return static_cast<std::uint16_t>((((value << bits) + modulus / 2) / modulus) % (1 << bits));
}

template <unsigned Bits>
consteval bool compression_is_exact() {
  for (std::int16_t value = 0; value < modulus; ++value) {
    if (compress_canonical<Bits>(value) != compress_by_definition(value, Bits)) return false;
  }
  return true;
}
static_assert(compression_is_exact<1>() && compression_is_exact<4>() && compression_is_exact<5>() &&
              compression_is_exact<10>() && compression_is_exact<11>());

consteval bool canonical_is_exact() {
  for (std::int32_t value = -32768; value < 32768; ++value) {
    if (canonical(static_cast<std::int16_t>(value)) != (value % modulus + modulus) % modulus) return false;
  }
  return true;
}
static_assert(canonical_is_exact());

}  // namespace

template <unsigned Bits>
void pack(const Compressed& values, ByteSpan out) noexcept {
  std::size_t at = 0;
  std::uint32_t pending = 0;
  unsigned held = 0;
  for (const std::uint16_t value : values) {
    pending |= std::uint32_t{value} << held;
    for (held += Bits; held >= 8; held -= 8) {
      out[at++] = static_cast<std::uint8_t>(pending);
      pending >>= 8;
    }
  }
}

template <unsigned Bits>
void unpack(ByteView bytes, Compressed& values) noexcept {
  std::size_t at = 0;
  std::uint32_t pending = 0;
  unsigned held = 0;
  for (std::uint16_t& value : values) {
    for (; held < Bits; held += 8) pending |= std::uint32_t{bytes[at++]} << held;
    value = static_cast<std::uint16_t>(pending & ((1U << Bits) - 1));
    pending >>= Bits;
    held -= Bits;
  }
}

template <unsigned Bits>
void compress_portable(const Poly& poly, ByteSpan out) noexcept {
  Compressed values;
  for (std::size_t i = 0; i < degree; ++i) values[i] = compress_canonical<Bits>(canonical(poly.c[i]));
  pack<Bits>(values, out);
}

template <unsigned Bits>
void decompress_portable(ByteView bytes, Poly& poly) noexcept {
  Compressed values;
  unpack<Bits>(bytes, values);
  for (std::size_t i = 0; i < degree; ++i) {
    poly.c[i] = static_cast<std::int16_t>((opaque(values[i]) * modulus + (1U << (Bits - 1))) >> Bits);
  }
}

void encode_portable(const Poly& poly, ByteSpan out) noexcept {
  Compressed values;
  for (std::size_t i = 0; i < degree; ++i) values[i] = static_cast<std::uint16_t>(canonical(poly.c[i]));
  pack<12>(values, out);
}

bool decode_portable(ByteView bytes, Poly& poly) noexcept {
  Compressed values;
  unpack<12>(bytes, values);
  std::int32_t all_below = -1;  // negative while every number is below q
  for (std::size_t i = 0; i < degree; ++i) {
    const std::int32_t below = values[i] - modulus;
    all_below &= below;
    poly.c[i] = static_cast<std::int16_t>(below + ((below >> 31) & modulus));
  }
  return all_below < 0;
}

template void pack<5>(const Compressed&, ByteSpan) noexcept;
template void pack<11>(const Compressed&, ByteSpan) noexcept;
template void compress_portable<1>(const Poly&, ByteSpan) noexcept;
template void compress_portable<4>(const Poly&, ByteSpan) noexcept;
template void compress_portable<5>(const Poly&, ByteSpan) noexcept;
template void compress_portable<10>(const Poly&, ByteSpan) noexcept;
template void compress_portable<11>(const Poly&, ByteSpan) noexcept;
template void decompress_portable<1>(ByteView, Poly&) noexcept;
template void decompress_portable<4>(ByteView, Poly&) noexcept;
template void decompress_portable<5>(ByteView, Poly&) noexcept;
template void decompress_portable<10>(ByteView, Poly&) noexcept;
template void decompress_portable<11>(ByteView, Poly&) noexcept;

}  // namespace keyway::crypto::mlkem
