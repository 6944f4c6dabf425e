#pragma once

#include <chrono>
#include <string>

#include <keyway/clock.hpp>

namespace keyway::x509 {

/// `2026-11-01 12:00:00 UTC`.
[[nodiscard]] std::string to_text(Time time);

/// A length of time in its largest whole unit: `20 days`, `1 hour`, `5 seconds`. The sign does not count.
[[nodiscard]] std::string length_text(std::chrono::seconds length);

}  // namespace keyway::x509
