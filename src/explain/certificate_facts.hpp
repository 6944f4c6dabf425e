#pragma once
/// \file
/// Certificates in words and as JSON.

#include <string>
#include <vector>

#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>

#include "explain/story.hpp"

namespace keyway::explain {

/// What it takes to describe certificates.
struct Viewpoint {
  Time now;                                    ///< for "days left"
  const crypto::Provider* provider = nullptr;  ///< for fingerprints; null: left out
};

/// What a shop owner asks: for whom, from whom, from when to when, what key, which names.
[[nodiscard]] std::vector<Fact> summary_facts(const x509::CertificateView& certificate, const Viewpoint& from);

/// Everything, extension by extension.
[[nodiscard]] std::vector<Fact> full_facts(const x509::CertificateView& certificate, const Viewpoint& from);

[[nodiscard]] Json certificate_json(const x509::CertificateView& certificate, const Viewpoint& from);

/// "shop.localhost, of Example Shop": common name (else the first name) and organisation; safe to print.
[[nodiscard]] std::string holder_text(const x509::DistinguishedNameView& name);

/// SHA-256 of the bytes, in lower-case hexadecimal; empty without a provider.
[[nodiscard]] std::string fingerprint_text(ByteView bytes, const crypto::Provider* provider);

/// "ECDSA, P-256" from a SubjectPublicKeyInfo.
[[nodiscard]] std::string public_key_text(ByteView subject_public_key_info);

}  // namespace keyway::explain
