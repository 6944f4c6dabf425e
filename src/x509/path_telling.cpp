// What the search says to people about what went wrong.

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "x509/path_search.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

/// So few authorities say nothing about the clock when some of them have expired.
constexpr std::size_t enough_anchors = 8;

}  // namespace

Objection PathSearch::wrong_signature(const Node& issuer) const {
  const CertificateView& child = *path_.back().node.view;
  const std::size_t depth = path_.size() - 1;
  const std::string name = issuer.view->subject.to_string();
  // Two authorities of one name: then the issuer is simply not known here, and nothing was forged.
  if (key_identifiers_differ(child, *issuer.view)) {
    return {CheckKind::issuer,
            finding_about(child, depth, ErrorCode::UnknownIssuer, "RFC 5280 6.1.3 (a) (1)",
                          name + " with the key " + printable(to_hex(*child.authority_key_identifier)),
                          "an authority of this name, but with the key " +
                              printable(to_hex(*issuer.view->subject_key_identifier)),
                          "the authority was made anew, or another has taken its name: get its present certificate")};
  }
  return {CheckKind::signature,
          finding_about(child, depth, ErrorCode::BadCertificateSignature, "RFC 5280 6.1.3 (a) (1)",
                        "a signature by " + name, "one that its key did not make",
                        "the certificate was altered, or comes from another authority of the same name")};
}

Objection PathSearch::no_issuer(const Frame& frame) const {
  const CertificateView& view = *frame.node.view;
  const std::size_t depth = path_.size() - 1;
  const std::size_t count = material_.anchors.size();
  const std::string trusted = std::to_string(count) + (count == 1 ? " authority" : " authorities") + " trusted here";
  if (view.is_self_issued()) {
    return {CheckKind::issuer, finding_about(view, depth, depth == 0 ? ErrorCode::SelfSigned : ErrorCode::UnknownRoot,
                                             "RFC 5280 6.1", "a path to a trusted authority",
                                             depth == 0 ? "a certificate that is its own issuer"
                                                        : "a root that is not among the " + trusted,
                                             "if you know where it comes from, add it to the trusted authorities")};
  }
  const std::string issuer = view.issuer.to_string();
  const std::string peer = question_.purpose == Purpose::client ? "the client" : "the server";
  const auto urls = view.issuer_urls();
  const auto object = [&](ErrorCode code, std::string advice) {
    return Objection{CheckKind::issuer,
                     finding_about(view, depth, code, "RFC 5280 6.1", "the certificate of its issuer, " + issuer,
                                   "none of this name, neither from the peer nor here", std::move(advice))};
  };
  // A server's own certificate that tells where its issuer's is to be had comes from an intermediate.
  if (depth == 0 && !urls.empty()) {
    return object(ErrorCode::MissingIntermediate, peer + " did not send its intermediate " + issuer +
                                                      "; a browser would have fetched it from " + urls.front() +
                                                      ", most programs will not: add it to the chain file of " + peer);
  }
  if (peers_.size() == 1) {
    return object(ErrorCode::UnknownIssuer, peer + " may have forgotten to send the certificate of " + issuer +
                                                "; or add the authority, if you trust it");
  }
  return object(ErrorCode::UnknownIssuer, issuer + " is not among the " + trusted + ": add it, if you trust it" +
                                              (urls.empty() ? ""
                                                            : "; or it is an intermediate that " + peer +
                                                                  " did not send, to be had from " + urls.front()));
}

/// What the anchors' own dates say of this machine's clock.
std::string PathSearch::advice_on_clock(std::string advice) const {
  const TrustStore& anchors = material_.anchors;
  const CertificateView* newest = nullptr;
  std::size_t expired = 0;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const CertificateView& view = anchors.at(i).view();
    if (newest == nullptr || view.not_before > newest->not_before) newest = &view;
    if (view.not_after < question_.now) ++expired;
  }
  const std::string now = "this machine's clock says " + to_text(question_.now);
  if (newest != nullptr && question_.now < newest->not_before) {
    return "set the clock: " + now + ", and " + newest->subject.to_string() + ", which is trusted here, was made on " +
           to_text(newest->not_before);
  }
  if (anchors.size() < enough_anchors) return advice;
  if (expired > anchors.size() / 2) {
    return "check the clock: " + now + ", and by then " + std::to_string(expired) + " of the " +
           std::to_string(anchors.size()) + " authorities trusted here have expired";
  }
  return advice + " (" + now + ", which fits the authorities trusted here)";
}

/// RFC 5246 7.4.2: each certificate certifies the one before it. TLS 1.3 asks for it too, and no more than asks.
void PathSearch::remark_on_order(Verdict& verdict) const {
  std::size_t expected = 0;
  for (const PathElement& element : verdict.path()) {
    if (element.origin != Origin::peer) continue;
    if (element.index != expected) {
      const bool is_back = element.index < expected;
      return verdict.add_remark("the certificates that came are not in order: entry " + std::to_string(element.index) +
                                " issued what stands " + (is_back ? "behind it" : "further before it") +
                                ". Put each right behind the one that it issued: other programs may refuse");
    }
    ++expected;
  }
}

}  // namespace keyway::x509
