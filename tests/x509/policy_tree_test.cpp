// RFC 9618's graph beside RFC 5280's tree, word for word, on thousands of small paths made at random.

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "x509/policy_graph.hpp"

namespace keyway::testing {
namespace {

using Policy = int;  // 0 is anyPolicy
using Mappings = std::vector<std::pair<Policy, Policy>>;
constexpr Policy any = 0;
constexpr Policy last_policy = 4;

ByteView oid_of(Policy policy) {
  static const std::vector<Bytes> oids{{0x55, 0x1d, 0x20, 0x00}, {0x2a, 1}, {0x2a, 2}, {0x2a, 3}, {0x2a, 4}};
  return oids.at(static_cast<std::size_t>(policy));
}

/// valid_policy_tree of RFC 5280 6.1.2 (a).
class Tree {
 public:
  Tree() { root_ = std::make_unique<Node>(Node{any, {any}, {}}); }

  [[nodiscard]] bool is_null() const { return root_ == nullptr; }

  /// 6.1.3 (d).
  void add_level(const std::set<Policy>& policies, bool takes_any) {
    if (!root_) return;
    for (const Policy policy : policies) {
      if (policy == any) continue;
      bool matched = false;
      for (Node* const node : at(depth_)) {
        if (!node->expected.contains(policy)) continue;
        node->add(policy);
        matched = true;
      }
      if (matched) continue;
      for (Node* const node : at(depth_)) {
        if (node->policy == any) node->add(policy);
      }
    }
    for (Node* const node : at(depth_)) {
      if (!takes_any) break;
      for (const Policy policy : std::set<Policy>(node->expected)) {
        const bool is_there = std::ranges::any_of(node->children, [&](const auto& c) { return c->policy == policy; });
        if (!is_there) node->add(policy);
      }
    }
    ++depth_;
    prune();
  }

  /// 6.1.4 (b).
  void map(const Mappings& mappings, bool is_inhibited) {
    std::set<Policy> issuers;
    for (const auto& [issuer, subject] : mappings) issuers.insert(issuer);
    for (const Policy issuer : issuers) {
      if (!root_) return;
      std::set<Policy> subjects;
      for (const auto& [from, to] : mappings) {
        if (from == issuer) subjects.insert(to);
      }
      is_inhibited ? remove(issuer) : replace(issuer, subjects);
    }
  }

  /// 6.1.5 (g) (iii) (1), and anyPolicy where it stands at the end.
  [[nodiscard]] std::set<Policy> valid() const {
    std::set<Policy> all;
    if (!root_) return all;
    collect(*root_, 0, all);
    return all;
  }

 private:
  struct Node {
    Policy policy;
    std::set<Policy> expected;
    std::vector<std::unique_ptr<Node>> children;
    void add(Policy child) { children.push_back(std::make_unique<Node>(Node{child, {child}, {}})); }
  };

  std::vector<Node*> at(int depth) const {
    std::vector<Node*> level{root_.get()};
    for (int i = 0; i < depth; ++i) {
      std::vector<Node*> below;
      for (const Node* const node : level) {
        for (const auto& child : node->children) below.push_back(child.get());
      }
      level = std::move(below);
    }
    return level;
  }

  bool prune_below(Node& node, int depth) {
    if (depth == depth_) return true;
    std::erase_if(node.children, [&](const auto& child) { return !prune_below(*child, depth + 1); });
    return !node.children.empty();
  }
  void prune() {
    if (!prune_below(*root_, 0)) root_ = nullptr;
  }

  void replace(Policy issuer, const std::set<Policy>& subjects) {
    bool found = false;
    for (Node* const node : at(depth_)) {
      if (node->policy != issuer) continue;
      node->expected = subjects;
      found = true;
    }
    if (found) return;
    for (Node* const parent : at(depth_ - 1)) {
      const bool has_any =
          std::ranges::any_of(parent->children, [](const auto& child) { return child->policy == any; });
      if (parent->policy != any || !has_any) continue;
      parent->add(issuer);
      parent->children.back()->expected = subjects;
    }
  }
  void remove(Policy issuer) {
    for (Node* const parent : at(depth_ - 1)) {
      std::erase_if(parent->children, [&](const auto& child) { return child->policy == issuer; });
    }
    prune();
  }

  void collect(const Node& node, int depth, std::set<Policy>& all) const {
    for (const auto& child : node.children) {
      if (node.policy == any && (child->policy != any || depth + 1 == depth_)) all.insert(child->policy);
      collect(*child, depth + 1, all);
    }
  }

  std::unique_ptr<Node> root_;
  int depth_ = 0;
};

TEST(PolicyGraph, HoldsWhatTheTreeOfRfc5280Holds) {
  std::mt19937 random(9618);
  const auto chance = [&](unsigned one_in) { return random() % one_in == 0; };
  std::size_t held = 0;

  for (int path = 0; path < 5000; ++path) {
    Tree tree;
    x509::PolicyGraph graph;
    for (int level = 0; level < 4 && !tree.is_null(); ++level) {
      std::set<Policy> policies;
      for (Policy policy = any; policy <= last_policy; ++policy) {
        if (chance(2)) policies.insert(policy);
      }
      std::vector<ByteView> listed;
      for (const Policy policy : policies) listed.push_back(oid_of(policy));
      std::ranges::sort(listed, x509::is_before);
      const bool takes_any = policies.contains(any) && !chance(4);
      tree.add_level(policies, takes_any);
      graph.add_level(listed, takes_any);

      Mappings mappings;
      std::vector<x509::PolicyMapping> mapped;
      for (std::size_t i = random() % 4; i > 0; --i) {
        mappings.emplace_back(1 + static_cast<Policy>(random() % last_policy),
                              1 + static_cast<Policy>(random() % last_policy));
        mapped.push_back({oid_of(mappings.back().first), oid_of(mappings.back().second)});
      }
      std::ranges::sort(mapped, x509::is_before, &x509::PolicyMapping::issuer);
      const bool is_inhibited = chance(4);
      tree.map(mappings, is_inhibited);
      graph.map(mapped, is_inhibited);

      std::vector<ByteView> expected;
      for (const Policy policy : tree.valid()) expected.push_back(oid_of(policy));
      std::ranges::sort(expected, x509::is_before);
      const auto got = graph.valid_policies();
      ASSERT_EQ(graph.is_null(), tree.is_null()) << path << '/' << level;
      ASSERT_TRUE(std::ranges::equal(got, expected, [](ByteView a, ByteView b) { return std::ranges::equal(a, b); }))
          << path << '/' << level;
      held += got.size();
    }
  }

  EXPECT_GT(held, 5000U);
}

}  // namespace
}  // namespace keyway::testing
