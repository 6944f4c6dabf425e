#include "x509/directory_string.hpp"

#include "core/text.hpp"

namespace keyway::x509 {
namespace {

bool is_scalar(char32_t value) noexcept {
  return value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
}

void append_utf8(std::string& out, char32_t value) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<std::uint8_t>(byte))); };
  const auto continuation = [&](unsigned shift) { put(0x80U | (value >> shift & 0x3fU)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xc0U | value >> 6U);
    continuation(0);
  } else if (value < 0x10000) {
    put(0xe0U | value >> 12U);
    continuation(6);
    continuation(0);
  } else {
    put(0xf0U | value >> 18U);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

bool is_printable_string_character(std::uint8_t byte) noexcept {
  constexpr std::string_view others = " '()+,-./:=?*&@_";  // the last four are outside X.680, and common
  const bool letter = (byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z';
  const bool digit = byte >= '0' && byte <= '9';
  return letter || digit || others.find(static_cast<char>(byte)) != std::string_view::npos;
}

}  // namespace

std::optional<char32_t> Characters::stop() noexcept {
  malformed_ = true;
  rest_ = {};
  return std::nullopt;
}

std::optional<char32_t> Characters::next_utf8() noexcept {
  const std::uint8_t first = rest_[0];
  if (first < 0x80) {
    rest_ = rest_.subspan(1);
    return first;
  }
  std::size_t size = 0;
  if (first >= 0xc2 && first < 0xe0) size = 2;
  if (first >= 0xe0 && first < 0xf0) size = 3;
  if (first >= 0xf0 && first < 0xf5) size = 4;
  if (size == 0 || rest_.size() < size) return stop();
  char32_t value = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((rest_[i] & 0xc0U) != 0x80U) return stop();
    value = value << 6U | (rest_[i] & 0x3fU);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || !is_scalar(value)) return stop();
  rest_ = rest_.subspan(size);
  return value;
}

std::optional<char32_t> Characters::next_wide(std::size_t size) noexcept {
  if (rest_.size() < size) return stop();
  char32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8U | rest_[i];
  if (!is_scalar(value)) return stop();
  rest_ = rest_.subspan(size);
  return value;
}

std::optional<char32_t> Characters::next() noexcept {
  if (rest_.empty()) return std::nullopt;
  const std::uint8_t byte = rest_[0];
  switch (tag_) {
    case der::Tag::utf8_string:
      return next_utf8();
    case der::Tag::bmp_string:
      return next_wide(2);
    case der::Tag::universal_string:
      return next_wide(4);
    case der::Tag::printable_string:
      if (!is_printable_string_character(byte)) return stop();
      break;
    case der::Tag::ia5_string:
    case der::Tag::numeric_string:
    case der::Tag::visible_string:
      if (byte >= 0x80) return stop();
      break;
    case der::Tag::teletex_string:  // read as Latin-1, as everybody does
      break;
    default:
      return stop();
  }
  rest_ = rest_.subspan(1);
  return byte;
}

std::optional<char32_t> ComparableCharacters::next() noexcept {
  if (held_) {
    const auto value = *held_;
    held_.reset();
    return value;
  }
  bool after_space = false;
  for (;;) {
    auto value = characters_.next();
    if (!value) return std::nullopt;
    if (*value == U' ') {
      after_space = true;
      continue;
    }
    if (*value >= U'A' && *value <= U'Z') *value += 0x20;
    const bool separated = after_space && started_;
    started_ = true;
    if (!separated) return value;
    held_ = value;
    return U' ';
  }
}

bool compares_as_text(der::Tag tag) noexcept {
  switch (tag) {
    case der::Tag::utf8_string:
    case der::Tag::printable_string:
    case der::Tag::ia5_string:
    case der::Tag::bmp_string:
    case der::Tag::universal_string:
      return true;
    default:
      return false;
  }
}

std::string to_utf8(const der::Element& value) {
  std::string text;
  Characters characters(value);
  while (const auto character = characters.next()) append_utf8(text, *character);
  if (!characters.malformed()) return text;
  return "#" + to_hex(value.whole);
}

}  // namespace keyway::x509
