#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 6.
struct Alert {
  AlertLevel level = AlertLevel::fatal;
  AlertDescription description{};

  /// Errors: InvalidAlert (not exactly two bytes, or a level that is neither).
  [[nodiscard]] static Result<Alert> parse(ByteView fragment);
  void write(Writer& out) const;
};

/// True for the two alerts that end or announce without blame: close_notify and user_canceled.
[[nodiscard]] bool is_closure(AlertDescription description) noexcept;

}  // namespace keyway::tls
