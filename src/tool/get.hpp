#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway get URL`: fetches over HTTPS, with every check.
void add_get_command(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
