#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway inspect FILE|HOST:PORT`: certificates and their relatives, readably.
void add_inspect_command(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
