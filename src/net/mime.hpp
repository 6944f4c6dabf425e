#pragma once

#include <string_view>

namespace keyway::net {

/// The media type for a file of this name, by its ending; "application/octet-stream" for what is not known.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace keyway::net
