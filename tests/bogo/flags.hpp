#pragma once

#include <span>

#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// Reads the runner's command line (without the program's name). An unknown flag makes the test `unimplemented`.
[[nodiscard]] Outcome<TestSettings> parse_flags(std::span<char* const> arguments);

}  // namespace keyway::bogo
