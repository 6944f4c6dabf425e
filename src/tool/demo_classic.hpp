#pragma once

#include <filesystem>

#include <keyway/error.hpp>

#include "tool/demo_audience.hpp"

namespace keyway::tool {

/// `keyway demo --classic`: the RSA key transport that textbooks tell, beside the modern handshake with the same
/// certificate, and why the modern one replaced it. True when both pages came. Errors: those of the stage.
[[nodiscard]] Result<bool> play_classic(const std::filesystem::path& folder, Audience& audience);

}  // namespace keyway::tool
