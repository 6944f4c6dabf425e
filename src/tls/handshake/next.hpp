#pragma once

#include <utility>
#include <variant>

#include <keyway/error.hpp>

namespace keyway::tls {

/// Turns a state's result into a variant that has at least the same alternatives.
template <typename To, typename From>
[[nodiscard]] Result<To> widen(Result<From> from) {
  if (!from) return std::unexpected(std::move(from.error()));
  return std::visit([]<typename State>(State&& state) -> To { return std::forward<State>(state); }, std::move(*from));
}

}  // namespace keyway::tls
