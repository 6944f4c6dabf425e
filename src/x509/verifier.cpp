#include <algorithm>
#include <utility>

#include <keyway/trust.hpp>

#include "x509/distinguished_name.hpp"
#include "x509/issuance_rules.hpp"
#include "x509/path_search.hpp"

namespace keyway::x509 {

struct Verifier::State {
  State(std::shared_ptr<const crypto::Provider> with, std::shared_ptr<const TrustStore> trusted, std::vector<Crl> crls,
        std::vector<Certificate> others, Options chosen)
      : provider(std::move(with)),
        anchors(std::move(trusted)),
        intermediates(std::move(others)),
        options(std::move(chosen)),
        lists(admissible(std::move(crls), options)),
        anchor_keys(anchors->size()),
        intermediate_keys(intermediates.size()),
        nodes(nodes_of(intermediates)),
        material{*provider, *anchors, nodes, lists, options, anchor_keys, intermediate_keys} {}

  static std::vector<Node> nodes_of(const std::vector<Certificate>& certificates) {
    std::vector<Node> nodes;
    for (const Certificate& certificate : certificates) {
      const auto index = static_cast<std::uint32_t>(nodes.size());
      nodes.push_back({&certificate.view(), {Origin::intermediate, index}, name_hash(certificate.view().subject.der)});
    }
    return nodes;
  }

  static std::vector<Crl> admissible(std::vector<Crl> lists, const Options& options) {
    const bool is_strict = options.conformance != Conformance::lenient && options.profile == Profile::web_pki;
    if (is_strict) std::erase_if(lists, is_forbidden_list);
    return lists;
  }

  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<const TrustStore> anchors;
  std::vector<Certificate> intermediates;
  Options options;
  RevocationLists lists;
  mutable KeyCache anchor_keys;
  mutable KeyCache intermediate_keys;
  std::vector<Node> nodes;
  VerifierMaterial material;
};

Verifier::Verifier(std::shared_ptr<const crypto::Provider> provider, std::shared_ptr<const TrustStore> anchors,
                   std::vector<Crl> crls, std::vector<Certificate> intermediates, Options options)
    : state_(std::make_unique<const State>(std::move(provider), std::move(anchors), std::move(crls),
                                           std::move(intermediates), std::move(options))) {}
Verifier::~Verifier() = default;

const TrustStore& Verifier::anchors() const noexcept {
  return *state_->anchors;
}
const Verifier::Options& Verifier::options() const noexcept {
  return state_->options;
}

Verdict Verifier::verify(std::span<const ByteView> chain, const ServerName* name, Purpose purpose, Time now,
                         const Staples& staples, std::span<const Fetched> fetched) const {
  std::vector<ByteView> with_issuers;
  std::span<const ByteView> all = chain;
  if (const auto issuers = fetched_issuers(fetched); !issuers.empty()) {
    with_issuers.assign(chain.begin(), chain.end());
    with_issuers.insert(with_issuers.end(), issuers.begin(), issuers.end());
    all = with_issuers;
  }
  PathSearch search(
      state_->material,
      {.name = name, .purpose = purpose, .now = now, .staples = staples, .fetched = fetched, .sent = chain.size()},
      all);
  Verdict verdict = search.run();
  // What is refused for another reason would be refused whatever came.
  const bool could_change = verdict.accepted() || verdict.finding()->code == ErrorCode::RevocationUnknown ||
                            verdict.finding()->code == ErrorCode::UnknownIssuer ||
                            verdict.finding()->code == ErrorCode::MissingIntermediate;
  if (could_change) verdict.want(search.take_wanted());
  return verdict;
}

Verdict Verifier::verify(std::span<const ByteView> chain, const EmailAddress& address, Time now,
                         Purpose purpose) const {
  return PathSearch(state_->material, {nullptr, &address, purpose, now, std::nullopt}, chain).run();
}

bool PolicyInputs::accepts_any() const {
  return acceptable.empty() || std::ranges::find(acceptable, "2.5.29.32.0") != acceptable.end();
}

}  // namespace keyway::x509
