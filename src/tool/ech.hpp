#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway ech …`: keys for Encrypted ClientHello.
void add_ech_commands(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
