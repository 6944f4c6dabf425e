#include <keyway/bytes.hpp>

// SAFETY: uint8_t is unsigned char, and either it or char may alias any object; each span takes the length from the
// object that it takes the address from.
#ifdef __clang__
#pragma clang unsafe_buffer_usage begin
#endif

namespace keyway {

ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace keyway

#ifdef __clang__
#pragma clang unsafe_buffer_usage end
#endif
