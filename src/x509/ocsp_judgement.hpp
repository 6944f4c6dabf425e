#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>

#include "x509/revocation.hpp"

namespace keyway::x509 {

/// What an OCSP response says of one certificate, once it is believed.
struct OcspAnswer {
  Standing standing = Standing::unknown;
  Time revoked_at;  ///< where revoked
  std::string revocation_reason;
  Time this_update;  ///< where good or revoked
  std::optional<Time> next_update;
  std::string reason;  ///< where unknown: why
};

/// Whom a response is about.
struct OcspQuestion {
  const CertificateView& certificate;
  const CertificateView& issuer;
  const crypto::PublicKey& issuer_key;
  Time now;
  /// As of CrlQuestion.
  std::optional<std::chrono::seconds> max_age = {};
  /// That the request had (RFC 9654): the response must have it too. Empty: none.
  ByteView nonce = {};
};

/// Certificates of a response that are tried as the responder's: more are passed over.
inline constexpr std::size_t max_ocsp_delegates = 4;

/// Believes a response (DER) where RFC 6960 3.2 does: it is about this certificate, the issuer itself or a delegate of
/// its own (id-kp-OCSPSigning, issued by it, in force) has signed it, and `now` is between thisUpdate and nextUpdate. A
/// revocation counts whatever its age; a good standing only while it is fresh, and without nextUpdate only by max_age.
/// A delegate's own revocation is not asked for (RFC 6960 4.2.2.2.1). Each signature that is verified takes one of
/// `signatures_left`.
[[nodiscard]] OcspAnswer judge_ocsp_response(ByteView response, const OcspQuestion& question,
                                             const crypto::Provider& provider, std::size_t& signatures_left);

/// The signed certificate timestamps that a response carries about the certificate (contents of the extension), whoever
/// signed it: they prove themselves. Empty where there are none.
[[nodiscard]] ByteView timestamps_in(ByteView response, const CertificateView& certificate,
                                     const CertificateView& issuer, const crypto::Provider& provider);

}  // namespace keyway::x509
