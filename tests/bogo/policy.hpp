#pragma once

#include <keyway/crypto.hpp>
#include <keyway/policy.hpp>

#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// The versions, groups and shares that the flags ask for, with the schemes that are verified. What the library lacks
/// is left out of defaults; asked for by name, it makes the test `unimplemented`.
[[nodiscard]] Outcome<Policy> make_policy(const Settings& settings, const crypto::Provider& provider);

}  // namespace keyway::bogo
