#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>

#include "x509/der_writer.hpp"
#include "x509/general_name.hpp"

namespace keyway::x509 {

/// Makes certificates. What it is asked for it writes, rule or no rule: deciding what may be issued is the
/// authority's part, and tests need the certificates that nobody may issue.

/// One attribute of a distinguished name. `type` is a dotted OID.
struct NameAttribute {
  std::string_view type;
  std::string value;  ///< UTF-8
};

namespace attribute_type {
inline constexpr std::string_view common_name = "2.5.4.3";
inline constexpr std::string_view country = "2.5.4.6";
inline constexpr std::string_view organization = "2.5.4.10";
inline constexpr std::string_view organizational_unit = "2.5.4.11";
}  // namespace attribute_type

/// DER of a Name with one attribute per RDN, in the order given (RFC 5280 4.1.2.4): PrintableString for the country,
/// UTF8String for the rest.
[[nodiscard]] Bytes encode_name(std::span<const NameAttribute> attributes);

/// A GeneralName (RFC 5280 4.2.1.6) with bytes of its own.
struct OwnedGeneralName {
  NameForm form = NameForm::dns_name;
  Bytes value;  ///< the text, the DER of a Name, the address, or (in a constraint) the address and its mask

  [[nodiscard]] static OwnedGeneralName dns(std::string_view text);
  [[nodiscard]] static OwnedGeneralName uri(std::string_view text);
  [[nodiscard]] static OwnedGeneralName ip(const IpAddress& address);
};

/// An extension as the caller wants it.
struct RawExtension {
  std::string oid;  ///< dotted
  bool critical = false;
  Bytes value;  ///< what goes into the OCTET STRING
};

namespace key_purpose {
inline constexpr std::string_view server_auth = "1.3.6.1.5.5.7.3.1";
inline constexpr std::string_view client_auth = "1.3.6.1.5.5.7.3.2";
inline constexpr std::string_view code_signing = "1.3.6.1.5.5.7.3.3";
inline constexpr std::string_view ocsp_signing = "1.3.6.1.5.5.7.3.9";
}  // namespace key_purpose

/// Bits of RFC 5280 4.2.1.3, for KeyUsage::bits.
namespace key_usage {
inline constexpr std::uint16_t digital_signature = 1U << 0U;
inline constexpr std::uint16_t key_encipherment = 1U << 2U;
inline constexpr std::uint16_t key_cert_sign = 1U << 5U;
inline constexpr std::uint16_t crl_sign = 1U << 6U;
}  // namespace key_usage

/// The extensions to write; what is empty is left out. Criticality is RFC 5280's.
struct CertificateExtensions {
  std::optional<BasicConstraints> basic_constraints;
  std::optional<KeyUsage> key_usage;
  std::vector<std::string> extended_key_usage;  ///< dotted OIDs
  std::vector<OwnedGeneralName> subject_alternative_names;
  std::vector<OwnedGeneralName> permitted_names;  ///< name constraints (RFC 5280 4.2.1.10)
  std::vector<OwnedGeneralName> excluded_names;
  Bytes subject_key_identifier;
  Bytes authority_key_identifier;
  std::vector<std::string> crl_urls;
  std::vector<std::string> ocsp_urls;
  std::vector<std::string> issuer_urls;
  std::vector<RawExtension> others;
};

/// What is signed (RFC 5280 4.1.2).
struct TbsCertificateFields {
  std::uint8_t version = 3;  ///< below 3, the extensions are left out
  Bytes serial_number;       ///< big-endian, taken as non-negative
  Bytes issuer;              ///< DER of a Name
  Bytes subject;             ///< DER of a Name
  Time not_before;
  Time not_after;
  Bytes subject_public_key_info;
  CertificateExtensions extensions;
};

/// The algorithm that a key of this type signs certificates and CRLs with, unless told otherwise.
[[nodiscard]] crypto::SignatureAlgorithm issuing_algorithm(crypto::KeyType type) noexcept;

/// Writes the AlgorithmIdentifier of a signature (RFC 3279, 4055, 5758, 8410, 9881).
void write_algorithm(DerWriter& writer, crypto::SignatureAlgorithm algorithm);

/// Writes one extension (RFC 5280 4.1).
void write_extension(DerWriter& writer, std::string_view oid, bool critical, ByteView value);

/// DER of a NameConstraints (RFC 5280 4.2.1.10) with these subtrees.
[[nodiscard]] Bytes encode_name_constraints(const std::vector<OwnedGeneralName>& permitted,
                                            const std::vector<OwnedGeneralName>& excluded);

/// Contents of the AuthorityKeyIdentifier extension with this keyIdentifier alone.
[[nodiscard]] Bytes encode_authority_key_identifier(ByteView key_identifier);

/// A key identifier: the left-most 160 bits of the SHA-256 of the SubjectPublicKeyInfo (RFC 5280 4.2.1.2 leaves the
/// method open; RFC 7093 2 proposes this family). Errors: UnsupportedAlgorithm where the provider lacks SHA-256.
[[nodiscard]] Result<Bytes> key_identifier(const crypto::Provider& provider, ByteView subject_public_key_info);

/// DER of the certificate, signed with the issuer's key. Errors: SigningFailed, UnsupportedAlgorithm.
[[nodiscard]] Result<Bytes> sign_certificate(const TbsCertificateFields& fields, const crypto::PrivateKey& issuer_key,
                                             crypto::SignatureAlgorithm algorithm);
[[nodiscard]] Result<Bytes> sign_certificate(const TbsCertificateFields& fields, const crypto::PrivateKey& issuer_key);

/// SEQUENCE { tbs, algorithm, signature } around what is to be signed: a certificate, a CRL, a request.
[[nodiscard]] Result<Bytes> sign_der(ByteView tbs, const crypto::PrivateKey& key, crypto::SignatureAlgorithm algorithm);

}  // namespace keyway::x509
