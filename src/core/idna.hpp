#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keyway {

/// A host name in UTF-8 as it stands in the DNS and in certificates: `bücher.example` is `xn--bcher-kva.example`
/// (RFC 5891, by UTS 46 without transitional processing, as browsers do it). Nothing where it is no name, or where
/// Keyway was built without libidn2.
[[nodiscard]] std::optional<std::string> to_ascii_host(std::string_view name);

}  // namespace keyway
