#pragma once

#include <string>
#include <vector>

#include <keyway/config.hpp>

namespace keyway::tls {

/// Fills in what was not said (provider, clock) and judges the rest. Errors: InvalidConfiguration, CryptoFailed.
[[nodiscard]] Result<void> complete(CommonConfig& config);

/// RFC 7301 3.1. Errors: InvalidConfiguration.
[[nodiscard]] Result<void> check_alpn(const std::vector<std::string>& protocols);

/// Adds what of it is weaker than the default, in words.
void add_weakenings(const CommonConfig& config, std::vector<std::string>& to);

}  // namespace keyway::tls
