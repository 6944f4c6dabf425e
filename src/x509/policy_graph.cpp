#include "x509/policy_graph.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

bool same(ByteView a, ByteView b) noexcept {
  return std::ranges::equal(a, b);
}

}  // namespace

PolicyGraph::PolicyGraph() : levels_(1) {
  levels_.front().has_any = true;
}

std::size_t PolicyGraph::size() const noexcept {
  std::size_t size = 0;
  for (const Level& level : levels_) size += level.nodes.size() + level.expected.size();
  return size;
}

void PolicyGraph::make_null() noexcept {
  is_null_ = true;
  levels_.clear();
}

void PolicyGraph::see_whether_null() noexcept {
  if (levels_.back().nodes.empty() && !levels_.back().has_any) make_null();
}

/// Without a mapping a policy is expected below as itself.
void PolicyGraph::expect_own(Level& level) const {
  level.expected.clear();
  level.expected.reserve(level.nodes.size());
  for (std::size_t i = 0; i < level.nodes.size(); ++i) level.expected.push_back({level.nodes[i].policy, i});
}

void PolicyGraph::add_level(std::span<const ByteView> policies, bool takes_any) {
  if (is_null_) return;
  const Level& above = levels_.back();
  const std::span<const Expected> expected = above.expected;
  Level level;
  level.has_any = takes_any && above.has_any;
  // Both lists are in order, so one goes along the other.
  std::size_t at = 0;
  const auto take_expected = [&] {  // the run of one expected policy
    const std::size_t first = at;
    while (at < expected.size() && same(expected[at].policy, expected[first].policy)) ++at;
    level.nodes.push_back({expected[first].policy, first, at});
  };
  const auto pass_expected = [&](const ByteView* until) {
    while (at < expected.size() && (until == nullptr || is_before(expected[at].policy, *until))) {
      // 5.4 (d) (2): the certificate's anyPolicy stands for whatever is expected and not listed.
      if (takes_any) {
        take_expected();
      } else {
        ++at;
      }
    }
  };
  for (const ByteView& policy : policies) {
    if (is_any_policy(policy)) continue;
    pass_expected(&policy);
    if (at < expected.size() && same(expected[at].policy, policy)) {
      take_expected();
    } else if (above.has_any) {
      level.nodes.push_back({policy, 0, 0});
    }
  }
  pass_expected(nullptr);
  expect_own(level);
  levels_.push_back(std::move(level));
  see_whether_null();
}

void PolicyGraph::map(std::span<const PolicyMapping> mappings, bool is_inhibited) {
  if (is_null_ || mappings.empty()) return;
  Level& level = levels_.back();
  const auto mapped = [&](ByteView policy) {
    return std::ranges::equal_range(mappings, policy, is_before, &PolicyMapping::issuer);
  };
  if (is_inhibited) {
    std::erase_if(level.nodes, [&](const Node& node) { return !mapped(node.policy).empty(); });
    expect_own(level);
    return see_whether_null();
  }
  std::vector<Node> added;  // 5.5 (b) (1): what anyPolicy stands for becomes a node of its own
  for (std::size_t i = 0; level.has_any && i < mappings.size(); ++i) {
    if (i > 0 && same(mappings[i].issuer, mappings[i - 1].issuer)) continue;
    const bool is_there = std::ranges::binary_search(level.nodes, mappings[i].issuer, is_before, &Node::policy);
    if (!is_there) added.push_back({mappings[i].issuer, 0, 0});
  }
  std::vector<Node> nodes;
  nodes.reserve(level.nodes.size() + added.size());
  std::ranges::merge(level.nodes, added, std::back_inserter(nodes), is_before, &Node::policy, &Node::policy);
  level.nodes = std::move(nodes);
  level.expected.clear();
  for (std::size_t i = 0; i < level.nodes.size(); ++i) {
    const auto to = mapped(level.nodes[i].policy);
    if (to.empty()) level.expected.push_back({level.nodes[i].policy, i});
    for (const PolicyMapping& mapping : to) level.expected.push_back({mapping.subject, i});
  }
  std::ranges::sort(level.expected, is_before, &Expected::policy);
}

std::vector<ByteView> PolicyGraph::valid_policies() const {
  std::vector<ByteView> valid;
  if (is_null_) return valid;
  if (levels_.back().has_any) valid.emplace_back(oid::any_policy);
  std::vector<bool> reaches(levels_.back().nodes.size(), true);  // down to the last level
  for (std::size_t i = levels_.size() - 1; i > 0; --i) {
    const Level& above = levels_[i - 1];
    std::vector<bool> above_reaches(above.nodes.size(), false);
    for (std::size_t n = 0; n < levels_[i].nodes.size(); ++n) {
      const Node& node = levels_[i].nodes[n];
      if (!reaches[n]) continue;
      if (node.is_below_any()) valid.push_back(node.policy);
      for (std::size_t e = node.first_parent; e < node.end_of_parents; ++e) {
        above_reaches[above.expected[e].node] = true;
      }
    }
    reaches = std::move(above_reaches);
  }
  std::ranges::sort(valid, is_before);
  const auto twice = std::ranges::unique(valid, same);
  valid.erase(twice.begin(), twice.end());
  return valid;
}

}  // namespace keyway::x509
