#pragma once
/// \file
/// The byte types that the whole interface speaks in.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <keyway/detail/attributes.hpp>

namespace keyway {

/// Bytes that belong to somebody else and are only read. A view never outlives its bytes.
using ByteView = std::span<const std::uint8_t>;

/// Bytes that belong to somebody else and may be written.
using ByteSpan = std::span<std::uint8_t>;

/// Bytes that are owned.
using Bytes = std::vector<std::uint8_t>;

/// Views the characters of `text` as bytes. Never fails; the view lives as long as the text.
[[nodiscard]] ByteView as_bytes(std::string_view text KEYWAY_LIFETIMEBOUND) noexcept;

/// Views `bytes` as characters, whatever they are: no encoding is checked.
[[nodiscard]] std::string_view as_text(ByteView bytes) noexcept;

}  // namespace keyway
