#pragma once

#include "tool/tool.hpp"

namespace keyway::tool {

/// `keyway policies [NAME]`: what each named policy allows, in full.
void add_policies_command(CLI::App& app, ToolContext& context);

}  // namespace keyway::tool
