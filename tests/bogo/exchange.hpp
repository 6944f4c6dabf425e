#pragma once

#include <memory>

#include <keyway/crypto.hpp>

#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// One connection from TCP to close, as the flags say.
[[nodiscard]] Outcome<void> run_connection(const Settings& settings,
                                           const std::shared_ptr<const crypto::Provider>& provider);

}  // namespace keyway::bogo
