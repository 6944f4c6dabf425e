#include "x509/issuance_rules.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "x509/algorithm.hpp"
#include "x509/constraint_forms.hpp"
#include "x509/crl.hpp"
#include "x509/extensions.hpp"
#include "x509/general_name.hpp"
#include "x509/oid.hpp"
#include "x509/policies.hpp"

namespace keyway::x509 {
namespace {

/// One rule that is broken.
struct Breach {
  const char* rule;
  const char* expected;
  const char* received;
};
using Found = std::optional<Breach>;

/// A certificate with its place, and its extensions as they stand.
struct Subject {
  const CertificateView& view;
  Role role;
  Conformance conformance;

  [[nodiscard]] bool is_authority() const noexcept { return role != Role::leaf; }
  [[nodiscard]] std::optional<ExtensionView> extension(ByteView oid) const noexcept {
    return find_extension(view.extensions, oid);
  }
  [[nodiscard]] bool has_critical(ByteView oid) const noexcept {
    const auto found = extension(oid);
    return found && found->critical;
  }
  [[nodiscard]] bool has_uncritical(ByteView oid) const noexcept {
    const auto found = extension(oid);
    return found && !found->critical;
  }
};

// ------------------------------------------------------------------------------------------------ RFC 5280

Found check_serial(const Subject& subject) {
  const ByteView serial = subject.view.serial_number;
  // A zero in front, which keeps a number from being negative, counts as well.
  if (serial.size() > 20) return Breach{"RFC 5280 4.1.2.2", "a serial number of 20 bytes at most", "a longer one"};
  if (serial[0] >= 0x80) return Breach{"RFC 5280 4.1.2.2", "a positive serial number", "a negative one"};
  // There are roots in use with number zero, which nobody will ever revoke by it.
  const bool is_zero = std::ranges::all_of(serial, [](std::uint8_t byte) { return byte == 0; });
  const bool is_read = subject.role != Role::anchor || subject.conformance == Conformance::to_the_letter;
  if (!is_zero || !is_read) return std::nullopt;
  return Breach{"RFC 5280 4.1.2.2", "a positive serial number", "zero"};
}

Found check_key_identifiers(const Subject& subject) {
  if (subject.is_authority() && !subject.view.subject_key_identifier) {
    return Breach{"RFC 5280 4.2.1.2", "subjectKeyIdentifier in an authority's certificate", "none"};
  }
  // Nobody looks for the issuer of an anchor.
  const bool is_read = subject.role != Role::anchor || subject.conformance == Conformance::to_the_letter;
  if (is_read && !subject.view.is_self_issued() && !subject.view.authority_key_identifier) {
    return Breach{"RFC 5280 4.2.1.1", "authorityKeyIdentifier with keyIdentifier", "none"};
  }
  return std::nullopt;
}

Found check_criticality(const Subject& subject) {
  if (subject.is_authority() && subject.has_uncritical(oid::basic_constraints)) {
    return Breach{"RFC 5280 4.2.1.9", "basicConstraints of an authority marked critical", "not critical"};
  }
  if (subject.has_uncritical(oid::policy_constraints)) {
    return Breach{"RFC 5280 4.2.1.11", "policyConstraints marked critical", "not critical"};
  }
  if (subject.has_uncritical(oid::inhibit_any_policy)) {
    return Breach{"RFC 5280 4.2.1.14", "inhibitAnyPolicy marked critical", "not critical"};
  }
  if (subject.view.subject.empty() && subject.has_uncritical(oid::subject_alternative_name)) {
    return Breach{"RFC 5280 4.2.1.6", "subjectAltName marked critical beside an empty subject", "not critical"};
  }
  return std::nullopt;
}

Found check_authority_fields(const Subject& subject) {
  const CertificateView& view = subject.view;
  const bool is_authority = view.basic_constraints && view.basic_constraints->is_authority;
  if (!is_authority && view.name_constraints) {
    return Breach{"RFC 5280 4.2.1.10", "nameConstraints in an authority's certificate alone", "one that is none"};
  }
  if (!is_authority && view.basic_constraints && view.basic_constraints->path_length) {
    return Breach{"RFC 5280 4.2.1.9", "pathLenConstraint in an authority's certificate alone", "one that is none"};
  }
  return std::nullopt;
}

/// An anchor's keyUsage is left to those who put it into the store: old roots have none.
Found check_key_usage(const Subject& subject) {
  if (subject.role != Role::authority || subject.view.key_usage) return std::nullopt;
  return Breach{"RFC 5280 4.2.1.3", "keyUsage in an authority's certificate", "none"};
}

/// RFC 5280 4.2.1.10 has the leading period for mail and URIs; for DNS names it is a custom.
Found check_constraint_bases(const Subject& subject) {
  if (!subject.view.name_constraints) return std::nullopt;
  der::Status status;
  der::Reader lists(*subject.view.name_constraints, status);
  while (!lists.empty()) {
    der::Reader subtrees(lists.any("nameConstraints").contents, status);
    while (!subtrees.empty()) {
      der::Reader subtree = subtrees.enter(der::Tag::sequence, "GeneralSubtree");
      const GeneralName base = read_general_name(subtree);
      if (base.form == NameForm::dns_name && as_text(base.value).starts_with('.')) {
        return Breach{"RFC 5280 4.2.1.10", "a dNSName constraint without a leading period", "one with it"};
      }
    }
  }
  return std::nullopt;
}

/// RFC 8410 5, RFC 8813 3, RFC 9881 5: keys that can but sign are for nothing else.
Found check_usage_of_key(const Subject& subject) {
  const auto facts = read_key_facts(subject.view.subject_public_key_info);
  if (!subject.view.key_usage || !facts) return std::nullopt;
  using crypto::KeyType;
  const bool is_rsa = facts->type == KeyType::rsa || facts->type == KeyType::rsa_pss;
  const bool is_curve = facts->type == KeyType::p256 || facts->type == KeyType::p384 || facts->type == KeyType::p521;
  const KeyUsage usage = *subject.view.key_usage;
  const bool encrypts = usage.key_encipherment() || usage.has(3);
  const bool agrees = usage.has(4) || usage.has(7) || usage.has(8);
  if (is_rsa || (!encrypts && (is_curve || !agrees))) return std::nullopt;
  return Breach{"RFC 8410 5, RFC 8813 3, RFC 9881 5", "keyUsage that fits the key", "one for which it can't be used"};
}

/// RFC 5280 4.1.2.5: UTCTime through the year 2049, GeneralizedTime from then on. 4.1.2.8: no unique identifiers.
Found check_dates_and_identifiers(const Subject& subject) {
  der::Status status;
  der::Reader tbs = der::Reader(subject.view.tbs_certificate, status).enter(der::Tag::sequence, "tbsCertificate");
  if (tbs.next_is(der::constructed(0))) (void)tbs.any("version");
  for (const std::string_view field : {"serialNumber", "signature", "issuer"}) (void)tbs.any(field);
  der::Reader validity = tbs.enter(der::Tag::sequence, "validity");
  using std::chrono::year;
  constexpr Time year_2050{std::chrono::sys_days(year(2050) / 1 / 1)};
  for (const Time date : {subject.view.not_before, subject.view.not_after}) {
    if (validity.any("Time").tag == der::Tag::utc_time || date >= year_2050) continue;
    return Breach{"RFC 5280 4.1.2.5", "a date before 2050 as UTCTime", "one as GeneralizedTime"};
  }
  for (const std::string_view field : {"subject", "subjectPublicKeyInfo"}) (void)tbs.any(field);
  const bool is_last = tbs.empty() || tbs.next_is(der::constructed(3));
  if (is_last) return std::nullopt;
  return Breach{"RFC 5280 4.1.2.8", "no unique identifiers", "one"};
}

/// RFC 5280 4.2.1.6: host names, and for the web wildcards of one; mailboxes; URIs with a scheme.
Found check_form_of_names(const Subject& subject) {
  der::Status status;
  der::Reader names(subject.view.subject_alternative_name.value_or(ByteView{}), status);
  while (!names.empty()) {
    const GeneralName name = read_general_name(names);
    const bool is_host = name.form == NameForm::dns_name;
    const bool is_mailbox = name.form == NameForm::rfc822_name;
    const std::string_view text = as_text(name.value);
    const bool is_quoted = is_mailbox && text.starts_with('"');
    if ((is_host || is_mailbox) && !is_quoted && !is_comparable(name)) {
      return Breach{"RFC 5280 4.2.1.6", "names of their form in subjectAltName", "one that is none"};
    }
    if (name.form == NameForm::uri && text.find(':') == std::string_view::npos) {
      return Breach{"RFC 5280 4.2.1.6", "URIs with a scheme in subjectAltName", "one without"};
    }
  }
  return std::nullopt;
}

/// RFC 5280 4.2.2.1: where the issuer is to be had and who tells of revocation, in full syntax.
Found check_information_access(const Subject& subject) {
  der::Status status;
  der::Reader accesses(subject.view.authority_information_access.value_or(ByteView{}), status);
  while (!accesses.empty()) {
    der::Reader access = accesses.enter(der::Tag::sequence, "AccessDescription");
    (void)access.identifier("accessMethod");
    (void)read_general_name(access);
    access.end("AccessDescription");
  }
  if (status.ok()) return std::nullopt;
  return Breach{"RFC 5280 4.2.2.1", "authorityInfoAccess with a method and a name in each entry", "another"};
}

/// RFC 5280 4.2.1.4: each policy once.
Found check_policies(const Subject& subject) {
  if (!subject.view.certificate_policies || list_policies(*subject.view.certificate_policies)) return std::nullopt;
  return Breach{"RFC 5280 4.2.1.4", "each policy once in certificatePolicies", "one that stands twice"};
}

// ------------------------------------------------------------------------------------------------ BR

/// BR 7.1.2.1.3, 7.1.2.11.1: keyIdentifier and nothing else; a root's is its own.
Found check_authority_key_identifier(const Subject& subject) {
  const auto extension = subject.extension(oid::authority_key_identifier);
  if (!extension) return std::nullopt;
  const char* const rule = "BR 7.1.2.1.3, 7.1.2.11.1";
  const auto& identifier = subject.view.authority_key_identifier;
  if (!identifier) return Breach{rule, "authorityKeyIdentifier with keyIdentifier", "one without it"};
  der::Status status;
  der::Reader fields = der::Reader(extension->value, status).enter(der::Tag::sequence, "authorityKeyIdentifier");
  (void)fields.any("keyIdentifier");
  if (!fields.empty()) return Breach{rule, "authorityKeyIdentifier with keyIdentifier alone", "one with more"};
  const auto& own = subject.view.subject_key_identifier;
  if (subject.view.is_self_issued() && subject.role == Role::anchor && own && !std::ranges::equal(*own, *identifier)) {
    return Breach{rule, "a root's keyIdentifier that is its subjectKeyIdentifier", "another"};
  }
  return std::nullopt;
}

/// BR 7.1.2.1.2, 7.1.2.7.10, 7.1.2.10.6.
Found check_purposes(const Subject& subject) {
  const auto& usages = subject.view.extended_key_usage;
  if (subject.role == Role::anchor) {
    if (!usages || !subject.view.is_self_issued()) return std::nullopt;
    return Breach{"BR 7.1.2.1.2", "a root without extKeyUsage", "one with it"};
  }
  if (!usages) {
    if (subject.role != Role::leaf) return std::nullopt;
    return Breach{"BR 7.1.2.7.10", "extKeyUsage with serverAuth", "no extKeyUsage"};
  }
  const char* const rule = subject.role == Role::leaf ? "BR 7.1.2.7.10" : "BR 7.1.2.10.6";
  if (subject.role == Role::leaf && subject.has_critical(oid::extended_key_usage)) {
    return Breach{"BR 7.1.2.7.6", "extKeyUsage that is not critical", "a critical one"};
  }
  const std::array<ByteView, 6> forbidden{oid::any_extended_key_usage, oid::code_signing, oid::email_protection,
                                          oid::time_stamping,          oid::ocsp_signing, oid::precertificate_signing};
  const bool mixes = std::ranges::any_of(forbidden, [&](ByteView usage) { return lists_identifier(*usages, usage); });
  if (!mixes) return std::nullopt;
  return Breach{rule, "extKeyUsage with serverAuth and perhaps clientAuth", "one with other purposes beside them"};
}

/// BR 6.1.6.
Found check_modulus(const Subject& subject) {
  const auto facts = read_key_facts(subject.view.subject_public_key_info);
  if (!facts || (facts->type != crypto::KeyType::rsa && facts->type != crypto::KeyType::rsa_pss)) return std::nullopt;
  if (facts->bits % 8 == 0) return std::nullopt;
  return Breach{"BR 6.1.6", "an RSA modulus of whole bytes", "one of another length"};
}

/// BR 7.1.2.7.11.
Found check_signing_of_lists(const Subject& subject) {
  if (subject.role != Role::leaf || !subject.view.key_usage || !subject.view.key_usage->crl_sign()) return std::nullopt;
  return Breach{"BR 7.1.2.7.11", "keyUsage without cRLSign", "one with it"};
}

/// BR 7.1.2.7.12.
Found check_alternative_name(const Subject& subject) {
  if (subject.role != Role::leaf || subject.view.subject.empty()) return std::nullopt;
  if (!subject.has_critical(oid::subject_alternative_name)) return std::nullopt;
  return Breach{"BR 7.1.2.7.12", "subjectAltName not critical beside a subject", "a critical one"};
}

/// True when GeneralNames (their contents) are URIs alone.
bool are_uris(ByteView names) noexcept {
  der::Status status;
  der::Reader reader(names, status);
  while (!reader.empty()) {
    if (read_general_name(reader).form != NameForm::uri) return false;
  }
  return true;
}

/// BR 7.1.2.11.2: where lists are to be had is told by URIs.
Found check_distribution_points(const Subject& subject) {
  der::Status status;
  der::Reader points(subject.view.crl_distribution_points.value_or(ByteView{}), status);
  while (!points.empty()) {
    const auto name = read_distribution_point(points).name;
    if (!name || !name->full || are_uris(*name->full)) continue;
    return Breach{"BR 7.1.2.11.2", "cRLDistributionPoints with URIs alone", "a name of another form"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Objection> check_issuance(const CertificateView& certificate, std::size_t depth, Role role,
                                        Purpose purpose, const Verifier::Options& options) {
  using Rule = Found (*)(const Subject&);
  constexpr auto rules_of_rfc =
      std::to_array<Rule>({check_serial, check_dates_and_identifiers, check_key_identifiers, check_criticality,
                           check_key_usage, check_authority_fields, check_constraint_bases, check_usage_of_key,
                           check_form_of_names, check_information_access, check_policies});
  constexpr auto rules_of_br =
      std::to_array<Rule>({check_authority_key_identifier, check_purposes, check_modulus, check_signing_of_lists,
                           check_alternative_name, check_distribution_points});
  const Subject subject{certificate, role, options.conformance};
  Found found;
  // An anchor of version 1 has no extensions to judge.
  if (certificate.version < 3 && role == Role::anchor) return std::nullopt;
  for (const Rule rule : rules_of_rfc) {
    if (!found) found = rule(subject);
  }
  const bool is_of_web = purpose == Purpose::server && options.profile == Profile::web_pki;
  for (const Rule rule : rules_of_br) {
    if (is_of_web && !found) found = rule(subject);
  }
  if (!found) return std::nullopt;
  return Objection{CheckKind::constraints,
                   finding_about(certificate, depth, ErrorCode::InvalidCertificate, found->rule, found->expected,
                                 found->received, "have the certificate issued anew by the rules")};
}

std::optional<Objection> check_key_identifier(const CertificateView& certificate, std::size_t depth,
                                              const CertificateView& issuer) {
  const auto& named = certificate.authority_key_identifier;
  const auto& own = issuer.subject_key_identifier;
  if (!named || !own || std::ranges::equal(*named, *own)) return std::nullopt;
  return Objection{CheckKind::constraints,
                   finding_about(certificate, depth, ErrorCode::InvalidCertificate, "RFC 5280 4.2.1.2",
                                 "authorityKeyIdentifier that is its issuer's subjectKeyIdentifier", "another",
                                 "have the certificate issued anew by the rules")};
}

bool is_admissible(const Crl& list, const Verifier::Options& options) {
  if (options.conformance == Conformance::lenient || options.profile != Profile::web_pki) return true;
  const auto& point = list.parsed().point;
  return !list.parsed().is_indirect && (!point || !point->full || are_uris(*point->full));
}

}  // namespace keyway::x509
