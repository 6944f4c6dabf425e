#pragma once

#include <chrono>

namespace keyway::testing {

// Whom most tests of this room are about, and what they count time in.
inline constexpr auto shop = "shop.localhost";
inline constexpr auto hour = std::chrono::hours(1);
inline constexpr auto day = std::chrono::hours(24);

}  // namespace keyway::testing
