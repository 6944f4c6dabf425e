#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace keyway {
namespace {

// Private keys pass through hexadecimal and base64, so digits are computed, not looked up: neither a branch nor an
// index depends on them. `mask(condition)` style: (a - b) >> 8 is all ones where a < b, for small a and b.

constexpr int all_ones_if_less(int a, int b) noexcept {
  return (a - b) >> 8;
}
constexpr int all_ones_if_in(int c, int first, int last) noexcept {
  return ~all_ones_if_less(c, first) & ~all_ones_if_less(last, c);
}

constexpr char hex_digit(int value) noexcept {
  return static_cast<char>('0' + value + (all_ones_if_less(9, value) & ('a' - '0' - 10)));
}

/// 0 to 15, or -1.
constexpr int hex_value(char digit) noexcept {
  const int c = static_cast<unsigned char>(digit);
  int value = 0;
  value += all_ones_if_in(c, '0', '9') & (c - '0' + 1);
  value += all_ones_if_in(c, 'a', 'f') & (c - 'a' + 11);
  value += all_ones_if_in(c, 'A', 'F') & (c - 'A' + 11);
  return value - 1;
}

constexpr char base64_digit(std::uint32_t bits) noexcept {
  const int value = static_cast<int>(bits & 0x3fU);
  int c = 'A' + value;
  c += all_ones_if_less(25, value) & ('a' - 'Z' - 1);
  c += all_ones_if_less(51, value) & ('0' - 'z' - 1);
  c += all_ones_if_less(61, value) & ('+' - '9' - 1);
  c += all_ones_if_less(62, value) & ('/' - '+' - 1);
  return static_cast<char>(c);
}

/// 0 to 63, or -1.
constexpr int base64_value(char digit) noexcept {
  const int c = static_cast<unsigned char>(digit);
  int value = 0;
  value += all_ones_if_in(c, 'A', 'Z') & (c - 'A' + 1);
  value += all_ones_if_in(c, 'a', 'z') & (c - 'a' + 27);
  value += all_ones_if_in(c, '0', '9') & (c - '0' + 53);
  value += all_ones_if_in(c, '+', '+') & 63;
  value += all_ones_if_in(c, '/', '/') & 64;
  return value - 1;
}

constexpr bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::unexpected<Error> bad_base64(std::string_view expected) {
  return std::unexpected(fail(ErrorCode::InvalidBase64).expected(expected));
}

constexpr std::size_t block_digits = 16;

/// Reads a block of digits to its 12 bytes; false where one of them is none. All of them at once, as compilers can.
bool read_block(std::string_view text, std::span<std::uint8_t, block_digits / 4 * 3> out) noexcept {
  std::array<int, block_digits> values{};
  int all = 0;
  for (std::size_t i = 0; i < block_digits; ++i) values[i] = base64_value(text[i]);
  for (std::size_t i = 0; i < block_digits; ++i) all |= values[i];
  for (std::size_t i = 0; i < block_digits / 4; ++i) {
    const int bits = (values[4 * i] << 18) | (values[4 * i + 1] << 12) | (values[4 * i + 2] << 6) | values[4 * i + 3];
    out[3 * i] = static_cast<std::uint8_t>(bits >> 16);
    out[3 * i + 1] = static_cast<std::uint8_t>(bits >> 8);
    out[3 * i + 2] = static_cast<std::uint8_t>(bits);
  }
  return all >= 0;
}

/// The bytes of one group of `digits` digits (2 to 4), the first digit in the topmost of 24 bits.
/// False when bits that stand for nothing are set.
bool append_group(Bytes& out, std::uint32_t bits, std::size_t digits) {
  const std::size_t bytes = digits - 1;
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(bits >> (16U - 8U * i)));
  return (bits & (0xffffffU >> (8U * bytes))) == 0;
}

}  // namespace

std::string to_hex(ByteView data, std::string_view separator) {
  std::string text;
  text.reserve(data.size() * (2 + separator.size()));
  for (const std::uint8_t byte : data) {
    if (!text.empty()) text += separator;
    text += hex_digit(byte >> 4U);
    text += hex_digit(byte & 0xf);
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::unexpected(fail(ErrorCode::InvalidHex).expected("two digits for each byte"));
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int value = hex_value(text[i]) * 16 + hex_value(text[i + 1]);
    if (hex_value(text[i]) < 0 || hex_value(text[i + 1]) < 0) {
      return std::unexpected(fail(ErrorCode::InvalidHex)
                                 .at("character " + std::to_string(i + 1))
                                 .expected("digits 0 to 9 and a to f")
                                 .received("\"" + printable(text.substr(i, 2)) + "\""));
    }
    bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return bytes;
}

std::string to_base64(ByteView data) {
  std::string text;
  text.reserve((data.size() + 2) / 3 * 4);
  for (; data.size() >= 3; data = data.subspan(3)) {
    const std::uint32_t bits = (std::uint32_t{data[0]} << 16U) | (std::uint32_t{data[1]} << 8U) | data[2];
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += base64_digit(bits >> shift);
  }
  if (data.size() == 1) {
    text += base64_digit(data[0] >> 2U);
    text += base64_digit(std::uint32_t{data[0]} << 4U);
    text += "==";
  } else if (data.size() == 2) {
    const std::uint32_t bits = (std::uint32_t{data[0]} << 8U) | data[1];
    text += base64_digit(bits >> 10U);
    text += base64_digit(bits >> 4U);
    text += base64_digit(bits << 2U);
    text += '=';
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::size_t padding = 0;
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Whole blocks, of which nearly everything is.
    for (; digits == 0 && padding == 0 && text.size() - i >= block_digits; i += block_digits) {
      std::array<std::uint8_t, block_digits / 4 * 3> block{};
      if (!read_block(text.substr(i, block_digits), block)) break;
      bytes.insert(bytes.end(), block.begin(), block.end());
    }
    if (i == text.size()) break;
    const char c = text[i];
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = base64_value(c);
    if (value < 0) return bad_base64("letters, digits, + and /");
    if (padding > 0) return bad_base64("nothing after the padding");
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    if (++digits < 4) continue;
    append_group(bytes, bits & 0xffffffU, 4);
    bits = 0;
    digits = 0;
  }
  const bool whole = digits == 0 ? padding == 0 : digits > 1 && digits + padding == 4;
  if (!whole) return bad_base64("groups of four characters, the last one padded with =");
  if (digits > 0 && !append_group(bytes, bits << (6U * (4U - digits)), digits)) {
    return bad_base64("zero bits before the padding");
  }
  return bytes;
}

bool is_dot_atom(std::string_view text) noexcept {
  constexpr std::string_view special = "!#$%&'*+-/=?^_`{|}~.";
  const auto is_allowed = [special](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           special.find(c) != std::string_view::npos;
  };
  return !text.empty() && !text.starts_with('.') && !text.ends_with('.') && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, is_allowed);
}

}  // namespace keyway
