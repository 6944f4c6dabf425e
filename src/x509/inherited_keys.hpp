#pragma once

#include <keyway/certificate.hpp>

namespace keyway::x509 {

/// True for a DSA key without parameters: they are those of its issuer's key (RFC 3279 2.3.2, RFC 5280 6.1.4 (d)).
[[nodiscard]] bool inherits_parameters(const CertificateView& certificate) noexcept;

}  // namespace keyway::x509
