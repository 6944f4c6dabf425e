#include "x509/revocation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "x509/crl.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

bool same_bytes(const std::optional<ByteView>& a, const std::optional<ByteView>& b) noexcept {
  if (a.has_value() != b.has_value()) return false;
  return !a || std::ranges::equal(*a, *b);
}

/// Compares two non-negative INTEGERs, minimal as DER has them.
bool is_below(ByteView a, ByteView b) noexcept {
  const auto bare = [](ByteView number) { return number.size() > 1 && number[0] == 0 ? number.subspan(1) : number; };
  const ByteView left = bare(a);
  const ByteView right = bare(b);
  if (left.size() != right.size()) return left.size() < right.size();
  return std::ranges::lexicographical_compare(left, right);
}

/// RFC 5280 5.2.4, 6.3.3 (c): both are about the same, and the delta goes on from this list or an older one.
bool fits(const Crl::Parsed& delta, const Crl::Parsed& base) noexcept {
  return base.number && delta.number && same_name(delta.issuer.der, base.issuer.der) &&
         same_bytes(delta.scope, base.scope) &&
         same_bytes(delta.authority_key_identifier, base.authority_key_identifier) &&
         !is_below(*base.number, *delta.base_number) && !is_below(*delta.number, *base.number);
}

/// Goes through the lists for one certificate.
class Inquiry {
 public:
  Inquiry(std::span<const SignedList* const> lists, const CrlQuestion& question)
      : lists_(lists), question_(question), issuer_hash_(name_hash(question.certificate.issuer.der)) {
    read_points();
  }

  RevocationAnswer run();

 private:
  void read_points();
  [[nodiscard]] bool is_direct(const SignedList& list) const noexcept;
  [[nodiscard]] bool is_named(const Crl::Parsed& list) const noexcept;
  [[nodiscard]] bool is_about(const SignedList& list);
  [[nodiscard]] const SignedList* delta_of(const Crl::Parsed& base);
  [[nodiscard]] std::string why_not_now(const Crl::Parsed& list) const;
  [[nodiscard]] std::string why_not_this_kind(const Crl::Parsed& list) const;
  [[nodiscard]] std::uint16_t reasons_of(const SignedList& list) const;
  [[nodiscard]] std::optional<Crl::Parsed::Found> find(const SignedList& list) const {
    return list.parsed().find(question_.certificate.serial_number, question_.certificate.issuer.der);
  }
  [[nodiscard]] bool look_at(const SignedList& base);
  [[nodiscard]] bool look_at_delta(const SignedList& delta);
  [[nodiscard]] bool counts(const SignedList& list, const Crl::Parsed::Found& found);
  [[nodiscard]] bool revoked(const SignedList& list, const Crl::Parsed::Found& found);

  std::span<const SignedList* const> lists_;
  const CrlQuestion& question_;
  std::uint64_t issuer_hash_;
  std::array<DistributionPoint, max_distribution_points> points_;
  std::size_t count_ = 0;
  std::uint16_t covered_ = 0;  ///< reasons that a list was silent about
  RevocationAnswer answer_;
};

void Inquiry::read_points() {
  if (!question_.certificate.crl_distribution_points) return;
  der::Status status;
  der::Reader each(*question_.certificate.crl_distribution_points, status);
  while (!each.empty() && count_ < points_.size()) {
    const DistributionPoint point = read_distribution_point(each);
    if (status.ok()) points_[count_++] = point;
  }
}

bool Inquiry::is_direct(const SignedList& list) const noexcept {
  return list.issuer_hash() == issuer_hash_ && same_name(list.parsed().issuer.der, question_.certificate.issuer.der);
}

/// True for the list of a CRL issuer that the certificate names beside its own (RFC 5280 4.2.1.13, cRLIssuer).
bool Inquiry::is_named(const Crl::Parsed& list) const noexcept {
  return std::ranges::any_of(std::span(points_).first(count_), [&](const DistributionPoint& point) {
    return point.crl_issuer && lists_directory_name(*point.crl_issuer, list.issuer.der);
  });
}

bool Inquiry::is_about(const SignedList& list) {
  if (!is_direct(list)) {
    if (!is_named(list.parsed())) return false;
    // RFC 5280 6.3.3 (b) (1): it must say itself that it speaks for others.
    if (!list.parsed().is_indirect) {
      answer_.reason = "the CRL of " + list.crl().issuer().to_string() + " is not an indirect one";
      return false;
    }
  }
  if (question_.is_signed(list)) return true;
  answer_.reason = "the CRL is not signed by the certificate's issuer, nor by one that may sign for it";
  return false;
}

/// The newest delta that goes on from this list and is in force.
const SignedList* Inquiry::delta_of(const Crl::Parsed& base) {
  const SignedList* newest = nullptr;
  for (const SignedList* list : lists_) {
    const Crl::Parsed& delta = list->parsed();
    if (!delta.is_delta() || !fits(delta, base) || !why_not_now(delta).empty()) continue;
    if (newest != nullptr && !is_below(*newest->parsed().number, *delta.number)) continue;
    if (question_.is_signed(*list)) newest = list;
  }
  return newest;
}

/// Why the list says nothing at this time; empty where it does.
std::string Inquiry::why_not_now(const Crl::Parsed& list) const {
  const Time now = question_.now;
  if (list.this_update > now) return "the CRL is not in force before " + to_text(list.this_update);
  if (list.next_update && *list.next_update < now) {
    return "the CRL is out of date: a newer one was due on " + to_text(*list.next_update) + ", " +
           length_text(now - *list.next_update) + " ago";
  }
  if (!list.next_update && !question_.max_age) return "the CRL does not say until when it holds";
  if (question_.max_age && now - list.this_update > *question_.max_age) {
    return "the CRL is too old: it is of " + to_text(list.this_update) + ", " + length_text(now - list.this_update) +
           " ago";
  }
  if (list.has_unknown_critical_extension) return "the CRL has a critical extension that is not understood";
  return {};
}

/// RFC 5280 6.3.3 (b) (2) (ii) to (iv).
std::string Inquiry::why_not_this_kind(const Crl::Parsed& list) const {
  const CertificateView& certificate = question_.certificate;
  const bool is_authority = certificate.basic_constraints && certificate.basic_constraints->is_authority;
  const bool is_user = !is_authority && certificate.version == 3;
  if (list.only_attribute_certificates) return "the CRL is about attribute certificates";
  if (list.only_user_certificates && !is_user) return "the CRL is not about authorities";
  if (list.only_authority_certificates && !is_authority) return "the CRL is about authorities alone";
  return {};
}

/// RFC 5280 6.3.3 (b), (d): the reasons for which the list's silence counts, over the points that lead to it.
std::uint16_t Inquiry::reasons_of(const SignedList& list) const {
  const Crl::Parsed& parsed = list.parsed();
  const bool direct = is_direct(list);
  const ByteView issuer = question_.certificate.issuer.der;
  std::uint16_t reasons = 0;
  for (const DistributionPoint& point : std::span(points_).first(count_)) {
    const bool named = point.crl_issuer && lists_directory_name(*point.crl_issuer, parsed.issuer.der);
    if (point.crl_issuer ? !named || !parsed.is_indirect : !direct) continue;
    const DistributionPointName name = point.name.value_or(DistributionPointName{point.crl_issuer, std::nullopt});
    const ByteView above = point.crl_issuer ? parsed.issuer.der : issuer;
    if (parsed.point && !share_a_name(*parsed.point, parsed.issuer.der, name, above)) continue;
    reasons |= point.reasons & parsed.reasons;
  }
  // The point that no certificate needs to spell out: all reasons, under the issuer's own name.
  const bool is_open =
      direct && (!parsed.point || (parsed.point->full && lists_directory_name(*parsed.point->full, issuer)));
  if (is_open) reasons |= parsed.reasons;
  return reasons;
}

bool Inquiry::revoked(const SignedList& list, const Crl::Parsed::Found& found) {
  answer_ = {Standing::revoked, Crl::Entry{found.revoked_at, std::string(revocation_reason(found.reason))}, &list, {}};
  return true;
}

/// True when the certificate is found to be revoked.
bool Inquiry::look_at(const SignedList& base) {
  const Crl::Parsed& list = base.parsed();
  const SignedList* delta = delta_of(list);
  const auto changed = delta != nullptr ? find(*delta) : std::nullopt;
  if (changed && counts(*delta, *changed)) return revoked(*delta, *changed);
  const auto entry = changed ? std::nullopt : find(base);
  if (entry && counts(base, *entry)) return revoked(base, *entry);

  // A delta in force makes its base as new as itself (RFC 5280 5.2.4).
  std::string why = delta != nullptr ? std::string() : why_not_now(list);
  if (why.empty()) why = why_not_this_kind(list);
  if (why.empty() && list.has_unknown_critical_extension)
    why = "the CRL has a critical extension that is not understood";
  if (why.empty() && question_.is_strict && !list.is_by_the_rules) why = "the CRL breaks the rules of RFC 5280 5.2";
  const std::uint16_t reasons = why.empty() ? reasons_of(base) : std::uint16_t{0};
  if (why.empty() && reasons == 0) why = "the CRL is about another distribution point";
  if (!why.empty()) {
    answer_.reason = std::move(why);
    return false;
  }
  covered_ |= reasons;
  const SignedList* latest = delta != nullptr ? delta : &base;
  if (answer_.list == nullptr || answer_.list->parsed().this_update < latest->parsed().this_update) {
    answer_.list = latest;
  }
  return false;
}

/// A delta says nothing by silence, but its entries count, base or no base.
bool Inquiry::look_at_delta(const SignedList& delta) {
  const auto entry = find(delta);
  if (entry && counts(delta, *entry)) return revoked(delta, *entry);
  if (covered_ == 0 && answer_.reason.empty()) answer_.reason = "the CRL is a delta, which lists changes alone";
  return false;
}

/// A hold is the one thing that is ever taken back: by a newer list of the same scope that leaves it out, or by a newer
/// delta that says so (RFC 5280 5.3.1).
bool Inquiry::counts(const SignedList& list, const Crl::Parsed::Found& found) {
  if (found.reason == remove_from_crl) return false;
  if (found.reason != certificate_hold || !list.parsed().number) return true;
  return std::ranges::none_of(lists_, [&](const SignedList* other) {
    const Crl::Parsed& newer = other->parsed();
    if (!newer.number || !is_below(*list.parsed().number, *newer.number)) return false;
    if (!same_name(newer.issuer.der, list.parsed().issuer.der) || !same_bytes(newer.scope, list.parsed().scope)) {
      return false;
    }
    const auto entry = find(*other);
    const bool takes_back = entry ? entry->reason == remove_from_crl : !newer.is_delta();
    return takes_back && newer.this_update <= question_.now && question_.is_signed(*other);
  });
}

RevocationAnswer Inquiry::run() {
  for (const SignedList* list : lists_) {
    if (!list->parsed().is_delta() && is_about(*list) && look_at(*list)) return std::move(answer_);
  }
  for (const SignedList* list : lists_) {
    if (list->parsed().is_delta() && is_about(*list) && look_at_delta(*list)) return std::move(answer_);
  }
  if (covered_ == all_reasons) {
    answer_.standing = Standing::good;
    answer_.reason.clear();
    return std::move(answer_);
  }
  if (covered_ != 0) answer_.reason = "the CRLs are about some reasons alone";
  answer_.list = nullptr;
  return std::move(answer_);
}

}  // namespace

SignedList::SignedList(Crl from, std::string place)
    : crl_(std::move(from)), place_(std::move(place)), issuer_hash_(name_hash(crl_.parsed().issuer.der)) {}

bool SignedList::is_signed_by(const CertificateView& signer, const crypto::PublicKey& key,
                              std::size_t& signatures_left) const {
  if (signer.key_usage && !signer.key_usage->crl_sign()) return false;
  const Crl::Parsed& list = parsed();
  // RFC 5280 5.2.1: which key it was, where an issuer has several.
  const bool is_other_key = list.authority_key_identifier && signer.subject_key_identifier &&
                            !std::ranges::equal(*list.authority_key_identifier, *signer.subject_key_identifier);
  if (is_other_key) return false;
  {
    const std::scoped_lock lock(guard_);
    if (std::ranges::equal(signer_, signer.subject_public_key_info)) return true;
  }
  if (signatures_left == 0) return false;
  --signatures_left;
  if (!list.is_signed_with(key)) return false;
  const std::scoped_lock lock(guard_);
  signer_.assign(signer.subject_public_key_info.begin(), signer.subject_public_key_info.end());
  return true;
}

RevocationAnswer ask_lists(std::span<const SignedList* const> lists, const CrlQuestion& question) {
  if (lists.empty()) return {};
  return Inquiry(lists, question).run();
}

RevocationLists::RevocationLists(std::vector<Crl> lists) {
  for (Crl& list : lists) all_.push_back(&lists_.emplace_back(std::move(list)));
}

}  // namespace keyway::x509
