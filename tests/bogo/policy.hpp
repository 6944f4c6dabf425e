#pragma once

#include <span>

#include <keyway/crypto.hpp>
#include <keyway/policy.hpp>

#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// The versions, groups and shares that the flags ask for, with the signature schemes of code points `schemes` (empty:
/// the runner's defaults). What the library lacks is left out of defaults; asked for by name, it makes the test
/// `unimplemented`.
[[nodiscard]] Outcome<Policy> make_policy(const Settings& settings, std::span<const int> schemes,
                                          const crypto::Provider& provider);

}  // namespace keyway::bogo
