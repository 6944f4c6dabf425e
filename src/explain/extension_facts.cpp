#include "explain/extension_facts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "x509/der.hpp"
#include "x509/general_name.hpp"

namespace keyway::explain {
namespace {

using x509::der::Reader;
using x509::der::Status;
using x509::der::Tag;
using Lines = std::vector<std::string>;

/// Lists from outside are shown up to here.
constexpr std::size_t max_lines = 200;
constexpr std::size_t max_hex_bytes = 1024;

/// Reads an extension's value; the lines count only while the reader is well.
using Decoder = void (*)(Reader& in, Lines& lines);

struct KnownExtension {
  std::string_view oid;  ///< dotted
  std::string_view name;
  Decoder decode;  ///< null: shown in hexadecimal
};

// ------------------------------------------------------------------------------------------------ RFC 5280 4.2.1

constexpr std::array<std::string_view, 9> key_usages = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                        "cRLSign",          "encipherOnly",   "decipherOnly"};

void read_key_usage(Reader& in, Lines& lines) {
  x509::KeyUsage usage;
  usage.bits = in.named_bits("KeyUsage");
  lines.push_back(join(key_usage_names(usage)));
}

void read_basic_constraints(Reader& in, Lines& lines) {
  Reader fields = in.enter(Tag::sequence, "BasicConstraints");
  const bool is_authority = fields.next_is(Tag::boolean) && fields.boolean("cA");
  std::string text = is_authority ? "may issue certificates" : "may not issue certificates";
  if (fields.next_is(Tag::integer)) {
    const auto length = fields.small_integer("pathLenConstraint");
    text += length == 0 ? ", but to no further authority (path length 0)"
                        : fmt::format(", with at most {} below it (path length {})",
                                      length == 1 ? "1 authority" : fmt::format("{} authorities", length), length);
  }
  fields.end("BasicConstraints");
  lines.push_back(std::move(text));
}

[[nodiscard]] std::string_view purpose_name(std::string_view oid) noexcept {
  struct Purpose {
    std::string_view oid;
    std::string_view name;
  };
  static constexpr auto purposes = std::to_array<Purpose>({
      {"2.5.29.37.0", "anyExtendedKeyUsage"},
      {"1.3.6.1.5.5.7.3.1", "serverAuth"},
      {"1.3.6.1.5.5.7.3.2", "clientAuth"},
      {"1.3.6.1.5.5.7.3.3", "codeSigning"},
      {"1.3.6.1.5.5.7.3.4", "emailProtection"},
      {"1.3.6.1.5.5.7.3.8", "timeStamping"},
      {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
  });
  const auto* found = std::ranges::find(purposes, oid, &Purpose::oid);
  return found == purposes.end() ? std::string_view() : found->name;
}

void read_extended_key_usage(Reader& in, Lines& lines) {
  Reader list = in.enter(Tag::sequence, "ExtKeyUsageSyntax");
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::string oid = x509::oid_to_string(list.identifier("KeyPurposeId"));
    const std::string_view name = purpose_name(oid);
    names.push_back(name.empty() ? oid : std::string(name));
  }
  lines.push_back(join(names));
}

/// An address with its mask, as name constraints have it (RFC 5280 4.2.1.10).
[[nodiscard]] std::string constraint_text(const x509::GeneralName& name) {
  const std::size_t half = name.value.size() / 2;
  if (name.form != x509::NameForm::ip_address || (half != 4 && half != 16)) return x509::to_string(name);
  const auto address = IpAddress::from_bytes(name.value.first(half));
  const auto mask = IpAddress::from_bytes(name.value.subspan(half));
  if (!address || !mask) return x509::to_string(name);
  return fmt::format("IP:{}, mask {}", address->to_string(), mask->to_string());
}

void read_names(Reader& list, Lines& lines) {
  while (!list.empty()) lines.push_back(x509::to_string(x509::read_general_name(list)));
}

void read_general_names(Reader& in, Lines& lines) {
  Reader list = in.enter(Tag::sequence, "GeneralNames");
  read_names(list, lines);
}

void read_subtrees(Reader& in, Tag tag, std::string_view word, Lines& lines) {
  if (!in.next_is(tag)) return;
  Reader subtrees = in.enter(tag, "GeneralSubtrees");
  while (!subtrees.empty()) {
    Reader subtree = subtrees.enter(Tag::sequence, "GeneralSubtree");
    lines.push_back(fmt::format("{} {}", word, constraint_text(x509::read_general_name(subtree))));
    while (!subtree.empty()) (void)subtree.any("minimum, maximum");
  }
}

void read_name_constraints(Reader& in, Lines& lines) {
  Reader fields = in.enter(Tag::sequence, "NameConstraints");
  read_subtrees(fields, x509::der::constructed(0), "permitted", lines);
  read_subtrees(fields, x509::der::constructed(1), "excluded", lines);
  fields.end("NameConstraints");
}

void read_subject_key_identifier(Reader& in, Lines& lines) {
  lines.push_back(to_hex(in.contents(Tag::octet_string, "SubjectKeyIdentifier"), ":"));
}

void read_authority_key_identifier(Reader& in, Lines& lines) {
  Reader fields = in.enter(Tag::sequence, "AuthorityKeyIdentifier");
  if (fields.next_is(x509::der::context(0))) {
    lines.push_back(to_hex(fields.contents(x509::der::context(0), "keyIdentifier"), ":"));
  }
  if (fields.next_is(x509::der::constructed(1))) {
    Reader issuer = fields.enter(x509::der::constructed(1), "authorityCertIssuer");
    read_names(issuer, lines);
  }
  if (fields.next_is(x509::der::context(2))) {
    lines.push_back("serial " + to_hex(fields.contents(x509::der::context(2), "authorityCertSerialNumber")));
  }
  fields.end("AuthorityKeyIdentifier");
}

void read_distribution_points(Reader& in, Lines& lines) {
  Reader points = in.enter(Tag::sequence, "CRLDistributionPoints");
  while (!points.empty()) {
    Reader point = points.enter(Tag::sequence, "DistributionPoint");
    if (point.next_is(x509::der::constructed(0))) {
      Reader name = point.enter(x509::der::constructed(0), "distributionPoint");
      if (name.next_is(x509::der::constructed(0))) {
        Reader full = name.enter(x509::der::constructed(0), "fullName");
        read_names(full, lines);
      } else {
        lines.push_back("relative name " + to_hex(name.any("nameRelativeToCRLIssuer").whole));
      }
    }
    while (!point.empty()) (void)point.any("reasons, cRLIssuer");
  }
}

void read_access_descriptions(Reader& in, Lines& lines) {
  Reader list = in.enter(Tag::sequence, "AuthorityInfoAccess");
  while (!list.empty()) {
    Reader description = list.enter(Tag::sequence, "AccessDescription");
    const std::string oid = x509::oid_to_string(description.identifier("accessMethod"));
    const std::string_view method = oid == "1.3.6.1.5.5.7.48.1"   ? "OCSP"
                                    : oid == "1.3.6.1.5.5.7.48.2" ? "issuer's certificate"
                                                                  : std::string_view(oid);
    const std::string location = x509::to_string(x509::read_general_name(description));
    lines.push_back(fmt::format("{}: {}", method, location));
    description.end("AccessDescription");
  }
}

[[nodiscard]] std::string_view policy_name(std::string_view oid) noexcept {
  if (oid == "2.5.29.32.0") return "anyPolicy";
  if (oid == "2.23.140.1.2.1") return "domain validated";
  if (oid == "2.23.140.1.2.2") return "organisation validated";
  if (oid == "2.23.140.1.2.3") return "individual validated";
  if (oid == "2.23.140.1.1") return "extended validation";
  return {};
}

void read_policies(Reader& in, Lines& lines) {
  Reader list = in.enter(Tag::sequence, "CertificatePolicies");
  while (!list.empty()) {
    Reader policy = list.enter(Tag::sequence, "PolicyInformation");
    const std::string oid = x509::oid_to_string(policy.identifier("policyIdentifier"));
    const std::string_view name = policy_name(oid);
    lines.push_back(name.empty() ? oid : fmt::format("{} ({})", oid, name));
    while (!policy.empty()) (void)policy.any("policyQualifiers");
  }
}

void read_inhibit_any_policy(Reader& in, Lines& lines) {
  lines.push_back(fmt::format("after {} more certificates", in.small_integer("InhibitAnyPolicy")));
}

/// RFC 7633: features of TLS that the server must use.
void read_tls_feature(Reader& in, Lines& lines) {
  Reader list = in.enter(Tag::sequence, "Features");
  std::vector<std::string> names;
  while (!list.empty()) names.push_back(to_string(static_cast<ExtensionType>(list.small_integer("feature"))));
  lines.push_back("the server must answer " + join(names));
}

/// RFC 6962 3.3: a TLS-encoded list inside an OCTET STRING.
void read_timestamps(Reader& in, Lines& lines) {
  ByteView list = in.contents(Tag::octet_string, "SignedCertificateTimestampList");
  if (list.size() < 2) return;
  list = list.subspan(2);
  while (list.size() > 2 && lines.size() < max_lines) {
    const std::size_t size = static_cast<std::size_t>(list[0]) << 8U | list[1];
    if (size < 33 || list.size() - 2 < size) return;
    lines.push_back("log " + to_hex(list.subspan(3, 32)));
    list = list.subspan(2 + size);
  }
}

constexpr auto known_extensions = std::to_array<KnownExtension>({
    {"2.5.29.9", "subjectDirectoryAttributes", nullptr},
    {"2.5.29.14", "subjectKeyIdentifier", read_subject_key_identifier},
    {"2.5.29.15", "keyUsage", read_key_usage},
    {"2.5.29.16", "privateKeyUsagePeriod", nullptr},
    {"2.5.29.17", "subjectAltName", read_general_names},
    {"2.5.29.18", "issuerAltName", read_general_names},
    {"2.5.29.19", "basicConstraints", read_basic_constraints},
    {"2.5.29.20", "cRLNumber", nullptr},
    {"2.5.29.27", "deltaCRLIndicator", nullptr},
    {"2.5.29.28", "issuingDistributionPoint", nullptr},
    {"2.5.29.30", "nameConstraints", read_name_constraints},
    {"2.5.29.31", "cRLDistributionPoints", read_distribution_points},
    {"2.5.29.32", "certificatePolicies", read_policies},
    {"2.5.29.33", "policyMappings", nullptr},
    {"2.5.29.35", "authorityKeyIdentifier", read_authority_key_identifier},
    {"2.5.29.36", "policyConstraints", nullptr},
    {"2.5.29.37", "extKeyUsage", read_extended_key_usage},
    {"2.5.29.46", "freshestCRL", read_distribution_points},
    {"2.5.29.54", "inhibitAnyPolicy", read_inhibit_any_policy},
    {"1.3.6.1.5.5.7.1.1", "authorityInfoAccess", read_access_descriptions},
    {"1.3.6.1.5.5.7.1.3", "qcStatements", nullptr},
    {"1.3.6.1.5.5.7.1.11", "subjectInfoAccess", read_access_descriptions},
    {"1.3.6.1.5.5.7.1.14", "proxyCertInfo", nullptr},
    {"1.3.6.1.5.5.7.1.24", "tlsFeature", read_tls_feature},
    {"1.3.6.1.5.5.7.48.1.5", "ocspNoCheck", nullptr},
    {"1.3.6.1.4.1.11129.2.4.2", "signedCertificateTimestamps", read_timestamps},
    {"1.3.6.1.4.1.11129.2.4.3", "ctPoison", nullptr},
    {"1.3.6.1.4.1.44363.44", "delegationUsage", nullptr},
    {"1.3.6.1.4.1.311.20.2", "msCertificateTemplateName", nullptr},
    {"1.3.6.1.4.1.311.21.1", "msCaVersion", nullptr},
    {"1.3.6.1.4.1.311.21.7", "msCertificateTemplate", nullptr},
    {"1.3.6.1.4.1.311.21.10", "msApplicationPolicies", nullptr},
    {"2.16.840.1.113730.1.1", "netscapeCertType", nullptr},
    {"2.16.840.1.113730.1.13", "netscapeComment", nullptr},
});

[[nodiscard]] const KnownExtension* find_known(std::string_view oid) noexcept {
  const auto* found = std::ranges::find(known_extensions, oid, &KnownExtension::oid);
  return found == known_extensions.end() ? nullptr : found;
}

[[nodiscard]] std::string hex_line(ByteView value) {
  if (value.empty()) return "empty";
  const bool is_cut = value.size() > max_hex_bytes;
  const std::string hex = to_hex(is_cut ? value.first(max_hex_bytes) : value, " ");
  return is_cut ? fmt::format("{} … ({} bytes)", hex, value.size()) : hex;
}

/// Nothing where the value is not as its RFC has it, or of a kind that is not decoded.
[[nodiscard]] std::optional<Lines> decode(const KnownExtension* known, ByteView value) {
  if (known == nullptr || known->decode == nullptr) return std::nullopt;
  Status status;
  Reader in(value, status);
  Lines lines;
  known->decode(in, lines);
  in.end(known->name);
  if (!status.ok() || lines.empty()) return std::nullopt;
  if (lines.size() > max_lines) {
    const std::size_t more = lines.size() - max_lines;
    lines.resize(max_lines);
    lines.push_back(fmt::format("… and {} more", more));
  }
  return lines;
}

}  // namespace

std::vector<std::string> key_usage_names(x509::KeyUsage usage) {
  std::vector<std::string> names;
  for (unsigned bit = 0; bit < key_usages.size(); ++bit) {
    if (usage.has(bit)) names.emplace_back(key_usages.at(bit));
  }
  if (names.empty()) names.emplace_back("nothing");
  return names;
}

std::string extension_name(ByteView oid) {
  std::string dotted = x509::oid_to_string(oid);
  const KnownExtension* known = find_known(dotted);
  return known != nullptr ? std::string(known->name) : dotted;
}

ExtensionText describe_extension(const x509::ExtensionView& extension) {
  ExtensionText text;
  text.oid = x509::oid_to_string(extension.oid);
  text.critical = extension.critical;
  const KnownExtension* known = find_known(text.oid);
  text.is_known = known != nullptr;
  text.name = text.is_known ? std::string(known->name) : "unknown " + text.oid;
  auto lines = decode(known, extension.value);
  text.lines = lines ? std::move(*lines) : Lines{hex_line(extension.value)};
  return text;
}

Json extension_json(const x509::ExtensionView& extension) {
  ExtensionText text = describe_extension(extension);
  return {{"name", text.is_known ? text.name : text.oid},
          {"oid", text.oid},
          {"critical", text.critical},
          {"value", text.lines},
          {"hex", to_hex(extension.value)}};
}

}  // namespace keyway::explain
