#pragma once

#include <string>

#include "net/server.hpp"

namespace keyway::tool {

/// A line of `serve`'s log, with its end. Safe to print.
[[nodiscard]] std::string access_line(const net::AccessRecord& record);

}  // namespace keyway::tool
