#pragma once

#include <keyway/kernel_tls.hpp>

#include "tool/tool.hpp"

namespace keyway::tool {

/// What --kernel-tls gets of this machine; tells where that is nothing, and why, or less than all.
[[nodiscard]] KernelTls probe_kernel(const ToolContext& context);

}  // namespace keyway::tool
