#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <keyway/trust.hpp>

namespace keyway::x509 {

/// RFC 5280 5.3.1's name of a CRLReason: "keyCompromise"; empty for one that there is not.
[[nodiscard]] std::string_view revocation_reason(std::uint8_t code) noexcept;

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
  std::size_t count = 0;
  std::optional<ByteView> authority_key_identifier;

  // RFC 5280 5.2.4, 5.2.5: what the list is not about.
  bool is_delta = false;
  bool is_indirect = false;
  bool only_user_certificates = false;
  bool only_authority_certificates = false;
  bool only_attribute_certificates = false;
  bool only_some_reasons = false;
  bool has_distribution_point = false;
  bool has_unknown_critical_extension = false;

  /// True when this key made the list's signature, with an algorithm that is worth something.
  [[nodiscard]] bool is_signed_with(const crypto::PublicKey& key) const;
};

}  // namespace keyway::x509
