#include "x509/name_constraints.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "x509/constraint_forms.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

std::string base_text(const GeneralName& base) {
  if (base.form != NameForm::ip_address || !is_well_formed_base(base)) return to_string(base);
  const std::size_t half = base.value.size() / 2;
  return to_string({base.form, base.value.first(half)}) + "/" +
         to_string({base.form, base.value.subspan(half)}).substr(3);
}

/// One authority's constraints.
class Constraints {
 public:
  Constraints(ByteView contents, std::size_t& budget) : budget_(&budget) {
    der::Reader fields(contents, status_);
    if (fields.next_is(der::constructed(0))) permitted_ = fields.contents(der::constructed(0), "permittedSubtrees");
    if (fields.next_is(der::constructed(1))) excluded_ = fields.contents(der::constructed(1), "excludedSubtrees");
  }

  /// Every base is looked at, used or not: an authority with garbage for bounds has none that can be relied on.
  [[nodiscard]] std::optional<ConstraintViolation> check_own_form() {
    for (const ByteView list : {permitted_, excluded_}) {
      der::Reader subtrees(list, status_);
      while (!subtrees.empty()) {
        const GeneralName base = read_subtree(subtrees);
        if (!take_one()) return spent();
        if (status_.ok() && !is_well_formed_base(base)) return ConstraintViolation{{}, "malformed: " + to_string(base)};
      }
    }
    if (!status_.ok()) return ConstraintViolation{{}, "malformed: " + std::string(der::describe(status_.problem()))};
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ConstraintViolation> check(const GeneralName& name, Case when_excluded = Case::counts) {
    if (auto violation = compare(ConstraintKind::excluded, excluded_, name, when_excluded)) return violation;
    return compare(ConstraintKind::permitted, permitted_, name, Case::counts);
  }

  /// True when there are constraints of this form.
  [[nodiscard]] bool mentions(NameForm form) {
    for (const ByteView list : {permitted_, excluded_}) {
      der::Reader subtrees(list, status_);
      while (!subtrees.empty()) {
        if (read_subtree(subtrees).form == form) return true;
      }
    }
    return false;
  }

 private:
  /// RFC 5280 4.2.1.10: minimum is 0, thus not written, and maximum is absent.
  [[nodiscard]] static GeneralName read_subtree(der::Reader& subtrees) noexcept {
    der::Reader subtree = subtrees.enter(Tag::sequence, "GeneralSubtree");
    const GeneralName base = read_general_name(subtree);
    subtree.end("GeneralSubtree");
    return base;
  }

  [[nodiscard]] bool take_one() noexcept {
    if (*budget_ == 0) return false;
    --*budget_;
    return true;
  }

  [[nodiscard]] static ConstraintViolation spent() { return {{}, "too many comparisons", true}; }

  [[nodiscard]] std::optional<ConstraintViolation> compare(ConstraintKind kind, ByteView list, const GeneralName& name,
                                                           Case local_case) {
    der::Reader subtrees(list, status_);
    bool has_form = false;
    bool is_within = false;
    GeneralName last;
    while (!subtrees.empty() && !is_within) {
      const GeneralName base = read_subtree(subtrees);
      if (!take_one()) return spent();
      if (base.form != name.form) continue;
      has_form = true;
      last = base;
      if (!is_comparable(name)) {
        return ConstraintViolation{to_string(name),
                                   "constrained by " + to_string(base) + ", which can't be compared with it"};
      }
      is_within = is_hit(kind, name, base, local_case);
    }
    if (kind == ConstraintKind::excluded && is_within) {
      return ConstraintViolation{to_string(name), "excluded: " + base_text(last)};
    }
    if (kind == ConstraintKind::permitted && has_form && !is_within) {
      return ConstraintViolation{to_string(name), "outside of what is permitted: " + base_text(last)};
    }
    return std::nullopt;
  }

  der::Status status_;
  ByteView permitted_;
  ByteView excluded_;
  std::size_t* budget_;
};

/// RFC 5280 4.2.1.10: an address in the subject counts as an rfc822Name. Such have no case (4.1.2.6), so whatever
/// the case may be, it must be allowed.
std::optional<ConstraintViolation> check_subject_addresses(Constraints& constraints, ByteView subject) {
  for (const der::Element& value : attributes_of(subject, oid::email_address)) {
    const GeneralName name{NameForm::rfc822_name, value.contents};
    if (value.tag != Tag::ia5_string) return ConstraintViolation{to_string(name), "which is not in ASCII, as it must be"};
    if (auto violation = constraints.check(name, Case::ignored)) return violation;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ConstraintViolation> find_violation(ByteView contents, const CertificateView& certificate,
                                                  std::size_t& budget) {
  Constraints constraints(contents, budget);
  if (auto violation = constraints.check_own_form()) return violation;
  if (!certificate.subject.empty()) {
    if (auto violation = constraints.check({NameForm::directory_name, certificate.subject.der})) return violation;
    if (constraints.mentions(NameForm::rfc822_name)) {
      if (auto violation = check_subject_addresses(constraints, certificate.subject.der)) return violation;
    }
  }
  if (!certificate.subject_alternative_name) return std::nullopt;
  der::Status status;
  der::Reader names(*certificate.subject_alternative_name, status);
  while (!names.empty()) {
    const GeneralName name = read_general_name(names);
    if (auto violation = constraints.check(name)) return violation;
  }
  return std::nullopt;
}

}  // namespace keyway::x509
