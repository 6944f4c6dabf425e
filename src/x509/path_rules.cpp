// The rules that each step of a path is held to.

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "x509/algorithm.hpp"
#include "x509/inherited_keys.hpp"
#include "x509/issuance_rules.hpp"
#include "x509/name_constraints.hpp"
#include "x509/path_search.hpp"

namespace keyway::x509 {
Objection budget_spent(const CertificateView& certificate, std::size_t depth, std::string what) {
  return {CheckKind::issuer,
          finding_about(certificate, depth, ErrorCode::PathBudgetSpent, "PathBudget", "a path within the limits",
                        std::move(what), "the chain is built to keep its reader busy, or the limits are too low")};
}

bool key_identifiers_differ(const CertificateView& child, const CertificateView& issuer) noexcept {
  if (!child.authority_key_identifier || !issuer.subject_key_identifier) return false;
  return !der::same_bytes(*child.authority_key_identifier, *issuer.subject_key_identifier);
}

const crypto::PublicKey* KeyCache::get(std::size_t index, const CertificateView& certificate,
                                       const crypto::Provider& provider) {
  Slot& slot = slots_[index];
  std::call_once(slot.once, [&] {
    if (auto key = provider.public_key(certificate.subject_public_key_info)) slot.key = std::move(*key);
  });
  return slot.key.get();
}

std::optional<Objection> PathSearch::check_issuer(const Node& issuer) {
  const CertificateView& view = *issuer.view;
  const std::size_t depth = path_.size();
  const bool is_anchor = issuer.element.origin == Origin::anchor;
  if (depth + 1 > material_.options.budget.max_depth) {
    return Objection{
        CheckKind::constraints,
        finding_about(view, depth, ErrorCode::PathTooLong, "PathBudget::max_depth",
                      "a path of at most " + std::to_string(material_.options.budget.max_depth) + " certificates",
                      "a longer one")};
  }
  std::size_t authorities_below = 0;
  for (std::size_t i = 1; i < path_.size(); ++i) {
    if (!path_[i].node.view->is_self_issued()) ++authorities_below;
  }
  const auto& longest = material_.options.max_path_length;
  if (is_anchor && longest && authorities_below > *longest) {
    return Objection{CheckKind::constraints,
                     finding_about(view, depth, ErrorCode::PathTooLong, "Options::max_path_length",
                                   "at most " + std::to_string(*longest) + " authorities below it",
                                   std::to_string(authorities_below) + " authorities below it")};
  }
  if (auto objection = check_authority(view, depth, is_anchor, authorities_below, question_.purpose)) return objection;
  if (auto objection = check_critical_extensions(view, depth)) return objection;
  if (auto objection = check_validity(view, depth, question_.now)) return objection;
  if (auto objection = check_key(view, depth, material_.options.min_rsa_bits, material_.options.takes_dsa_with_sha1))
    return objection;
  if (!is_anchor) {
    if (auto objection = check_serial_number(view, depth)) return objection;
    if (auto objection = check_algorithm(view, depth, material_.options.takes_dsa_with_sha1)) return objection;
  }
  if (auto objection = check_conformance(issuer, depth)) return objection;
  if (material_.options.conformance != Conformance::lenient) {
    if (auto objection = check_key_identifier(*path_.back().node.view, depth - 1, view)) return objection;
  }
  if (auto objection = check_constraints(issuer)) return objection;
  if (is_anchor) {
    if (auto objection = check_limits(issuer, authorities_below)) return objection;
  }
  return check_signature(issuer);
}

std::optional<Objection> PathSearch::check_limits(const Node& anchor, std::size_t authorities_below) {
  const AnchorLimits* const limits = material_.anchors.limits(anchor.element.index);
  if (limits == nullptr) return std::nullopt;
  const std::size_t depth = path_.size();
  const char* const advice = "the store trusts this authority for less than it says of itself; ask who set it up";
  if (limits->path_length && authorities_below > *limits->path_length) {
    return Objection{CheckKind::constraints,
                     finding_about(*anchor.view, depth, ErrorCode::PathTooLong, "AnchorLimits::path_length",
                                   "at most " + std::to_string(*limits->path_length) + " authorities below it",
                                   std::to_string(authorities_below) + " authorities below it", advice)};
  }
  const bool is_limited = question_.purpose != Purpose::any && !limits->purposes.empty();
  if (is_limited && std::ranges::find(limits->purposes, question_.purpose) == limits->purposes.end()) {
    return Objection{CheckKind::purpose,
                     finding_about(*anchor.view, depth, ErrorCode::WrongExtendedKeyUsage, "AnchorLimits::purposes",
                                   "an authority trusted for this purpose", "one trusted for others alone", advice)};
  }
  if (limits->name_constraints.empty()) return std::nullopt;
  der::Status status;
  return check_names_below(anchor, der::Reader(limits->name_constraints, status).contents(der::Tag::sequence, ""));
}

std::optional<Objection> PathSearch::check_conformance(const Node& node, std::size_t depth) const {
  if (material_.options.conformance == Conformance::lenient) return std::nullopt;
  // The leaf's key is of no use to the path, and its certificate vouches for it all the same.
  if (depth == 0) {
    const auto key = material_.provider.public_key(node.view->subject_public_key_info);
    if (!key && key.error().code() == ErrorCode::InvalidKey) {
      return Objection{CheckKind::signature, finding_about(*node.view, depth, ErrorCode::InvalidKey, "RFC 5280 4.1.2.7",
                                                           "a valid public key", "one that is not valid")};
    }
  }
  const Role above = node.element.origin == Origin::anchor ? Role::anchor : Role::authority;
  return check_issuance(*node.view, depth, depth == 0 ? Role::leaf : above, question_.purpose, material_.options);
}

std::optional<Objection> PathSearch::check_constraints(const Node& issuer) {
  if (!issuer.view->name_constraints) return std::nullopt;
  return check_names_below(issuer, *issuer.view->name_constraints);
}

std::optional<Objection> PathSearch::check_names_below(const Node& issuer, ByteView constraints) {
  for (std::size_t depth = 0; depth < path_.size(); ++depth) {
    const CertificateView& bound = *path_[depth].node.view;
    // RFC 5280 6.1.3 (b): self-issued certificates are free, unless they are the leaf.
    if (depth != 0 && bound.is_self_issued()) continue;
    const auto violation = find_violation(constraints, bound, comparisons_left_);
    if (!violation) continue;
    if (violation->is_budget_spent) {
      is_spent_ = true;
      return budget_spent(bound, depth,
                          "more than " + std::to_string(material_.options.budget.max_constraint_comparisons) +
                              " comparisons of names with constraints");
    }
    std::string received = violation->name.empty() ? "nameConstraints that are " : violation->name + ", ";
    return Objection{CheckKind::constraints,
                     finding_about(bound, depth, ErrorCode::NameConstraintViolated, "RFC 5280 6.1.3 (b), (c)",
                                   "names within the bounds of " + issuer.view->subject.to_string(),
                                   std::move(received) + violation->constraint,
                                   "the authority may not issue for this name; ask another one")};
  }
  return std::nullopt;
}

const crypto::PublicKey* PathSearch::key_of(const Node& node) {
  const std::size_t index = node.element.index;
  if (node.element.origin == Origin::anchor) return material_.anchor_keys.get(index, *node.view, material_.provider);
  if (node.element.origin == Origin::intermediate) {
    return material_.intermediate_keys.get(index, *node.view, material_.provider);
  }
  if (node.known != nullptr) return node.known->key.get();
  // Entries that don't parse are no nodes, but keep their index.
  if (peer_keys_.size() <= index) peer_keys_.resize(peers_.back().element.index + 1U);
  if (!peer_keys_[index]) {
    if (auto key = material_.provider.public_key(node.view->subject_public_key_info)) {
      peer_keys_[index] = std::move(*key);
    }
  }
  return peer_keys_[index].get();
}

std::optional<Objection> PathSearch::check_signature(const Node& issuer) {
  const Node& child = path_.back().node;
  const std::size_t child_depth = path_.size() - 1;
  const ByteView issuer_key = issuer.view->subject_public_key_info;
  const auto known = std::ranges::find_if(signatures_, [&](const KnownSignature& other) {
    return other.child == child.element && der::same_bytes(other.issuer_key, issuer_key);
  });
  if (known != signatures_.end()) {
    return known->holds ? std::nullopt : std::optional(wrong_signature(issuer));
  }
  // The algorithm of every child but the leaf was checked when it was taken into the path.
  const bool is_known_to_hold = child.known != nullptr && child.known->is_signed_with(issuer_key);
  if (is_known_to_hold) return std::nullopt;
  const auto algorithm = child.view->algorithm();
  auto objection = check_algorithm(*child.view, child_depth, material_.options.takes_dsa_with_sha1);
  if (!algorithm || objection) return objection;
  // RFC 5280 6.1.4 (d): what such a key is, is known at the path's end alone.
  if (*algorithm == crypto::SignatureAlgorithm::dsa_sha1 && inherits_parameters(*issuer.view)) return std::nullopt;
  if (verified_ == material_.options.budget.max_signatures) {
    is_spent_ = true;
    return budget_spent(*child.view, child_depth, "more than " + std::to_string(verified_) + " signatures to verify");
  }
  const crypto::PublicKey* key = key_of(issuer);
  if (key == nullptr) {
    return Objection{CheckKind::signature,
                     finding_about(*issuer.view, path_.size(), ErrorCode::InvalidKey, "RFC 5280 6.1.4 (d), (e), (f)",
                                   "a valid public key", "one that is not valid")};
  }
  ++verified_;
  const bool holds = key->verify(*algorithm, child.view->tbs_certificate, child.view->signature);
  if (signatures_.empty()) signatures_.reserve(8);
  signatures_.push_back({child.element, issuer_key, holds});
  return holds ? std::nullopt : std::optional(wrong_signature(issuer));
}

}  // namespace keyway::x509
