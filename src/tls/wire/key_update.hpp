#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.6.3.
enum class KeyUpdateRequest : std::uint8_t { update_not_requested = 0, update_requested = 1 };

struct KeyUpdate {
  static constexpr HandshakeType type = HandshakeType::key_update;

  KeyUpdateRequest request_update = KeyUpdateRequest::update_not_requested;

  /// Errors: Truncated, TrailingData, InvalidKeyUpdate.
  [[nodiscard]] static Result<KeyUpdate> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
