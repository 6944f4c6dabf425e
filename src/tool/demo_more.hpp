#pragma once

#include <filesystem>

#include <keyway/error.hpp>

#include "tool/demo_audience.hpp"

namespace keyway::tool {

/// What is off by default, each once: early data, keys in place of certificates, a delegated credential, a hidden name.
/// True when all came out as it should. Errors: those of this machine.
[[nodiscard]] Result<bool> play_more(const std::filesystem::path& folder, Audience& audience);

}  // namespace keyway::tool
