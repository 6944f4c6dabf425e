#pragma once

#include <keyway/config.hpp>

namespace keyway::tls {

/// Fills in what was not said (provider, clock) and judges the rest. Errors: InvalidConfiguration, CryptoFailed.
[[nodiscard]] Result<void> complete(CommonConfig& config);

}  // namespace keyway::tls
