#pragma once

#include <keyway/trust.hpp>

#include "x509/public_suffix.hpp"

namespace keyway::x509 {

/// covers(), with wildcards over these public suffixes covering nothing.
[[nodiscard]] bool covers(const CertificateView& certificate, const ServerName& name, Suffixes suffixes);

}  // namespace keyway::x509
