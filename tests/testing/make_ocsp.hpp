#pragma once

#include <optional>

#include "testing/make_certificate.hpp"
#include "x509/ocsp_builder.hpp"

namespace keyway::testing {

/// What to say, and how. The defaults give a fresh and good response that the issuer signs itself, by name.
struct OcspOptions {
  x509::SingleResponse::Status status = x509::SingleResponse::Status::good;
  Time this_update = test_now - std::chrono::hours(1);
  std::optional<Time> next_update = test_now + std::chrono::hours(24);
  Time revocation_time = test_now - std::chrono::hours(2);
  std::optional<std::uint8_t> revocation_reason = {};
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha1;
  bool responder_by_key = false;
  /// Signs in the issuer's place, with its certificate in the response.
  const IssuedCertificate* delegate = nullptr;
  bool leave_out_delegate = false;  ///< its certificate
  bool break_signature = false;
  std::size_t copies = 1;  ///< of the answer
  Bytes nonce = {};
  std::vector<x509::RawExtension> extra_extensions = {};
  std::vector<x509::RawExtension> extra_single_extensions = {};
};

/// DER of an OCSP response about a certificate of `issuer`.
[[nodiscard]] Bytes make_ocsp(const IssuedCertificate& issuer, const Bytes& serial, const OcspOptions& options = {});

}  // namespace keyway::testing
