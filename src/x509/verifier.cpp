#include <algorithm>
#include <mutex>
#include <utility>

#include <keyway/trust.hpp>

#include "x509/distinguished_name.hpp"
#include "x509/issuance_rules.hpp"
#include "x509/path_search.hpp"

namespace keyway::x509 {

struct Verifier::State {
  /// A trust store with the keys of its anchors that were needed so far.
  struct Anchors {
    explicit Anchors(std::shared_ptr<const TrustStore> from) : store(std::move(from)), keys(store->size()) {}
    std::shared_ptr<const TrustStore> store;
    KeyCache keys;
  };

  State(std::shared_ptr<const crypto::Provider> with, std::shared_ptr<const TrustStore> trusted,
        std::shared_ptr<const LiveTrust> exchanged, std::vector<Crl> crls, std::vector<Certificate> others,
        Options chosen)
      : provider(std::move(with)),
        live(std::move(exchanged)),
        intermediates(std::move(others)),
        options(std::move(chosen)),
        lists(admissible(std::move(crls), options)),
        intermediate_keys(intermediates.size()),
        nodes(nodes_of(intermediates)),
        anchors(std::make_shared<Anchors>(std::move(trusted))) {}

  /// Those of this moment; keys are kept as long as the store stays the same.
  [[nodiscard]] std::shared_ptr<Anchors> present_anchors() const {
    if (!live) return anchors;
    auto store = live->current();
    const std::lock_guard lock(guard);
    if (anchors->store != store) anchors = std::make_shared<Anchors>(std::move(store));
    return anchors;
  }

  [[nodiscard]] VerifierMaterial material(Anchors& present) const {
    return {*provider, *present.store, nodes, lists, options, present.keys, intermediate_keys, known};
  }

  static std::vector<Node> nodes_of(const std::vector<Certificate>& certificates) {
    std::vector<Node> nodes;
    for (const Certificate& certificate : certificates) {
      const auto index = static_cast<std::uint32_t>(nodes.size());
      nodes.push_back(
          {&certificate.view(), {Origin::intermediate, index}, name_hash(certificate.view().subject.der), nullptr});
    }
    return nodes;
  }

  static std::vector<Crl> admissible(std::vector<Crl> lists, const Options& options) {
    std::erase_if(lists, [&](const Crl& list) { return !is_admissible(list, options); });
    return lists;
  }

  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<const LiveTrust> live;  ///< null: the anchors stay what they are
  std::vector<Certificate> intermediates;
  Options options;
  RevocationLists lists;
  mutable KeyCache intermediate_keys;
  mutable KnownAuthorities known;
  std::vector<Node> nodes;
  mutable std::mutex guard;  ///< of `anchors`, where they may change
  mutable std::shared_ptr<Anchors> anchors;
};

Verifier::Verifier(std::shared_ptr<const crypto::Provider> provider, std::shared_ptr<const TrustStore> anchors,
                   std::vector<Crl> crls, std::vector<Certificate> intermediates, Options options)
    : state_(std::make_unique<const State>(std::move(provider), std::move(anchors), nullptr, std::move(crls),
                                           std::move(intermediates), std::move(options))) {}
Verifier::Verifier(std::shared_ptr<const crypto::Provider> provider, std::shared_ptr<const LiveTrust> anchors,
                   std::vector<Crl> crls, std::vector<Certificate> intermediates, Options options)
    : state_(std::make_unique<const State>(std::move(provider), anchors->current(), anchors, std::move(crls),
                                           std::move(intermediates), std::move(options))) {}
Verifier::~Verifier() = default;

std::shared_ptr<const TrustStore> Verifier::anchors() const {
  return state_->present_anchors()->store;
}
const Verifier::Options& Verifier::options() const noexcept {
  return state_->options;
}

Verdict Verifier::verify(std::span<const ByteView> chain, const ServerName* name, Purpose purpose, Time now,
                         const Staples& staples, std::span<const Fetched> fetched, ByteView sct_list) const {
  std::vector<ByteView> with_issuers;
  std::span<const ByteView> all = chain;
  if (const auto issuers = fetched_issuers(fetched); !issuers.empty()) {
    with_issuers.assign(chain.begin(), chain.end());
    with_issuers.insert(with_issuers.end(), issuers.begin(), issuers.end());
    all = with_issuers;
  }
  return answer({.name = name,
                 .purpose = purpose,
                 .now = now,
                 .staples = staples,
                 .fetched = fetched,
                 .sent = chain.size(),
                 .sct_list = sct_list},
                all);
}

Verdict Verifier::verify(const CertificateView& leaf, std::span<const ByteView> chain, const ServerName* name,
                         Purpose purpose, Time now, const Staples& staples, ByteView sct_list) const {
  return answer(
      {.name = name, .purpose = purpose, .now = now, .staples = staples, .sct_list = sct_list, .parsed_leaf = &leaf},
      chain);
}

Verdict Verifier::answer(const Question& question, std::span<const ByteView> chain) const {
  const auto anchors = state_->present_anchors();
  const VerifierMaterial material = state_->material(*anchors);
  PathSearch search(material, question, chain);
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
  const auto anchors = state_->present_anchors();
  const VerifierMaterial material = state_->material(*anchors);
  return PathSearch(material, {nullptr, &address, purpose, now, std::nullopt}, chain).run();
}

bool PolicyInputs::accepts_any() const {
  return acceptable.empty() || std::ranges::find(acceptable, "2.5.29.32.0") != acceptable.end();
}

}  // namespace keyway::x509
