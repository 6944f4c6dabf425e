// The part of the search that asks whether the certificates of a path are revoked.

#include <utility>

#include "x509/crl.hpp"
#include "x509/path_search.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

constexpr std::string_view have_a_new_one = "do not use it: have a new certificate issued, for a new key";

Objection revoked_by_list(const CertificateView& view, std::size_t depth, const RevocationAnswer& answer) {
  return {CheckKind::revocation,
          finding_about(view, depth, ErrorCode::CertificateRevoked, "RFC 5280 6.3", "not revoked",
                        "revoked on " + to_text(answer.entry->revoked_at) + " (" + answer.entry->reason +
                            "), says the CRL of " + answer.list->crl().issuer().to_string() + " of " +
                            to_text(answer.list->crl().this_update()) + " about serial number " + view.serial_hex(),
                        std::string(have_a_new_one))};
}

Objection revoked_by_response(const CertificateView& view, std::size_t depth, const OcspAnswer& answer,
                              const std::string& which) {
  return {CheckKind::revocation,
          finding_about(view, depth, ErrorCode::CertificateRevoked, "RFC 6960 2.2", "not revoked",
                        "revoked on " + to_text(answer.revoked_at) + " (" + answer.revocation_reason + "), says " +
                            which + " of " + to_text(answer.this_update) + " about serial number " + view.serial_hex(),
                        std::string(have_a_new_one))};
}

Objection no_staple(const CertificateView& view, const std::optional<OcspAnswer>& answer) {
  return {CheckKind::revocation,
          finding_about(view, 0, ErrorCode::StapleRequired, "RFC 7633 4.2.3",
                        "a good OCSP response with the certificate, which promises one",
                        answer ? answer->reason : "none came",
                        "switch OCSP stapling on at the server, and see that it fetches a new response in time")};
}

RevocationWitness witness_of(std::size_t depth, const RevocationAnswer& answer, Time now) {
  RevocationWitness witness{depth, RevocationSource::crl, CheckOutcome::unknown, answer.reason};
  if (answer.standing != Standing::good) return witness;
  const Crl& list = answer.list->crl();
  witness.outcome = CheckOutcome::passed;
  witness.detail = "not on the CRL of " + list.issuer().to_string() + " of " + to_text(list.this_update());
  witness.place = answer.list->place();
  witness.this_update = list.this_update();
  witness.next_update = list.next_update();
  witness.age = now - list.this_update();
  return witness;
}

RevocationWitness witness_of(std::size_t depth, const OcspAnswer& answer, Time now, RevocationSource source,
                             const std::string& place = {}) {
  RevocationWitness witness{depth, source, CheckOutcome::unknown, answer.reason, place};
  if (answer.standing != Standing::good) return witness;
  witness.outcome = CheckOutcome::passed;
  witness.detail = "good, as of " + to_text(answer.this_update);
  if (answer.next_update) witness.detail += ", until " + to_text(*answer.next_update);
  witness.this_update = answer.this_update;
  witness.next_update = answer.next_update;
  witness.age = now - answer.this_update;
  return witness;
}

}  // namespace

/// Looks at every certificate of the path but the anchor, the leaf first. That one is revoked is told before that
/// nobody knows of another.
std::optional<Objection> PathSearch::judge_revocation() {
  revocation_ = CheckOutcome::not_checked;
  witnesses_.clear();
  if (material_.options.revocation == RevocationPolicy::off) return std::nullopt;
  revocation_ = CheckOutcome::passed;
  std::optional<Objection> first;
  for (std::size_t depth = 0; depth + 1 < path_.size(); ++depth) {
    auto objection = check_revocation(depth);
    if (objection && objection->finding.code == ErrorCode::CertificateRevoked) return objection;
    if (objection && !first) first = std::move(objection);
  }
  return first;
}

std::optional<OcspAnswer> PathSearch::ask_staple(std::size_t depth) {
  const PathElement& element = path_[depth].node.element;
  if (!question_.staples || element.origin != Origin::peer || element.index >= question_.staples->size()) {
    return std::nullopt;
  }
  const ByteView staple = (*question_.staples)[element.index];
  if (staple.empty()) return std::nullopt;
  const Node& issuer = path_[depth + 1].node;
  const crypto::PublicKey* key = key_of(issuer);
  if (key == nullptr) return std::nullopt;
  std::size_t left = material_.options.budget.max_signatures - verified_;
  auto answer = judge_ocsp_response(
      staple, {*path_[depth].node.view, *issuer.view, *key, question_.now, material_.options.max_revocation_age},
      material_.provider, left);
  verified_ = material_.options.budget.max_signatures - left;
  return answer;
}

std::optional<Objection> PathSearch::check_revocation(std::size_t depth) {
  const CertificateView& view = *path_[depth].node.view;
  const RevocationAnswer listed = ask_lists_about(view, depth + 1);
  if (listed.standing == Standing::revoked) return revoked_by_list(view, depth, listed);
  const auto stapled = ask_staple(depth);
  if (stapled && stapled->standing == Standing::revoked) {
    return revoked_by_response(view, depth, *stapled, "the stapled OCSP response");
  }
  const auto fetched = ask_fetched(depth);
  if (fetched && fetched->answer.standing == Standing::revoked) {
    return revoked_by_response(view, depth, fetched->answer, "the OCSP response from " + fetched->place);
  }

  if (stapled) witnesses_.push_back(witness_of(depth, *stapled, question_.now, RevocationSource::ocsp_staple));
  if (fetched)
    witnesses_.push_back(witness_of(depth, fetched->answer, question_.now, RevocationSource::ocsp, fetched->place));
  if (listed.list != nullptr || !listed.reason.empty()) witnesses_.push_back(witness_of(depth, listed, question_.now));
  const bool is_stapled_good = stapled && stapled->standing == Standing::good;
  const bool needs_staple = depth == 0 && view.requires_staple && question_.staples.has_value();
  if (needs_staple && !is_stapled_good) return no_staple(view, stapled);
  const bool is_fetched_good = fetched && fetched->answer.standing == Standing::good;
  if (!is_stapled_good && !is_fetched_good && listed.list != nullptr) want_deltas(*listed.list, depth);
  if (is_stapled_good || is_fetched_good || listed.standing == Standing::good) return std::nullopt;

  want_answers(depth);
  revocation_ = CheckOutcome::unknown;
  if (material_.options.revocation != RevocationPolicy::hard_fail) return std::nullopt;
  std::string received = "no CRL of " + view.issuer.to_string() + ", and no OCSP response";
  if (stapled) {
    received = stapled->reason;
  } else if (fetched) {
    received = fetched->answer.reason;
  } else if (!listed.reason.empty()) {
    received = listed.reason;
  }
  return Objection{CheckKind::revocation,
                   finding_about(view, depth, ErrorCode::RevocationUnknown, "RFC 5280 6.3",
                                 "an answer about revocation (it is demanded here)", std::move(received),
                                 "give the present CRL of " + view.issuer.to_string() + ", or let it be fetched")};
}

}  // namespace keyway::x509
