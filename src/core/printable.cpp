#include <cstddef>
#include <cstdint>

#include "core/text.hpp"

namespace keyway {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  // in bytes; 0 where there is no UTF-8 character
};

/// The first character of `text`, which is not empty (RFC 3629: no overlong forms, no surrogates).
Character first_character(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  std::uint32_t code = lead & (0x7fU >> size);
  for (const char c : text.substr(1, size - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) return {};
    code = (code << 6U) | (byte & 0x3fU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {};
  return {code, size};
}

/// Moves the cursor, ends the line or turns the direction of writing: nothing that a name should do to a log.
bool is_control(std::uint32_t code) noexcept {
  const bool c0_or_c1 = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
  return c0_or_c1 || separator || direction || code == 0xfeff;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::string_view bytes = text.substr(0, character.size > 0 ? character.size : 1);
    const bool escaped = character.size == 0 || is_control(character.code);
    const std::string piece = escaped ? "\\x" + to_hex(as_bytes(bytes), "\\x") : std::string(bytes);
    if (out.size() + piece.size() > limit) return out + "…";
    out += piece;
    text.remove_prefix(bytes.size());
  }
  return out;
}

}  // namespace keyway
