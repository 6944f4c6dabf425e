#pragma once

#include <cstddef>
#include <string>

#include <keyway/types.hpp>

#include "tls/wire/list.hpp"

namespace keyway::tls {

/// The names of a list's entries, for messages: the first 16 of them.
template <typename E>
[[nodiscard]] std::string text_of(const WireList<E>& values) {
  constexpr std::size_t most = 16;
  std::string text;
  std::size_t shown = 0;
  for (const E value : values) {
    if (++shown > most) return text + ", …";
    text += (text.empty() ? "" : ", ") + to_string(value);
  }
  return text.empty() ? "none" : text;
}

}  // namespace keyway::tls
