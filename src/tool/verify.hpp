#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway verify`: judges certificates of files as a connection would, and says why.
void add_verify_command(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
