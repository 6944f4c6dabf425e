#include <keyway/bytes.hpp>

namespace keyway {

ByteView as_bytes(std::string_view text) noexcept {
  // SAFETY: uint8_t is unsigned char, which may alias any object; the length is the text's own.
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(ByteView bytes) noexcept {
  // SAFETY: char may alias any object; the length is the bytes' own.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace keyway
