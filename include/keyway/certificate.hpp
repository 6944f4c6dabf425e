#pragma once
/// \file
/// X.509 certificates (RFC 5280 4), parsed strictly from DER as views into bytes that are kept once.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>

namespace keyway::x509 {

/// A distinguished name (RFC 5280 4.1.2.4), as a view of its DER.
struct DistinguishedNameView {
  ByteView der;  ///< the whole SEQUENCE

  /// RFC 4514 text, safe to print: `CN=shop.localhost,O=Example Shop`. Empty for an empty name.
  [[nodiscard]] std::string to_string() const;
  /// The text of the last attribute of this type (`commonName`, `organizationName`, `countryName`,
  /// `organizationalUnitName`), if there is one.
  [[nodiscard]] std::optional<std::string> attribute(std::string_view type) const;
  [[nodiscard]] bool empty() const noexcept { return der.size() <= 2; }
};

/// RFC 5280 4.2.1.3; bit n of `bits` is the RFC's bit n.
struct KeyUsage {
  std::uint16_t bits = 0;
  [[nodiscard]] bool has(unsigned bit) const noexcept { return (bits >> bit & 1U) != 0; }
  [[nodiscard]] bool digital_signature() const noexcept { return has(0); }
  [[nodiscard]] bool key_encipherment() const noexcept { return has(2); }
  [[nodiscard]] bool key_cert_sign() const noexcept { return has(5); }
  [[nodiscard]] bool crl_sign() const noexcept { return has(6); }
};

/// RFC 5280 4.2.1.9.
struct BasicConstraints {
  bool is_authority = false;
  std::optional<std::uint32_t> path_length;
};

/// One extension, as it stands.
struct ExtensionView {
  ByteView oid;  ///< contents octets of the OBJECT IDENTIFIER
  bool critical = false;
  ByteView value;  ///< contents of the OCTET STRING
};

/// A certificate's fields as views into DER that somebody else keeps. Parsing checks all of RFC 5280's syntax that
/// it passes and allocates nothing; it decides nothing about trust.
struct CertificateView {
  ByteView der;                  ///< the whole certificate
  ByteView tbs_certificate;      ///< TBSCertificate, header included: what is signed
  std::uint8_t version = 3;      ///< 1, 2 or 3
  ByteView serial_number;        ///< contents octets of the INTEGER
  ByteView signature_algorithm;  ///< AlgorithmIdentifier, header included
  ByteView signature;            ///< the signature's bytes
  DistinguishedNameView issuer;
  DistinguishedNameView subject;
  Time not_before;
  Time not_after;
  ByteView subject_public_key_info;  ///< header included
  ByteView extensions;               ///< contents of the SEQUENCE OF Extension; empty if there is none

  std::optional<BasicConstraints> basic_constraints;
  std::optional<KeyUsage> key_usage;
  std::optional<ByteView> extended_key_usage;            ///< contents of the SEQUENCE OF OBJECT IDENTIFIER
  std::optional<ByteView> subject_alternative_name;      ///< contents of the SEQUENCE OF GeneralName
  std::optional<ByteView> name_constraints;              ///< contents of the SEQUENCE
  std::optional<ByteView> subject_key_identifier;        ///< contents of the OCTET STRING
  std::optional<ByteView> authority_key_identifier;      ///< keyIdentifier alone
  std::optional<ByteView> crl_distribution_points;       ///< contents of the SEQUENCE
  std::optional<ByteView> authority_information_access;  ///< contents of the SEQUENCE
  std::optional<ByteView> certificate_policies;          ///< contents of the SEQUENCE
  std::optional<ByteView> policy_mappings;               ///< contents of the SEQUENCE
  std::optional<std::uint32_t> require_explicit_policy;  ///< policyConstraints, SkipCerts (RFC 5280 4.2.1.11)
  std::optional<std::uint32_t> inhibit_policy_mapping;   ///< policyConstraints, SkipCerts
  std::optional<std::uint32_t> inhibit_any_policy;       ///< SkipCerts (RFC 5280 4.2.1.14)
  bool requires_staple = false;                          ///< TLS feature status_request, "must-staple" (RFC 7633 4.2.3)
  bool has_delegation_usage = false;                     ///< its key may sign delegated credentials (RFC 9345 4.2)
  bool has_unknown_critical_extension = false;
  ByteView unknown_critical_extension;  ///< its OID's contents octets

  /// Parses exactly one certificate. The views live as long as `der`. Errors: InvalidDer, InvalidCertificate,
  /// InvalidTime, with the field.
  [[nodiscard]] static Result<CertificateView> parse(ByteView der KEYWAY_LIFETIMEBOUND);

  /// True when issuer and subject are the same, byte for byte.
  [[nodiscard]] bool is_self_issued() const noexcept;

  /// The algorithm of the signature; nothing where Keyway does not know it.
  [[nodiscard]] std::optional<crypto::SignatureAlgorithm> algorithm() const noexcept;

  /// For people and `inspect`; these allocate.
  [[nodiscard]] std::vector<std::string> dns_names() const;
  [[nodiscard]] std::vector<IpAddress> ip_addresses() const;
  [[nodiscard]] std::vector<std::string> email_addresses() const;
  [[nodiscard]] std::vector<std::string> extended_key_usages() const;  ///< "serverAuth", or dotted OIDs
  [[nodiscard]] std::vector<std::string> crl_urls() const;
  [[nodiscard]] std::vector<std::string> ocsp_urls() const;
  [[nodiscard]] std::vector<std::string> issuer_urls() const;
  [[nodiscard]] std::vector<ExtensionView> all_extensions() const;
  [[nodiscard]] std::string serial_hex() const;      ///< lower case, without separators
  [[nodiscard]] std::string algorithm_name() const;  ///< "ecdsa-with-SHA256", or the dotted OID
};

/// Dotted decimal text of an OBJECT IDENTIFIER's contents octets, e.g. "2.5.29.17".
[[nodiscard]] std::string oid_to_string(ByteView oid);

/// A certificate that owns its bytes.
class Certificate {
 public:
  /// Parses and keeps a DER certificate. Errors: as CertificateView::parse.
  [[nodiscard]] static Result<Certificate> from_der(Bytes der);
  /// The first CERTIFICATE block of a PEM text. Errors: InvalidPem, and as above.
  [[nodiscard]] static Result<Certificate> from_pem(std::string_view pem);
  /// All CERTIFICATE blocks of a PEM text, or the one certificate of a DER file; never empty.
  [[nodiscard]] static Result<std::vector<Certificate>> all_from(ByteView pem_or_der);

  Certificate(const Certificate& other);
  Certificate& operator=(const Certificate& other);
  Certificate(Certificate&&) noexcept = default;
  Certificate& operator=(Certificate&&) noexcept = default;
  ~Certificate() = default;

  [[nodiscard]] const CertificateView& view() const noexcept KEYWAY_LIFETIMEBOUND { return view_; }
  [[nodiscard]] ByteView der() const noexcept KEYWAY_LIFETIMEBOUND { return der_; }
  [[nodiscard]] std::string to_pem() const;
  friend bool operator==(const Certificate& a, const Certificate& b) noexcept { return a.der_ == b.der_; }

 private:
  Certificate(Bytes der, CertificateView view) noexcept : der_(std::move(der)), view_(view) {}
  Bytes der_;
  CertificateView view_;
};

}  // namespace keyway::x509
