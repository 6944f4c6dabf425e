#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <keyway/bytes.hpp>

#include "x509/policies.hpp"

namespace keyway::x509 {

/// The valid_policy_graph of RFC 9618 3: under which policies each certificate of a path counts, the anchor's side
/// first. A level has no policy twice, so its size grows with what the certificates list and never with the number of
/// ways through them, as that of RFC 5280's tree does (CVE-2023-0464).
///
/// anyPolicy's node is a flag of its level. What is kept are views: the certificates must outlive the graph.
class PolicyGraph {
 public:
  /// RFC 9618 5.3: one level, with anyPolicy alone.
  PolicyGraph();

  /// True when no policy is valid any more: the graph is NULL.
  [[nodiscard]] bool is_null() const noexcept { return is_null_; }
  /// How many nodes and edges there are: what the work on it costs.
  [[nodiscard]] std::size_t size() const noexcept;

  /// RFC 9618 5.4 (d): takes the next certificate's policies, in order. `takes_any`: its anyPolicy counts.
  void add_level(std::span<const ByteView> policies, bool takes_any);
  /// RFC 9618 5.4 (e): a certificate without policies.
  void make_null() noexcept;
  /// RFC 9618 5.5 (b): what the last level's certificate maps, ordered by the issuer's policy. With mapping inhibited
  /// what would be mapped falls.
  void map(std::span<const PolicyMapping> mappings, bool is_inhibited);

  /// RFC 9618 5.6 (g): the authority's policies that hold down to the last level, in order; anyPolicy among them where
  /// it holds.
  [[nodiscard]] std::vector<ByteView> valid_policies() const;

 private:
  struct Node {
    ByteView policy;
    std::size_t first_parent = 0;    ///< its parents are these entries of the level above's `expected`;
    std::size_t end_of_parents = 0;  ///< none: anyPolicy's node is
    [[nodiscard]] bool is_below_any() const noexcept { return first_parent == end_of_parents; }
  };
  struct Expected {
    ByteView policy;
    std::size_t node = 0;
  };
  struct Level {
    std::vector<Node> nodes;         ///< ordered by policy
    std::vector<Expected> expected;  ///< of all nodes, ordered by policy
    bool has_any = false;
  };

  void expect_own(Level& level) const;
  void see_whether_null() noexcept;

  std::vector<Level> levels_;
  bool is_null_ = false;
};

}  // namespace keyway::x509
