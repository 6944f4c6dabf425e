#include "core/idna.hpp"

#if defined(KEYWAY_HAS_IDN2)

#include <memory>

#include <idn2.h>

namespace keyway {

std::optional<std::string> to_ascii_host(std::string_view name) {
  constexpr std::size_t max_size = 1024;  // what becomes 253 letters of ASCII is shorter
  if (name.size() > max_size || name.find('\0') != std::string_view::npos) return std::nullopt;
  char* ascii = nullptr;
  const int result = idn2_to_ascii_8z(std::string(name).c_str(), &ascii,
                                      IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES);
  const std::unique_ptr<char, decltype(&idn2_free)> owned(ascii, idn2_free);
  if (result != IDN2_OK || ascii == nullptr) return std::nullopt;
  return std::string(ascii);
}

}  // namespace keyway

#else

namespace keyway {

std::optional<std::string> to_ascii_host(std::string_view) {
  return std::nullopt;
}

}  // namespace keyway

#endif
