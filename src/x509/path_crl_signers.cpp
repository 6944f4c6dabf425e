// The part of the search that says who may sign CRLs about the certificates of a path.
//
// RFC 5280 6.3.3 (f) asks for a path of the signer to the same anchor. Here the signer is a certificate of the path
// itself, or one that a certificate of the path has issued: whoever else the anchor leads to is not the issuer's to
// answer for, and could otherwise take a foreign authority's name and unrevoke what it has revoked.

#include <algorithm>

#include "x509/algorithm.hpp"
#include "x509/crl.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/path_search.hpp"

namespace keyway::x509 {

RevocationAnswer PathSearch::ask_lists_about(const CertificateView& certificate, std::size_t issuer_depth,
                                             bool with_other_signers) {
  const auto at_hand = lists();
  if (at_hand.empty()) return {};
  const auto is_signed = [&](const SignedList& list) {
    return is_signed_in_path(list, issuer_depth) || (with_other_signers && is_signed_beside_path(list, issuer_depth));
  };
  return ask_lists(at_hand, {certificate, question_.now, material_.options.max_revocation_age, is_signed,
                             material_.options.conformance != Conformance::lenient});
}

bool PathSearch::is_signed_with(const SignedList& list, const Node& signer) {
  const crypto::PublicKey* key = key_of(signer);
  if (key == nullptr) return false;
  std::size_t left = material_.options.budget.max_signatures - verified_;
  const bool holds = list.is_signed_by(*signer.view, *key, left);
  verified_ = material_.options.budget.max_signatures - left;
  return holds;
}

/// The issuer itself, or an authority above it that has the list's name: the issuer under an older key, or the issuer
/// of an indirect list.
bool PathSearch::is_signed_in_path(const SignedList& list, std::size_t issuer_depth) {
  for (std::size_t depth = issuer_depth; depth < path_.size(); ++depth) {
    const Node& node = path_[depth].node;
    if (same_name(node.view->subject.der, list.parsed().issuer.der) && is_signed_with(list, node)) return true;
  }
  return false;
}

bool PathSearch::is_signed_beside_path(const SignedList& list, std::size_t issuer_depth) {
  // Nobody vouches for his own standing, nor for that of who issued to him.
  const auto is_below = [&](const Node& node) {
    return std::ranges::any_of(std::span(path_).first(issuer_depth),
                               [&](const Frame& frame) { return frame.node.element == node.element; });
  };
  const auto is_signer = [&](const Node& node) {
    return !is_below(node) && node.subject_hash == list.issuer_hash() &&
           same_name(node.view->subject.der, list.parsed().issuer.der) && may_sign_lists(node, issuer_depth) &&
           is_signed_with(list, node);
  };
  return std::ranges::any_of(peers_, is_signer) || std::ranges::any_of(material_.intermediates, is_signer);
}

/// True for a certificate with cRLSign that an authority of the path has issued, which holds to the rules of any other
/// and is not known to be revoked.
bool PathSearch::may_sign_lists(const Node& signer, std::size_t issuer_depth) {
  const CertificateView& view = *signer.view;
  const bool is_sound = view.key_usage && view.key_usage->crl_sign() && !check_validity(view, 1, question_.now) &&
                        !check_critical_extensions(view, 1) && !check_algorithm(view, 1) &&
                        !check_key(view, 1, material_.options.min_rsa_bits);
  if (!is_sound) return false;
  for (std::size_t depth = issuer_depth; depth < path_.size(); ++depth) {
    const Node& above = path_[depth].node;
    if (!same_name(view.issuer.der, above.view->subject.der) || key_identifiers_differ(view, *above.view)) continue;
    const crypto::PublicKey* key = key_of(above);
    if (key == nullptr || verified_ == material_.options.budget.max_signatures) continue;
    ++verified_;
    if (!key->verify(*view.algorithm(), view.tbs_certificate, view.signature)) continue;
    const bool is_within = std::ranges::none_of(std::span(path_).subspan(depth), [&](const Frame& frame) {
      const auto& constraints = frame.node.view->name_constraints;
      return constraints && find_violation(*constraints, view, comparisons_left_);
    });
    // Lists that the path itself signed are asked about it, and no others: this ends.
    return is_within && ask_lists_about(view, depth, false).standing != Standing::revoked;
  }
  return false;
}

}  // namespace keyway::x509
