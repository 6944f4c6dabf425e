#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway ca …`: an authority of one's own.
void add_ca_commands(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
