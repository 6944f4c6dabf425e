#pragma once

#include <cstddef>

#include <keyway/authority.hpp>

namespace keyway::authority {

/// How the provider is asked for a key of this kind.
struct KeyKindFacts {
  KeyKind kind;
  std::string_view name;
  crypto::KeyType type;
  std::size_t rsa_bits;  ///< 0 for curves
};
[[nodiscard]] const KeyKindFacts& facts_of(KeyKind kind) noexcept;

/// The reason with this number; unspecified for those that Keyway does not give.
[[nodiscard]] RevocationReason revocation_reason_from_number(std::int64_t number) noexcept;

}  // namespace keyway::authority
