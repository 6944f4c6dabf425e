#pragma once

#include <keyway/trust.hpp>

namespace keyway::x509 {

/// Puts the names of the limits into their name_constraints, and checks those. Errors: InvalidArgument.
[[nodiscard]] Result<void> complete(AnchorLimits& limits);

}  // namespace keyway::x509
