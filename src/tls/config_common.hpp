#pragma once

#include <string>
#include <vector>

#include <keyway/config.hpp>

namespace keyway::tls {

/// Fills in what was not said (provider, clock) and judges the rest. Errors: InvalidConfiguration, CryptoFailed.
[[nodiscard]] Result<void> complete(CommonConfig& config);

/// Adds what of it is weaker than the default, in words.
void add_weakenings(const CommonConfig& config, std::vector<std::string>& to);

}  // namespace keyway::tls
