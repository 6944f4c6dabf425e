#include <keyway/verification.hpp>

#include <algorithm>
#include <utility>

namespace keyway::x509 {

struct Verification::State {
  const Verifier& verifier;
  std::vector<ByteView> chain;
  const ServerName* name;
  Purpose purpose;
  Time now;
  std::optional<std::vector<ByteView>> staples;
  ByteView sct_list;
  std::vector<Fetched> fetched = {};
  std::optional<Verdict> verdict = {};

  void judge() {
    const auto given = staples ? Verifier::Staples(*staples) : std::nullopt;
    verdict = verifier.verify(chain, name, purpose, now, given, fetched, sct_list);
  }
};

Verification::Verification(const Verifier& verifier, std::span<const ByteView> chain, const ServerName* name,
                           Purpose purpose, Time now, Verifier::Staples staples, ByteView sct_list)
    : state_(std::make_unique<State>(
          State{verifier, {chain.begin(), chain.end()}, name, purpose, now, std::nullopt, sct_list})) {
  if (staples) state_->staples.emplace(staples->begin(), staples->end());
  state_->judge();
}
Verification::~Verification() = default;
Verification::Verification(Verification&&) noexcept = default;
Verification& Verification::operator=(Verification&&) noexcept = default;

const Verdict& Verification::verdict() const noexcept {
  return *state_->verdict;
}

std::span<const Fetch> Verification::wanted() const noexcept {
  return state_->verdict->wanted();
}

void Verification::supply(std::vector<Fetched> fetched) {
  const std::vector<Fetch> open(wanted().begin(), wanted().end());
  for (const Fetch& fetch : open) {
    const auto came = std::ranges::find_if(fetched, [&](const Fetched& one) {
      return one.wanted.kind == fetch.kind && one.wanted.url == fetch.url && one.wanted.about == fetch.about;
    });
    // Only what was asked for, so that the end is in sight; and as it was asked, nonce and all.
    Bytes answer = came == fetched.end() ? Bytes() : std::move(came->answer);
    if (answer.size() > fetch.max_size) answer.clear();
    state_->fetched.push_back({fetch, std::move(answer)});
  }
  state_->judge();
}

}  // namespace keyway::x509
