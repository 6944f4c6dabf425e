#pragma once

#include <filesystem>

#include <keyway/error.hpp>

#include "tool/demo_audience.hpp"

namespace keyway::tool {

/// What is off by default, an act for each, with when one would use it (demo_acts.hpp). True when all came out as it should. Errors: those of this machine.
[[nodiscard]] Result<bool> play_more(const std::filesystem::path& folder, Audience& audience);

}  // namespace keyway::tool
