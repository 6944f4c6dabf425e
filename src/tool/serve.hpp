#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway serve DIR`: an HTTPS file server.
void add_serve_command(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
