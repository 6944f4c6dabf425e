#include "x509/path_search.hpp"

#include <algorithm>
#include <utility>

#include "x509/distinguished_name.hpp"
#include "x509/telling.hpp"

namespace keyway::x509 {
namespace {

constexpr std::array all_kinds{CheckKind::name,       CheckKind::issuer,      CheckKind::signature,
                               CheckKind::validity,   CheckKind::purpose,     CheckKind::constraints,
                               CheckKind::revocation, CheckKind::transparency};

}  // namespace

PathSearch::PathSearch(const VerifierMaterial& material, const Question& question, std::span<const ByteView> chain)
    : material_(material), question_(question), comparisons_left_(material.options.budget.max_constraint_comparisons) {
  // What comes after as many certificates as there are steps would never be looked at.
  const std::size_t count = std::min(chain.size(), material.options.budget.max_steps);
  peers_.reserve(count);
  if (!read_chain(chain.first(count))) return;
  path_.reserve(std::min<std::size_t>(material.options.budget.max_depth, 8));
}

bool PathSearch::read_chain(std::span<const ByteView> chain) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const PathElement element{i < question_.sent ? Origin::peer : Origin::fetched, static_cast<std::uint32_t>(i)};
    if (const KnownAuthority* known = i > 0 ? material_.known.find(chain[i]) : nullptr; known != nullptr) {
      peers_.push_back({&known->certificate.view(), element, known->subject_hash, known});
      continue;
    }
    if (i == 0 && question_.parsed_leaf != nullptr) {
      peers_.push_back({question_.parsed_leaf, element, name_hash(question_.parsed_leaf->subject.der), nullptr});
      continue;
    }
    auto view = CertificateView::parse(chain[i]);
    if (!view) {
      Finding finding;
      finding.code = view.error().code();
      finding.depth = i;
      finding.subject = "entry " + std::to_string(i) + " of the peer's certificates";
      finding.rule = view.error().where();
      finding.expected = "a certificate in DER";
      finding.received = view.error().where() + ": " + view.error().received();
      fallen_.push_back({{{element}, std::move(finding)}, CheckKind::issuer});
      if (i == 0) return false;
      continue;
    }
    // They must stay where they are.
    if (views_.empty()) views_.reserve(chain.size() - i);
    views_.push_back(*view);
    peers_.push_back({&views_.back(), element, name_hash(view->subject.der), nullptr});
  }
  return true;
}

Verdict PathSearch::run() {
  if (peers_.empty()) return refuse();
  // A server without a name to compare would be anybody.
  if (!question_.has_name() && question_.purpose == Purpose::server) {
    Finding finding = finding_about(*peers_.front().view, 0, ErrorCode::InvalidServerName, "RFC 9525 6",
                                    "the name of the server that is meant", "none");
    fallen_.push_back({{{peers_.front().element}, std::move(finding)}, CheckKind::name});
    return refuse();
  }
  // What spans the customers of one company is limited by choice, as there are such certificates in use.
  if (material_.options.conformance != Conformance::lenient) question_.suffixes = Suffixes::all;
  name_holds_ = question_.has_name() && question_.is_covered_by(*peers_.front().view);
  if (auto verdict = judge_trusted_leaf()) return std::move(*verdict);
  judge_leaf();
  if (auto verdict = search()) return std::move(*verdict);
  return refuse();
}

/// A leaf that stands in the trust store: somebody put this very certificate there, so no path is asked for.
std::optional<Verdict> PathSearch::judge_trusted_leaf() {
  const CertificateView& leaf = *peers_.front().view;
  const auto index = material_.anchors.find(leaf.der);
  if (!index) return std::nullopt;
  const PathElement element{Origin::anchor, *index};
  auto objection = check_validity(leaf, 0, question_.now);
  if (!objection) objection = check_critical_extensions(leaf, 0);
  if (!objection) objection = check_key(leaf, 0, material_.options.min_rsa_bits, material_.options.takes_dsa_with_sha1);
  if (!objection) objection = check_leaf_usage(leaf, question_.purpose, material_.options.profile);
  if (!objection) objection = check_name(leaf, question_, name_holds_);
  if (!objection && material_.options.conformance != Conformance::lenient) objection = check_serial_number(leaf, 0);
  if (!objection && material_.anchors.limits(*index) != nullptr) {
    push(peers_.front());
    objection = check_limits({&leaf, element, 0, nullptr}, 0);
    path_.clear();
    if (objection) objection->finding.depth = 0;
  }
  if (objection) {
    fallen_.push_back({{{element}, std::move(objection->finding)}, objection->kind});
    return refuse();
  }
  revocation_ = CheckOutcome::not_checked;  // the store's owner revokes it by taking it out
  return Verdict::accept({element}, accepted_checks());
}

/// The rules that a leaf holds or breaks whatever the path. The first that is broken is kept: a path is looked for
/// all the same, so that the verdict can tell a stranger from an acquaintance with an old card.
void PathSearch::judge_leaf() {
  const CertificateView& leaf = *peers_.front().view;
  leaf_objection_ = check_critical_extensions(leaf, 0);
  if (!leaf_objection_) leaf_objection_ = check_serial_number(leaf, 0);
  if (!leaf_objection_) leaf_objection_ = check_algorithm(leaf, 0, material_.options.takes_dsa_with_sha1);
  if (!leaf_objection_)
    leaf_objection_ = check_key(leaf, 0, material_.options.min_rsa_bits, material_.options.takes_dsa_with_sha1);
  if (!leaf_objection_) leaf_objection_ = check_validity(leaf, 0, question_.now);
  if (!leaf_objection_) leaf_objection_ = check_leaf_purpose(leaf, question_.purpose, material_.options.profile);
  if (!leaf_objection_) leaf_objection_ = check_name(leaf, question_, name_holds_);
  if (!leaf_objection_) leaf_objection_ = check_conformance(peers_.front(), 0);
}

std::optional<Verdict> PathSearch::search() {
  push(peers_.front());
  while (!path_.empty() && !is_spent_) {
    Frame& frame = path_.back();
    const auto issuer = next_issuer(frame);
    if (!issuer) {
      if (!frame.found_any) {
        want_issuer(*frame.node.view, path_.size() - 1);
        fall(no_issuer(frame));
      }
      path_.pop_back();
      continue;
    }
    frame.found_any = true;
    if (!spend_step()) return std::nullopt;
    if (auto objection = check_issuer(*issuer)) {
      fall(std::move(*objection), &*issuer);
      continue;
    }
    push(*issuer);
    if (issuer->element.origin != Origin::anchor) continue;

    auto objection = settle_inherited_keys();
    if (!objection) objection = check_policies();
    if (!objection) objection = judge_revocation();
    if (!objection) objection = judge_transparency();
    // That nobody knows of a revocation matters only where nothing worse is known.
    const bool is_revoked = objection && objection->finding.code == ErrorCode::CertificateRevoked;
    const bool is_leaf_hopeless = !is_revoked && leaf_objection_;
    if (is_leaf_hopeless) objection = leaf_objection_;
    if (!objection) return accept();
    fall(std::move(*objection));
    fallen_.back().is_complete = true;
    // No other path would make a better leaf of it.
    if (is_leaf_hopeless) return std::nullopt;
    path_.pop_back();
  }
  return std::nullopt;
}

void PathSearch::push(const Node& node) {
  Frame frame;
  frame.node = node;
  const ByteView issuer = node.view->issuer.der;
  if (node.element.origin != Origin::anchor) {
    frame.issuer_hash = node.known != nullptr ? node.known->issuer_hash : name_hash(issuer);
    frame.anchors = material_.anchors.with_subject(issuer, frame.issuer_hash);
  }
  path_.push_back(frame);
}

std::size_t PathSearch::source_size(const Frame& frame) const noexcept {
  if (frame.source == 0) return frame.anchors.size();
  return frame.source == 1 ? peers_.size() : material_.intermediates.size();
}

std::optional<Node> PathSearch::candidate_at(const Frame& frame) const {
  if (frame.source == 0) {
    const std::uint32_t index = frame.anchors[frame.next];
    return Node{&material_.anchors.at(index).view(), {Origin::anchor, index}, frame.issuer_hash, nullptr};
  }
  const Node& node = frame.source == 1 ? peers_[frame.next] : material_.intermediates[frame.next];
  const bool is_issuer =
      node.subject_hash == frame.issuer_hash && same_name(node.view->subject.der, frame.node.view->issuer.der);
  return is_issuer ? std::optional(node) : std::nullopt;
}

std::optional<Node> PathSearch::next_issuer(Frame& frame) const {
  for (; frame.round < 2; ++frame.round) {
    for (; frame.source < 3; ++frame.source) {
      while (frame.next < source_size(frame)) {
        const auto candidate = candidate_at(frame);
        ++frame.next;
        if (!candidate || is_in_path(*candidate)) continue;
        const bool differ = key_identifiers_differ(*frame.node.view, *candidate->view);
        if (differ == (frame.round == 1)) return candidate;
      }
      frame.next = 0;
    }
    frame.source = 0;
  }
  return std::nullopt;
}

/// RFC 4158 5.2: a certificate of the same name and key adds nothing to a path but length.
bool PathSearch::is_in_path(const Node& node) const noexcept {
  return std::ranges::any_of(path_, [&](const Frame& frame) {
    return frame.node.subject_hash == node.subject_hash &&
           der::same_bytes(frame.node.view->subject_public_key_info, node.view->subject_public_key_info) &&
           same_name(frame.node.view->subject.der, node.view->subject.der);
  });
}

bool PathSearch::spend_step() {
  if (++steps_ <= material_.options.budget.max_steps) return true;
  is_spent_ = true;
  fall(budget_spent(*path_.back().node.view, path_.size() - 1,
                    "more than " + std::to_string(material_.options.budget.max_steps) + " candidates"));
  return false;
}

void PathSearch::fall(Objection objection, const Node* issuer) {
  fallen_.push_back({{elements(issuer), std::move(objection.finding)}, objection.kind});
  fallen_.back().revocation = revocation_;
  fallen_.back().transparency = transparency_;
}

std::vector<PathElement> PathSearch::elements(const Node* last) const {
  std::vector<PathElement> all;
  all.reserve(path_.size() + 1);
  for (const Frame& frame : path_) all.push_back(frame.node.element);
  if (last != nullptr) all.push_back(last->element);
  return all;
}

std::optional<Objection> PathSearch::judge_transparency() {
  transparency_ = CheckOutcome::not_checked;
  timestamps_.clear();
  const Verifier::Options& options = material_.options;
  if (!options.ct_logs && options.ct_policy == CtPolicy::off) return std::nullopt;
  const CertificateView& leaf = *path_.front().node.view;
  const CertificateView& issuer = *path_[1].node.view;
  std::vector<JudgedSct> judged;
  if (options.ct_logs) {
    const bool is_stapled = question_.staples && !question_.staples->empty();
    const ByteView of_response =
        is_stapled ? timestamps_in(question_.staples->front(), leaf, issuer, material_.provider) : ByteView();
    judged = judge_timestamps(*options.ct_logs, {leaf, issuer, question_.sct_list, of_response, question_.now},
                              material_.provider, timestamps_left_);
  }
  const bool any_holds =
      std::ranges::any_of(judged, [](const JudgedSct& sct) { return sct.witness.outcome == CheckOutcome::passed; });
  for (const JudgedSct& sct : judged) timestamps_.push_back(sct.witness);
  transparency_ = any_holds ? CheckOutcome::passed : CheckOutcome::unknown;
  return check_timestamps(leaf, options.ct_policy, judged);
}

void PathSearch::remember_authorities() const {
  // Such a key is not all that stands in its certificate (settle_inherited_keys()).
  if (material_.options.takes_dsa_with_sha1) return;
  for (std::size_t depth = 1; depth + 1 < path_.size(); ++depth) {
    const Node& node = path_[depth].node;
    const bool is_kept_elsewhere = node.element.origin == Origin::anchor || node.element.origin == Origin::intermediate;
    if (is_kept_elsewhere || node.known != nullptr) continue;
    const Node& issuer = path_[depth + 1].node;
    material_.known.keep(*node.view, issuer.view->subject_public_key_info, material_.provider);
  }
}

Verdict PathSearch::accept() {
  remember_authorities();
  auto verdict = Verdict::accept(elements(), accepted_checks(), std::move(witnesses_), std::move(policies_),
                                 std::move(timestamps_));
  remark_on_order(verdict);
  return verdict;
}

Verdict PathSearch::refuse() {
  if (fallen_.empty()) {
    Finding finding;
    finding.code =
        question_.purpose == Purpose::server ? ErrorCode::EmptyServerCertificate : ErrorCode::NoCertificateSent;
    finding.expected = "a certificate";
    finding.received = "none";
    fallen_.push_back({{{}, std::move(finding)}, CheckKind::issuer});
  }
  std::vector<Candidate> candidates;
  candidates.reserve(fallen_.size());
  for (Fallen& fallen : fallen_) candidates.push_back(std::move(fallen.candidate));
  const std::size_t telling = most_telling(candidates);
  Finding& finding = candidates[telling].finding;
  if (finding.code == ErrorCode::CertificateExpired || finding.code == ErrorCode::CertificateNotYetValid) {
    finding.advice = advice_on_clock(std::move(finding.advice));
  }
  auto checks = refused_checks(fallen_[telling]);
  return Verdict::refuse(std::move(candidates), std::move(checks));
}

std::vector<Check> PathSearch::accepted_checks() const {
  std::vector<Check> checks;
  checks.reserve(all_kinds.size());
  for (const CheckKind kind : all_kinds) checks.push_back({kind, CheckOutcome::passed});
  if (!question_.has_name()) checks.front().outcome = CheckOutcome::not_checked;
  checks[static_cast<std::size_t>(CheckKind::revocation)].outcome = revocation_;
  checks[static_cast<std::size_t>(CheckKind::transparency)].outcome = transparency_;
  return checks;
}

/// A check counts as passed only where the whole path passed it: half a path proves nothing.
std::vector<Check> PathSearch::refused_checks(const Fallen& telling) const {
  const auto outcome = [&](CheckKind kind) {
    if (kind == telling.kind) return CheckOutcome::failed;
    if (kind == CheckKind::name && question_.has_name() && !peers_.empty()) {
      return name_holds_ ? CheckOutcome::passed : CheckOutcome::failed;
    }
    if (!telling.is_complete || kind == CheckKind::name) return CheckOutcome::not_checked;
    if (kind == CheckKind::revocation) return telling.revocation;
    if (kind == CheckKind::transparency) return telling.transparency;
    const CertificateView& leaf = *peers_.front().view;
    if (kind == CheckKind::validity && check_validity(leaf, 0, question_.now)) return CheckOutcome::failed;
    if (kind == CheckKind::purpose && check_leaf_purpose(leaf, question_.purpose, material_.options.profile))
      return CheckOutcome::failed;
    return CheckOutcome::passed;
  };
  std::vector<Check> checks;
  checks.reserve(all_kinds.size());
  for (const CheckKind kind : all_kinds) checks.push_back({kind, outcome(kind)});
  return checks;
}

}  // namespace keyway::x509
