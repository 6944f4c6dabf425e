#include "x509/policies.hpp"

#include <algorithm>

#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

/// RFC 5280 4.2.1.4: with anyPolicy only the two qualifiers of the RFC may stand.
void check_qualifiers(der::Reader& information, bool is_any) noexcept {
  constexpr std::string_view field = "policyQualifiers";
  if (information.empty()) return;
  der::Reader qualifiers = information.enter(Tag::sequence, field);
  if (qualifiers.empty()) qualifiers.status().reject(field, "an empty list");
  while (!qualifiers.empty()) {
    der::Reader qualifier = qualifiers.enter(Tag::sequence, field);
    const ByteView id = qualifier.identifier(field);
    (void)qualifier.any(field);
    qualifier.end(field);
    const bool is_known = oid::is(id, oid::policy_qualifier_cps) || oid::is(id, oid::policy_qualifier_notice);
    if (is_any && !is_known) qualifiers.status().reject(field, "a qualifier that may not stand with anyPolicy");
  }
}

/// A SEQUENCE of one SEQUENCE or more, each read by `read_one`. Returns the contents.
template <typename ReadOne>
ByteView read_sequences(ByteView value, der::Status& status, std::string_view field, ReadOne read_one) noexcept {
  der::Reader reader(value, status);
  const ByteView contents = reader.contents(Tag::sequence, field);
  reader.end(field);
  der::Reader all(contents, status);
  if (all.empty()) status.reject(field, "an empty list");
  while (!all.empty()) {
    der::Reader one = all.enter(Tag::sequence, field);
    read_one(one);
    one.end(field);
  }
  return contents;
}

}  // namespace

ByteView read_certificate_policies(ByteView value, der::Status& status) noexcept {
  constexpr std::string_view field = "certificatePolicies";
  return read_sequences(value, status, field, [&](der::Reader& information) {
    const ByteView policy = information.identifier(field);
    check_qualifiers(information, is_any_policy(policy));
  });
}

ByteView read_policy_mappings(ByteView value, der::Status& status) noexcept {
  return read_sequences(value, status, "policyMappings", [](der::Reader& mapping) {
    (void)mapping.identifier("issuerDomainPolicy");
    (void)mapping.identifier("subjectDomainPolicy");
  });
}

void read_policy_constraints(ByteView value, der::Status& status, CertificateView& certificate) noexcept {
  constexpr std::string_view field = "policyConstraints";
  der::Reader reader(value, status);
  der::Reader fields = reader.enter(Tag::sequence, field);
  reader.end(field);
  if (fields.empty()) status.reject(field, "neither of its two fields");
  const auto skip_certs = [&](std::uint8_t number) -> std::optional<std::uint32_t> {
    if (!fields.next_is(der::context(number))) return std::nullopt;
    const ByteView contents = fields.contents(der::context(number), field);
    return fields.small(fields.integer_contents(contents, field), field);
  };
  certificate.require_explicit_policy = skip_certs(0);
  certificate.inhibit_policy_mapping = skip_certs(1);
  fields.end(field);
}

std::uint32_t read_inhibit_any_policy(ByteView value, der::Status& status) noexcept {
  constexpr std::string_view field = "inhibitAnyPolicy";
  der::Reader reader(value, status);
  const std::uint32_t skip_certs = reader.small_integer(field);
  reader.end(field);
  return skip_certs;
}

bool is_any_policy(ByteView policy) noexcept {
  return oid::is(policy, oid::any_policy);
}

bool is_before(ByteView a, ByteView b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::ranges::lexicographical_compare(a, b);
}

std::optional<std::vector<ByteView>> list_policies(ByteView contents) {
  std::vector<ByteView> list;
  der::Status status;
  der::Reader policies(contents, status);
  while (!policies.empty()) {
    list.push_back(policies.enter(Tag::sequence, "certificatePolicies").identifier("policyIdentifier"));
  }
  std::ranges::sort(list, is_before);
  const auto twice = std::ranges::adjacent_find(list, [](ByteView a, ByteView b) { return std::ranges::equal(a, b); });
  if (!status.ok() || twice != list.end()) return std::nullopt;
  return list;
}

std::vector<PolicyMapping> list_mappings(ByteView contents) {
  std::vector<PolicyMapping> list;
  der::Status status;
  der::Reader mappings(contents, status);
  while (!mappings.empty()) {
    der::Reader mapping = mappings.enter(Tag::sequence, "policyMappings");
    const ByteView issuer = mapping.identifier("issuerDomainPolicy");
    list.push_back({issuer, mapping.identifier("subjectDomainPolicy")});
  }
  std::ranges::sort(list, is_before, &PolicyMapping::issuer);
  return list;
}

}  // namespace keyway::x509
