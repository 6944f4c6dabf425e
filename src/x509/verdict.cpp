#include <keyway/verdict.hpp>

#include <tuple>
#include <utility>

#include "x509/telling.hpp"

namespace keyway::x509 {
namespace {

/// Which of the candidates tells most: one that came to an anchor, then the longest, then the first tried. A search
/// that was given up comes before all, as the rest is then only what was met by chance.
std::tuple<bool, bool, std::size_t> progress(const Candidate& candidate) noexcept {
  const bool reached_anchor = !candidate.path.empty() && candidate.path.back().origin == Origin::anchor;
  return {candidate.finding.code == ErrorCode::PathBudgetSpent, reached_anchor, candidate.path.size()};
}

std::string place(const Finding& finding) {
  std::string text = finding.depth == 0 ? "the certificate" : "the issuing certificate";
  if (!finding.subject.empty()) text += " " + finding.subject;
  if (finding.depth > 0) text += " (depth " + std::to_string(finding.depth) + ")";
  return text;
}

}  // namespace

std::string_view to_string(CheckKind kind) noexcept {
  switch (kind) {
    case CheckKind::name:
      return "name";
    case CheckKind::issuer:
      return "issuer";
    case CheckKind::signature:
      return "signature";
    case CheckKind::validity:
      return "validity";
    case CheckKind::purpose:
      return "purpose";
    case CheckKind::constraints:
      return "constraints";
    case CheckKind::revocation:
      return "revocation";
    case CheckKind::transparency:
      return "transparency";
  }
  return "unknown";
}

std::string_view to_string(RevocationSource source) noexcept {
  switch (source) {
    case RevocationSource::crl:
      return "CRL";
    case RevocationSource::ocsp_staple:
      return "stapled OCSP response";
    case RevocationSource::ocsp:
      return "OCSP response";
  }
  return "unknown";
}

std::string_view to_string(SctOrigin origin) noexcept {
  switch (origin) {
    case SctOrigin::certificate:
      return "certificate";
    case SctOrigin::tls_extension:
      return "TLS extension";
    case SctOrigin::ocsp_response:
      return "OCSP response";
  }
  return "unknown";
}

std::size_t most_telling(std::span<const Candidate> candidates) noexcept {
  std::size_t telling = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (progress(candidates[i]) > progress(candidates[telling])) telling = i;
  }
  return telling;
}

Verdict Verdict::accept(std::vector<PathElement> path, std::vector<Check> checks,
                        std::vector<RevocationWitness> revocation, std::vector<std::string> policies,
                        std::vector<SctWitness> timestamps) {
  Verdict verdict;
  verdict.accepted_ = true;
  verdict.path_ = std::move(path);
  verdict.checks_ = std::move(checks);
  verdict.revocation_ = std::move(revocation);
  verdict.policies_ = std::move(policies);
  verdict.timestamps_ = std::move(timestamps);
  return verdict;
}

Verdict Verdict::refuse(std::vector<Candidate> candidates, std::vector<Check> checks) {
  Verdict verdict;
  // A refusal without a reason would be a bug of the caller; it still has to be a refusal.
  if (candidates.empty()) candidates.emplace_back();
  verdict.candidates_ = std::move(candidates);
  verdict.checks_ = std::move(checks);
  verdict.telling_ = most_telling(verdict.candidates_);
  return verdict;
}

const Finding* Verdict::finding() const noexcept {
  return accepted_ || candidates_.empty() ? nullptr : &candidates_[telling_].finding;
}

Error Verdict::to_error() const {
  const Finding* telling = finding();
  if (telling == nullptr) return fail(ErrorCode::InternalError).at("Verdict").received("a verdict that was accepted");
  return fail(telling->code)
      .at(place(*telling))
      .expected(telling->expected)
      .received(telling->received)
      .advice(telling->advice);
}

}  // namespace keyway::x509
