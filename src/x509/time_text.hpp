#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <keyway/clock.hpp>

namespace keyway::x509 {

/// `2026-11-01 12:00:00 UTC`.
[[nodiscard]] std::string to_text(Time time);

/// `2026-11-01`, `2026-11-01T12:00:00Z`, `2026-11-01 12:00:00Z`; nothing for anything else.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text) noexcept;

/// A length of time in its largest whole unit: `20 days`, `1 hour`, `5 seconds`. The sign does not count.
[[nodiscard]] std::string length_text(std::chrono::seconds length);

}  // namespace keyway::x509
