#include "x509/extensions.hpp"

#include <algorithm>
#include <array>

#include "x509/general_name.hpp"
#include "x509/oid.hpp"
#include "x509/policies.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

/// The one SEQUENCE that an extension's value is.
ByteView read_sequence(ByteView value, der::Status& status, std::string_view field) noexcept {
  der::Reader reader(value, status);
  const ByteView contents = reader.contents(Tag::sequence, field);
  reader.end(field);
  return contents;
}

BasicConstraints read_basic_constraints(ByteView value, der::Status& status) noexcept {
  BasicConstraints read;
  der::Reader fields(read_sequence(value, status, "basicConstraints"), status);
  // DER leaves a default out, but so many certificates write the FALSE here that it is let pass.
  if (fields.next_is(Tag::boolean)) read.is_authority = fields.boolean("cA");
  if (fields.next_is(Tag::integer)) read.path_length = fields.small_integer("pathLenConstraint");
  fields.end("basicConstraints");
  return read;
}

KeyUsage read_key_usage(ByteView value, der::Status& status) noexcept {
  der::Reader reader(value, status);
  const KeyUsage usage{reader.named_bits("keyUsage")};
  reader.end("keyUsage");
  if (status.ok() && usage.bits == 0) status.reject("keyUsage", "no bit is set");
  return usage;
}

ByteView read_identifiers(ByteView value, der::Status& status) noexcept {
  const ByteView list = read_sequence(value, status, "extKeyUsage");
  der::Reader entries(list, status);
  if (entries.empty()) status.reject("extKeyUsage", "an empty list");
  while (!entries.empty()) (void)entries.identifier("KeyPurposeId");
  return list;
}

ByteView read_alternative_names(ByteView value, der::Status& status, std::string_view field) noexcept {
  const ByteView names = read_sequence(value, status, field);
  check_general_names(der::Reader(names, status), field);
  return names;
}

ByteView read_octets(ByteView value, der::Status& status, std::string_view field) noexcept {
  der::Reader reader(value, status);
  const ByteView octets = reader.contents(Tag::octet_string, field);
  reader.end(field);
  return octets;
}

/// SEQUENCE OF SEQUENCE: the framing of AccessDescription and DistributionPoint.
ByteView read_list(ByteView value, der::Status& status, std::string_view field) noexcept {
  const ByteView list = read_sequence(value, status, field);
  der::Reader entries(list, status);
  if (entries.empty()) status.reject(field, "an empty list");
  while (!entries.empty()) (void)entries.element(Tag::sequence, field);
  return list;
}

/// RFC 7633 4: TLS extension types that the server promises to answer; status_request is the one that binds here.
bool read_tls_features(ByteView value, der::Status& status) noexcept {
  constexpr std::uint32_t status_request = 5;
  der::Reader features(read_sequence(value, status, "tlsFeature"), status);
  bool found = false;
  while (!features.empty()) found = features.small_integer("tlsFeature") == status_request || found;
  return found;
}

/// RFC 9345 4.2: NULL.
bool read_delegation_usage(ByteView value, der::Status& status) noexcept {
  constexpr std::array<std::uint8_t, 2> null{0x05, 0x00};
  if (!std::ranges::equal(value, null)) status.reject("delegationUsage", "not NULL");
  return true;
}

void read_known(CertificateView& certificate, const ExtensionView& extension, der::Status& status) noexcept {
  const ByteView value = extension.value;
  const auto note_critical = [&] {
    if (!extension.critical || certificate.has_unknown_critical_extension) return;
    certificate.has_unknown_critical_extension = true;
    certificate.unknown_critical_extension = extension.oid;
  };

  if (oid::is(extension.oid, oid::basic_constraints)) {
    certificate.basic_constraints = read_basic_constraints(value, status);
  } else if (oid::is(extension.oid, oid::key_usage)) {
    certificate.key_usage = read_key_usage(value, status);
  } else if (oid::is(extension.oid, oid::extended_key_usage)) {
    certificate.extended_key_usage = read_identifiers(value, status);
  } else if (oid::is(extension.oid, oid::subject_alternative_name)) {
    certificate.subject_alternative_name = read_alternative_names(value, status, "subjectAltName");
  } else if (oid::is(extension.oid, oid::name_constraints)) {
    certificate.name_constraints = read_name_constraints(value, status);
  } else if (oid::is(extension.oid, oid::crl_distribution_points)) {
    certificate.crl_distribution_points = read_list(value, status, "cRLDistributionPoints");
  } else if (oid::is(extension.oid, oid::certificate_policies)) {
    certificate.certificate_policies = read_certificate_policies(value, status);
  } else if (oid::is(extension.oid, oid::policy_mappings)) {
    certificate.policy_mappings = read_policy_mappings(value, status);
  } else if (oid::is(extension.oid, oid::policy_constraints)) {
    read_policy_constraints(value, status, certificate);
  } else if (oid::is(extension.oid, oid::inhibit_any_policy)) {
    certificate.inhibit_any_policy = read_inhibit_any_policy(value, status);
  } else if (oid::is(extension.oid, oid::subject_key_identifier)) {
    certificate.subject_key_identifier = read_octets(value, status, "subjectKeyIdentifier");
    note_critical();  // RFC 5280 4.2.1.2 forbids it
  } else if (oid::is(extension.oid, oid::authority_key_identifier)) {
    certificate.authority_key_identifier = read_authority_key_identifier(value, status);
    note_critical();  // RFC 5280 4.2.1.1 forbids it
  } else if (oid::is(extension.oid, oid::authority_information_access)) {
    certificate.authority_information_access = read_list(value, status, "authorityInfoAccess");
    note_critical();  // RFC 5280 4.2.2.1 forbids it
  } else if (oid::is(extension.oid, oid::tls_feature)) {
    certificate.requires_staple = read_tls_features(value, status);
  } else if (oid::is(extension.oid, oid::delegation_usage)) {
    certificate.has_delegation_usage = read_delegation_usage(value, status);
    note_critical();  // RFC 9345 4.2 forbids it
  } else {
    note_critical();
  }
}

struct ExtensionName {
  ByteView oid;
  std::string_view name;
};

constexpr auto extension_names = std::to_array<ExtensionName>({
    {oid::subject_key_identifier, "subjectKeyIdentifier"},
    {oid::key_usage, "keyUsage"},
    {oid::subject_alternative_name, "subjectAltName"},
    {oid::issuer_alternative_name, "issuerAltName"},
    {oid::basic_constraints, "basicConstraints"},
    {oid::crl_number, "cRLNumber"},
    {oid::delta_crl_indicator, "deltaCRLIndicator"},
    {oid::issuing_distribution_point, "issuingDistributionPoint"},
    {oid::name_constraints, "nameConstraints"},
    {oid::crl_distribution_points, "cRLDistributionPoints"},
    {oid::certificate_policies, "certificatePolicies"},
    {oid::policy_mappings, "policyMappings"},
    {oid::authority_key_identifier, "authorityKeyIdentifier"},
    {oid::policy_constraints, "policyConstraints"},
    {oid::extended_key_usage, "extKeyUsage"},
    {oid::freshest_crl, "freshestCRL"},
    {oid::inhibit_any_policy, "inhibitAnyPolicy"},
    {oid::authority_information_access, "authorityInfoAccess"},
    {oid::tls_feature, "tlsFeature"},
    {oid::signed_certificate_timestamps, "signedCertificateTimestampList"},
    {oid::delegation_usage, "delegationUsage"},
});

}  // namespace

ExtensionView read_extension(der::Reader& extensions) noexcept {
  ExtensionView read;
  der::Reader fields = extensions.enter(Tag::sequence, "Extension");
  read.oid = fields.identifier("extnID");
  if (fields.next_is(Tag::boolean)) {
    read.critical = fields.boolean("critical");
    if (fields.ok() && !read.critical) fields.status().reject("critical", "the default FALSE is written out");
  }
  read.value = fields.contents(Tag::octet_string, "extnValue");
  fields.end("Extension");
  return read;
}

void read_extensions(der::Reader extensions, CertificateView& certificate) noexcept {
  der::Status& status = extensions.status();
  std::array<ByteView, max_extensions> seen;
  std::size_t count = 0;
  if (extensions.empty()) status.reject("extensions", "an empty list");
  while (!extensions.empty()) {
    const ExtensionView extension = read_extension(extensions);
    if (!status.ok()) return;
    const auto known = std::span(seen).first(count);
    const bool twice =
        std::ranges::any_of(known, [&](ByteView other) { return std::ranges::equal(other, extension.oid); });
    if (twice) return status.reject("extensions", "an extension stands twice");
    if (count == max_extensions) return status.reject("extensions", "more than 64 of them");
    seen[count++] = extension.oid;
    read_known(certificate, extension, status);
  }
}

std::string_view extension_name(ByteView oid) noexcept {
  for (const ExtensionName& known : extension_names) {
    if (std::ranges::equal(known.oid, oid)) return known.name;
  }
  return {};
}

bool lists_identifier(ByteView list, ByteView wanted) noexcept {
  der::Status status;
  der::Reader entries(list, status);
  while (!entries.empty()) {
    if (std::ranges::equal(entries.identifier("KeyPurposeId"), wanted)) return status.ok();
  }
  return false;
}

ByteView read_name_constraints(ByteView value, der::Status& status) noexcept {
  const ByteView contents = read_sequence(value, status, "nameConstraints");
  der::Reader fields(contents, status);
  if (fields.empty()) status.reject("nameConstraints", "neither permitted nor excluded subtrees");
  for (const std::uint8_t number : {std::uint8_t{0}, std::uint8_t{1}}) {
    if (!fields.next_is(der::constructed(number))) continue;
    der::Reader subtrees = fields.enter(der::constructed(number), "nameConstraints");
    if (subtrees.empty()) status.reject("nameConstraints", "an empty list of subtrees");
    while (!subtrees.empty()) (void)subtrees.element(Tag::sequence, "GeneralSubtree");
  }
  fields.end("nameConstraints");
  return contents;
}

std::optional<ByteView> read_authority_key_identifier(ByteView value, der::Status& status) noexcept {
  constexpr std::string_view field = "authorityKeyIdentifier";
  der::Reader fields(read_sequence(value, status, field), status);
  std::optional<ByteView> identifier;
  if (fields.next_is(der::context(0))) identifier = fields.contents(der::context(0), field);
  const bool has_issuer = fields.next_is(der::constructed(1));
  if (has_issuer) check_general_names(fields.enter(der::constructed(1), field), field);
  const bool has_serial = fields.next_is(der::context(2));
  if (has_serial) (void)fields.integer_contents(fields.contents(der::context(2), field), field);
  // RFC 5280 4.2.1.1: both or none.
  if (status.ok() && has_issuer != has_serial)
    status.reject(field, "an issuer without its serial number, or the other way");
  fields.end(field);
  return identifier;
}

}  // namespace keyway::x509
