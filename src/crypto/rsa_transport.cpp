#include "crypto/rsa_transport.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace keyway::crypto {
namespace {

constexpr std::size_t min_padding = 8;

/// All ones where `difference` is zero, else all zeros.
std::uint8_t mask_if_zero(std::uint8_t difference) noexcept {
  const auto is_zero = static_cast<std::uint32_t>(difference) - 1U;  // the borrow is in the upper bytes
  auto mask = static_cast<std::uint8_t>(is_zero >> 8U);
  // Hides what the mask can be from the optimiser, which would else make a branch of it.
  asm volatile("" : "+r"(mask));
  return mask;
}

std::uint8_t select(std::uint8_t mask, std::uint8_t if_ones, std::uint8_t if_zeros) noexcept {
  return static_cast<std::uint8_t>((mask & if_ones) | (static_cast<std::uint8_t>(~mask) & if_zeros));
}

}  // namespace

Result<void> pad_pkcs1(const Random& random, ByteView message, ByteSpan encoded) {
  if (encoded.size() < message.size() + pkcs1_overhead) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("PKCS#1 v1.5")
                               .expected("a modulus of " + std::to_string(message.size() + pkcs1_overhead) + " bytes")
                               .received(std::to_string(encoded.size())));
  }
  const std::size_t padding_size = encoded.size() - message.size() - 3;
  const ByteSpan padding = encoded.subspan(2, padding_size);
  if (auto filled = random.fill(padding); !filled) return filled;
  // No byte of the padding may be zero. One in 256 is drawn anew, and again if need be.
  for (std::uint8_t& byte : padding) {
    for (int tries = 0; byte == 0; ++tries) {
      constexpr int max_tries = 64;  // a source that says nothing but zeros is broken
      if (tries == max_tries) return std::unexpected(fail(ErrorCode::RandomFailed).at("PKCS#1 v1.5"));
      if (auto filled = random.fill(ByteSpan(&byte, 1)); !filled) return filled;
    }
  }
  encoded[0] = 0;
  encoded[1] = 2;
  encoded[2 + padding_size] = 0;
  std::ranges::copy(message, encoded.last(message.size()).begin());
  return {};
}

void unpad_pkcs1(ByteView encoded, ByteSpan out) noexcept {
  if (encoded.size() < out.size() + 3 + min_padding) return;  // the sizes are public
  // With the length known, so is where the zero in front of the message stands: nothing is searched for.
  const std::size_t separator = encoded.size() - out.size() - 1;
  auto faults = static_cast<std::uint8_t>(encoded[0] | (encoded[1] ^ 2U) | encoded[separator]);
  for (const std::uint8_t byte : encoded.subspan(2, separator - 2)) {
    faults = static_cast<std::uint8_t>(faults | mask_if_zero(byte));
  }
  const std::uint8_t is_good = mask_if_zero(faults);
  const ByteView message = encoded.last(out.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = select(is_good, message[i], out[i]);
}

void replace_unless_begins_with(ByteView prefix, ByteSpan kept, ByteView other) noexcept {
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (kept[i] ^ prefix[i]));
  }
  const std::uint8_t stays = mask_if_zero(difference);
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = select(stays, kept[i], other[i]);
}

}  // namespace keyway::crypto
