#pragma once

#include <keyway/config.hpp>

namespace keyway::tls {

/// Fills in what was not said (provider, clock) and judges the rest. Errors: InvalidConfiguration, CryptoFailed.
[[nodiscard]] Result<void> complete(CommonConfig& config);

/// Adds, in words, what of a policy is weaker than the default.
void list_weakenings(const Policy& policy, std::vector<std::string>& weakenings);

}  // namespace keyway::tls
