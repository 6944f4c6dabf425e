#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

#include "x509/certificate_builder.hpp"

namespace keyway::x509 {

/// One line of a CRL.
struct CrlEntryFields {
  Bytes serial_number;  ///< big-endian, taken as non-negative
  Time revoked_at;
  std::optional<std::uint8_t> reason;  ///< CRLReason (RFC 5280 5.3.1); 0 is left out, as the RFC asks
  std::vector<RawExtension> others;
};

/// What is signed (RFC 5280 5.1.2).
struct CrlFields {
  Bytes issuer;  ///< DER of a Name
  Time this_update;
  std::optional<Time> next_update;
  std::vector<CrlEntryFields> entries;
  Bytes authority_key_identifier;
  std::optional<std::uint64_t> number;  ///< cRLNumber
  std::vector<RawExtension> others;
};

/// DER of the CRL, signed with the issuer's key. Errors: SigningFailed, UnsupportedAlgorithm.
[[nodiscard]] Result<Bytes> sign_crl(const CrlFields& fields, const crypto::PrivateKey& issuer_key,
                                     crypto::SignatureAlgorithm algorithm);
[[nodiscard]] Result<Bytes> sign_crl(const CrlFields& fields, const crypto::PrivateKey& issuer_key);

}  // namespace keyway::x509
