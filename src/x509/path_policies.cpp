// The part of the search that holds a path to its certificates' policies (RFC 5280 6.1, RFC 9618 5).

#include <algorithm>
#include <utility>

#include "x509/path_search.hpp"
#include "x509/policy_graph.hpp"

namespace keyway::x509 {
namespace {

/// What is made for a policy is worth as many comparisons of names.
constexpr std::size_t cost_of_policy = 4;

/// Stands for no policy: no certificate has it.
constexpr std::string_view no_policy = "none";

/// explicit_policy, policy_mapping and inhibit_anyPolicy of RFC 5280 6.1.2 (d) to (f).
struct Counters {
  std::size_t explicit_policy;
  std::size_t policy_mapping;
  std::size_t inhibit_any;

  /// 6.1.4 (h).
  void step() noexcept {
    for (std::size_t* const counter : {&explicit_policy, &policy_mapping, &inhibit_any}) {
      if (*counter > 0) --*counter;
    }
  }
  /// 6.1.4 (i) and (j).
  void bound_by(const CertificateView& certificate) noexcept {
    const auto lower = [](std::size_t& counter, const std::optional<std::uint32_t>& bound) {
      if (bound) counter = std::min<std::size_t>(counter, *bound);
    };
    lower(explicit_policy, certificate.require_explicit_policy);
    lower(policy_mapping, certificate.inhibit_policy_mapping);
    lower(inhibit_any, certificate.inhibit_any_policy);
  }
};

/// Whether a path can fall over its policies at all for somebody who asks for none.
bool matters(const CertificateView& certificate) noexcept {
  return certificate.require_explicit_policy || certificate.policy_mappings;
}

Objection policy_objection(const CertificateView& view, std::size_t depth, const char* rule, std::string expected,
                           std::string received) {
  return {CheckKind::constraints,
          finding_about(view, depth, ErrorCode::PolicyNotAccepted, rule, std::move(expected), std::move(received),
                        "have a certificate issued under a policy that is accepted here")};
}

/// 6.1.5 (g): the authority's policies that the user accepts, too.
std::vector<std::string> acceptable_of(const std::vector<ByteView>& valid, const PolicyInputs& inputs) {
  std::vector<std::string> policies;
  const bool is_any_valid = std::ranges::any_of(valid, is_any_policy);
  if (inputs.accepts_any()) {
    for (const ByteView policy : valid) policies.push_back(oid_to_string(policy));
    return policies;
  }
  if (is_any_valid) return inputs.acceptable;
  for (const ByteView policy : valid) {
    std::string text = oid_to_string(policy);
    if (std::ranges::find(inputs.acceptable, text) != inputs.acceptable.end()) policies.push_back(std::move(text));
  }
  return policies;
}

}  // namespace

std::optional<PolicyInputs> PathSearch::policy_inputs() const {
  const auto& asked = material_.options.policies;
  const Node& anchor = path_.back().node;
  const AnchorLimits* const limits = material_.anchors.limits(anchor.element.index);
  const bool limits_policies = limits != nullptr && (!limits->policies.empty() || limits->require_explicit_policy ||
                                                     limits->inhibit_policy_mapping || limits->inhibit_any_policy);
  if (!limits_policies) return asked;
  // RFC 5937 3.2: what both sides accept, under the demands of either.
  PolicyInputs inputs = asked.value_or(PolicyInputs{});
  inputs.require_explicit = inputs.require_explicit || limits->require_explicit_policy;
  inputs.inhibit_mapping = inputs.inhibit_mapping || limits->inhibit_policy_mapping;
  inputs.inhibit_any = inputs.inhibit_any || limits->inhibit_any_policy;
  const PolicyInputs of_anchor{.acceptable = limits->policies};
  if (of_anchor.accepts_any()) return inputs;
  if (inputs.accepts_any()) {
    inputs.acceptable = limits->policies;
    return inputs;
  }
  std::erase_if(inputs.acceptable, [&](const std::string& policy) {
    return std::ranges::find(limits->policies, policy) == limits->policies.end();
  });
  // None in common: an empty set would mean any.
  if (inputs.acceptable.empty()) inputs.acceptable.emplace_back(no_policy);
  return inputs;
}

std::optional<Objection> PathSearch::check_policies() {
  const auto inputs = policy_inputs();
  if (!inputs && std::ranges::none_of(path_, [](const Frame& frame) { return matters(*frame.node.view); })) {
    return std::nullopt;
  }
  return judge_policies(inputs.value_or(PolicyInputs{}));
}

std::optional<Objection> PathSearch::judge_policies(const PolicyInputs& inputs) {
  const std::size_t length = path_.size() - 1;  // the anchor is none of the path
  Counters counters{inputs.require_explicit ? 0 : length + 1, inputs.inhibit_mapping ? 0 : length + 1,
                    inputs.inhibit_any ? 0 : length + 1};
  // What an anchor says of itself is held against it (RFC 5937 3.2).
  counters.bound_by(*path_.back().node.view);
  PolicyGraph graph;
  for (std::size_t depth = length; depth-- > 0;) {
    const CertificateView& view = *path_[depth].node.view;
    const bool is_last = depth == 0;
    if (auto objection = add_policies(graph, depth, counters.inhibit_any > 0)) return objection;
    if (counters.explicit_policy == 0 && graph.is_null()) {
      return policy_objection(view, depth, "RFC 5280 6.1.3 (f)", "certificates with a policy in common, down the path",
                              view.certificate_policies ? "none of its policies holds" : "no certificatePolicies");
    }
    if (is_last) break;
    if (view.policy_mappings) {
      const auto mappings = list_mappings(*view.policy_mappings);
      for (const PolicyMapping& mapping : mappings) {
        if (!is_any_policy(mapping.issuer) && !is_any_policy(mapping.subject)) continue;
        return policy_objection(view, depth, "RFC 5280 6.1.4 (a)", "policyMappings between policies",
                                "a mapping from or to anyPolicy");
      }
      graph.map(mappings, counters.policy_mapping == 0);
    }
    if (!view.is_self_issued()) counters.step();
    counters.bound_by(view);
  }

  const CertificateView& leaf = *path_.front().node.view;
  // 6.1.5 (a), (b)
  if (counters.explicit_policy > 0) --counters.explicit_policy;
  if (leaf.require_explicit_policy == 0U) counters.explicit_policy = 0;
  policies_ = acceptable_of(graph.valid_policies(), inputs);
  std::erase(policies_, no_policy);
  if (counters.explicit_policy > 0 || !policies_.empty()) return std::nullopt;
  return policy_objection(leaf, 0, "RFC 5280 6.1.5 (g)", "a policy that is accepted here, down the whole path",
                          "none that is");
}

/// RFC 5280 6.1.3 (d), (e), as RFC 9618 5.4 has it.
std::optional<Objection> PathSearch::add_policies(PolicyGraph& graph, std::size_t depth, bool is_any_free) {
  const CertificateView& view = *path_[depth].node.view;
  if (!view.certificate_policies) {
    graph.make_null();
    return std::nullopt;
  }
  const auto policies = list_policies(*view.certificate_policies);
  if (!policies) {
    return policy_objection(view, depth, "RFC 5280 4.2.1.4", "each policy once in certificatePolicies",
                            "one that stands twice");
  }
  const bool has_any = std::ranges::any_of(*policies, is_any_policy);
  graph.add_level(*policies, has_any && (is_any_free || (depth != 0 && view.is_self_issued())));
  const std::size_t cost = cost_of_policy * (policies->size() + graph.size());
  if (cost <= comparisons_left_) {
    comparisons_left_ -= cost;
    return std::nullopt;
  }
  is_spent_ = true;
  return budget_spent(view, depth, "more policies than are looked at for one question");
}

}  // namespace keyway::x509
