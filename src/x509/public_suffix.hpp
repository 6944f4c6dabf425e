#pragma once

#include <cstdint>
#include <string_view>

namespace keyway::x509 {

/// Which part of the public suffix list (publicsuffix.org) counts.
enum class Suffixes : std::uint8_t {
  registries,  ///< below which anybody registers a name: `co.uk`
  all,         ///< and those of companies that give names to their customers: `s3.amazonaws.com`
};

/// True where names below `domain` (ASCII, any case) belong to different people. False for all where Keyway was built
/// without libpsl.
[[nodiscard]] bool is_public_suffix(std::string_view domain, Suffixes which) noexcept;

}  // namespace keyway::x509
