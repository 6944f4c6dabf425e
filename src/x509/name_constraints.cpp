#include "x509/name_constraints.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

enum class Kind : std::uint8_t { permitted, excluded };

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_text(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && same_text(text.substr(text.size() - end.size()), end);
}

std::string_view without_final_dot(std::string_view name) noexcept {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool is_label(std::string_view label) noexcept {
  if (label.empty() || label.size() > 63) return false;
  return std::ranges::all_of(label, [](char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// A DNS name that can be compared at all: labels, the first perhaps a wildcard.
bool is_comparable_dns(std::string_view name) noexcept {
  name = without_final_dot(name);
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

/// A base may be empty or begin with a period.
bool is_dns_base(std::string_view base) noexcept {
  if (base.empty()) return true;
  if (base.starts_with('.')) base.remove_prefix(1);
  return !base.starts_with('*') && is_comparable_dns(base);
}

/// RFC 5280 4.2.1.10: an address and a mask, as in RFC 4632: ones, then zeros.
bool is_ip_base(ByteView base) noexcept {
  if (base.size() != 8 && base.size() != 32) return false;
  bool ended = false;
  for (const std::uint8_t byte : base.subspan(base.size() / 2)) {
    for (unsigned bit = 8; bit-- > 0;) {
      const bool one = (byte >> bit & 1U) != 0;
      if (one && ended) return false;
      ended = !one;
    }
  }
  return true;
}

bool ip_within(ByteView address, ByteView base) noexcept {
  const std::size_t size = base.size() / 2;
  if (address.size() != size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (((address[i] ^ base[i]) & base[size + i]) != 0) return false;
  }
  return true;
}

/// What an excluded base takes away: `*.example.com` falls to `a.example.com` too, since it could be used for it,
/// and a leading period takes away the name itself: in doubt, more is excluded.
bool dns_excluded(std::string_view name, std::string_view base) noexcept {
  if (base.starts_with('.')) base.remove_prefix(1);
  if (dns_within(name, base)) return true;
  if (!name.starts_with("*.")) return false;
  base = without_final_dot(base);
  const std::string_view parent = without_final_dot(name).substr(1);
  return ends_with(base, parent) && base.substr(0, base.size() - parent.size()).find('.') == std::string_view::npos;
}

bool is_well_formed(const GeneralName& base) noexcept {
  if (base.form == NameForm::dns_name) return is_dns_base(as_text(base.value));
  if (base.form == NameForm::ip_address) return is_ip_base(base.value);
  return true;
}

bool is_comparable(const GeneralName& name) noexcept {
  if (name.form == NameForm::dns_name) return is_comparable_dns(as_text(name.value));
  return name.form == NameForm::ip_address || name.form == NameForm::directory_name;
}

bool is_hit(Kind kind, const GeneralName& name, const GeneralName& base) noexcept {
  switch (name.form) {
    case NameForm::dns_name:
      return kind == Kind::permitted ? dns_within(as_text(name.value), as_text(base.value))
                                     : dns_excluded(as_text(name.value), as_text(base.value));
    case NameForm::ip_address:
      return ip_within(name.value, base.value);
    case NameForm::directory_name:
      return within_name(name.value, base.value);
    default:
      return false;
  }
}

std::string base_text(const GeneralName& base) {
  if (base.form != NameForm::ip_address || !is_ip_base(base.value)) return to_string(base);
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
        if (status_.ok() && !is_well_formed(base)) return ConstraintViolation{{}, "malformed: " + to_string(base)};
      }
    }
    if (!status_.ok()) return ConstraintViolation{{}, "malformed: " + std::string(der::describe(status_.problem()))};
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ConstraintViolation> check(const GeneralName& name) {
    if (auto violation = compare(Kind::excluded, excluded_, name)) return violation;
    return compare(Kind::permitted, permitted_, name);
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

  [[nodiscard]] std::optional<ConstraintViolation> compare(Kind kind, ByteView list, const GeneralName& name) {
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
      is_within = is_hit(kind, name, base);
    }
    if (kind == Kind::excluded && is_within) {
      return ConstraintViolation{to_string(name), "excluded: " + base_text(last)};
    }
    if (kind == Kind::permitted && has_form && !is_within) {
      return ConstraintViolation{to_string(name), "outside of what is permitted: " + base_text(last)};
    }
    return std::nullopt;
  }

  der::Status status_;
  ByteView permitted_;
  ByteView excluded_;
  std::size_t* budget_;
};

}  // namespace

bool dns_within(std::string_view name, std::string_view base) noexcept {
  name = without_final_dot(name);
  base = without_final_dot(base);
  if (base.empty()) return true;
  if (base.starts_with('.')) return name.size() > base.size() && ends_with(name, base);
  if (same_text(name, base)) return true;
  return name.size() > base.size() && ends_with(name, base) && name[name.size() - base.size() - 1] == '.';
}

std::optional<ConstraintViolation> find_violation(ByteView contents, const CertificateView& certificate,
                                                  std::size_t& budget) {
  Constraints constraints(contents, budget);
  if (auto violation = constraints.check_own_form()) return violation;
  if (!certificate.subject.empty()) {
    if (auto violation = constraints.check({NameForm::directory_name, certificate.subject.der})) return violation;
    // RFC 5280 4.2.1.10: an address in the subject counts as an rfc822Name.
    const auto address = certificate.subject.attribute("emailAddress");
    if (address && constraints.mentions(NameForm::rfc822_name)) {
      if (auto violation = constraints.check({NameForm::rfc822_name, as_bytes(*address)})) return violation;
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
