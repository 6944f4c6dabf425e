#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway demo`: the whole way on this machine alone, told step by step.
void add_demo_command(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
