#pragma once

#include <keyway/certificate_compression.hpp>

#include "settings.hpp"

namespace keyway::bogo {

/// The algorithms that the suite makes up for its tests, as far as the flags install them.
[[nodiscard]] CertificateCompressors mock_compressors(const Settings& settings);

}  // namespace keyway::bogo
