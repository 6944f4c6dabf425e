#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <keyway/trust.hpp>

#include "x509/crl_index.hpp"
#include "x509/distribution_point.hpp"

namespace keyway::x509 {

/// RFC 5280 5.3.1's name of a CRLReason: "keyCompromise"; empty for one that there is not.
[[nodiscard]] std::string_view revocation_reason(std::uint8_t code) noexcept;

/// The CRLReason that takes a hold back; it stands in deltas.
inline constexpr std::uint8_t remove_from_crl = 8;
inline constexpr std::uint8_t certificate_hold = 6;

/// A CRL's fields as views into its own bytes.
struct Crl::Parsed {
  Bytes der;
  ByteView tbs;                  ///< header included: what is signed
  ByteView signature_algorithm;  ///< header included
  ByteView signature;
  DistinguishedNameView issuer;
  Time this_update;
  std::optional<Time> next_update;
  ByteView entries;  ///< contents of revokedCertificates
  CrlIndex index;
  std::optional<ByteView> authority_key_identifier;
  std::optional<ByteView> number;       ///< cRLNumber: contents octets of the INTEGER
  std::optional<ByteView> freshest;     ///< freshestCRL: contents of the SEQUENCE OF DistributionPoint
  std::optional<ByteView> base_number;  ///< of a delta (RFC 5280 5.2.4): the list that it changes

  // RFC 5280 5.2.5: what the list is about.
  std::optional<ByteView> scope;  ///< issuingDistributionPoint, as it stands
  std::optional<DistributionPointName> point;
  std::uint16_t reasons = all_reasons;
  bool is_indirect = false;
  bool only_user_certificates = false;
  bool only_authority_certificates = false;
  bool only_attribute_certificates = false;
  bool has_unknown_critical_extension = false;
  /// It has a number and names its issuer's key, and its extensions are critical where RFC 5280 5.2 says so alone.
  bool is_by_the_rules = false;

  [[nodiscard]] bool is_delta() const noexcept { return base_number.has_value(); }

  /// True when this key made the list's signature, with an algorithm that is worth something.
  [[nodiscard]] bool is_signed_with(const crypto::PublicKey& key) const;

  /// What the list says of a certificate, as it stands.
  struct Found {
    Time revoked_at;
    std::uint8_t reason = 0;
  };
  /// The entry of a certificate with this serial number of this issuer (DER of a Name).
  [[nodiscard]] std::optional<Found> find(ByteView serial_number, ByteView certificate_issuer) const;
};

}  // namespace keyway::x509
