#pragma once

#include <cstddef>
#include <optional>

#include "x509/certificate_checks.hpp"

namespace keyway::x509 {

/// Where a certificate stands in its path.
enum class Role : std::uint8_t { leaf, authority, anchor };

/// Verifier::Options::conformance: what RFC 5280 asks of those who issue certificates, and for a server in
/// Profile::web_pki what the CA/Browser Forum's Baseline Requirements ("BR") ask, as far as the certificate itself
/// shows it. Breaking these rules alone makes no wrong certificate right, so they are not looked at by default.
[[nodiscard]] std::optional<Objection> check_issuance(const CertificateView& certificate, std::size_t depth, Role role,
                                                      Purpose purpose, const Verifier::Options& options);

/// The same rules' word on a certificate and its issuer: the key is named as the issuer names it.
[[nodiscard]] std::optional<Objection> check_key_identifier(const CertificateView& certificate, std::size_t depth,
                                                            const CertificateView& issuer);

/// False for a CRL that the Baseline Requirements forbid (BR 7.2.2.1), where they are asked for: an indirect one, or
/// one for a distribution point that is not told by URIs.
[[nodiscard]] bool is_admissible(const Crl& list, const Verifier::Options& options);

}  // namespace keyway::x509
