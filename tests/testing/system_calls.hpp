#pragma once

#include <functional>

namespace keyway::testing {

/// Runs `body` in a child and calls `look` before each of its system calls and at its end: what the files hold then
/// is what a kill at that moment would leave. Gives the number of looks; 0 where processes may not be traced.
[[nodiscard]] int look_at_each_system_call(const std::function<void()>& body, const std::function<void(int)>& look);

}  // namespace keyway::testing
