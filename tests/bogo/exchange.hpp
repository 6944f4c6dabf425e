#pragma once

#include "lasting.hpp"
#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// One connection from TCP to close, as the flags say. `retry`: the flags once early
/// data was refused. `is_resumption`: not the first of the test.
[[nodiscard]] Outcome<void> run_connection(const Settings& settings, const Settings& retry, Lasting& lasting,
                                           bool is_resumption);

}  // namespace keyway::bogo
