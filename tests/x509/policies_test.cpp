#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/policy_extensions.hpp"
#include "x509/policy_graph.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using x509::RawExtension;

const std::string gold = "1.3.6.1.4.1.99999.1";
const std::string silver = "1.3.6.1.4.1.99999.2";
const std::string foreign = "1.3.6.1.4.1.88888.1";

/// A root, one authority and a leaf, each with the extensions given.
struct Path {
  std::vector<RawExtension> authority;
  std::vector<RawExtension> leaf;
  std::vector<RawExtension> root = {};

  [[nodiscard]] x509::Verdict judge(const std::optional<x509::PolicyInputs>& inputs) const {
    const auto top = make_self_signed({.common_name = "Root", .is_ca = true, .extra_extensions = root});
    const auto middle =
        make_certificate(top, {.common_name = "Authority", .is_ca = true, .extra_extensions = authority});
    const auto end = make_certificate(middle, {.names = {shop}, .extra_extensions = leaf});
    Judge judge(top.der);
    judge.options.policies = inputs;
    return judge.ask(end.chain, shop);
  }
};

TEST(Policies, AreNoConcernOfSomebodyWhoAsksForNone) {
  const Path path{{policies({gold})}, {policies({silver})}};

  const auto verdict = path.judge(std::nullopt);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_THAT(verdict.policies(), IsEmpty());
}

TEST(Policies, AreToldWhereAsked) {
  const Path path{{policies({gold, silver})}, {policies({silver, foreign})}};

  const auto verdict = path.judge(x509::PolicyInputs{});

  ASSERT_TRUE(verdict.accepted());
  EXPECT_THAT(verdict.policies(), ElementsAre(silver));
}

TEST(Policies, MustBeAmongThoseAccepted) {
  const Path path{{policies({gold})}, {policies({gold})}};

  const auto accepted = path.judge(x509::PolicyInputs{.acceptable = {gold}, .require_explicit = true});
  const auto refused = path.judge(x509::PolicyInputs{.acceptable = {silver}, .require_explicit = true});

  EXPECT_TRUE(accepted.accepted());
  ASSERT_EQ(code_of(refused), ErrorCode::PolicyNotAccepted);
  EXPECT_EQ(refused.finding()->rule, "RFC 5280 6.1.5 (g)");
}

TEST(Policies, AreDemandedByAnAuthority) {
  const Path with{{policies({gold}), policy_constraints(0)}, {policies({gold})}};
  const Path without{{policies({gold}), policy_constraints(0)}, {}};

  EXPECT_TRUE(with.judge(std::nullopt).accepted());
  EXPECT_EQ(code_of(without.judge(std::nullopt)), ErrorCode::PolicyNotAccepted);
}

TEST(Policies, AreDemandedByAnAnchor) {
  const Path path{{}, {}, {policy_constraints(0)}};

  EXPECT_EQ(code_of(path.judge(std::nullopt)), ErrorCode::PolicyNotAccepted);
}

TEST(Policies, FollowAMapping) {
  const Path path{{policies({gold}), mappings({{gold, foreign}})}, {policies({foreign})}};

  const auto verdict = path.judge(x509::PolicyInputs{.acceptable = {gold}, .require_explicit = true});
  const auto inhibited =
      path.judge(x509::PolicyInputs{.acceptable = {gold}, .require_explicit = true, .inhibit_mapping = true});

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_THAT(verdict.policies(), ElementsAre(gold));
  EXPECT_EQ(code_of(inhibited), ErrorCode::PolicyNotAccepted);
}

TEST(Policies, AreNeverMappedFromOrToAnyPolicy) {
  const Path path{{policies({gold}), mappings({{gold, any_policy}})}, {policies({gold})}};

  const auto verdict = path.judge(std::nullopt);

  ASSERT_EQ(code_of(verdict), ErrorCode::PolicyNotAccepted);
  EXPECT_THAT(verdict.finding()->received, HasSubstr("anyPolicy"));
}

TEST(Policies, TakeAnyPolicyForAllButWhereItIsInhibited) {
  const x509::PolicyInputs inputs{.acceptable = {gold}, .require_explicit = true};
  const Path path{{policies({any_policy})}, {policies({gold})}};
  const Path inhibited{{policies({any_policy}), inhibit_any_policy(0)}, {policies({any_policy})}};

  const auto verdict = path.judge(inputs);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_THAT(verdict.policies(), ElementsAre(gold));
  EXPECT_EQ(code_of(inhibited.judge(inputs)), ErrorCode::PolicyNotAccepted);
}

TEST(Policies, MayStandOnce) {
  const Path path{{policies({gold}), policy_constraints(0)}, {policies({gold, gold})}};

  EXPECT_EQ(code_of(path.judge(std::nullopt)), ErrorCode::PolicyNotAccepted);
}

TEST(Policies, LeadTheSearchToAnotherPath) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto poor = make_certificate(root, {.common_name = "Twin", .is_ca = true});
  const auto rich = make_certificate(
      root, {.common_name = "Twin", .key = poor.key, .is_ca = true, .extra_extensions = {policies({gold})}});
  const auto leaf = make_certificate(rich, {.names = {shop}, .extra_extensions = {policies({gold})}});
  Judge judge(root.der);
  judge.options.policies = x509::PolicyInputs{.require_explicit = true};

  const auto verdict = judge.ask({leaf.der, poor.der, rich.der}, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(verdict.path().at(1), (x509::PathElement{x509::Origin::peer, 2}));
}

TEST(PolicyGraph, GrowsWithItsCertificatesAloneHoweverManyWaysThereAre) {
  // CVE-2023-0464: every policy is mapped to every other, level for level; as a tree that is 20 to the 12th.
  std::vector<Bytes> oids;
  for (std::uint8_t i = 0; i < 20; ++i) oids.push_back({0x2a, 0x03, i});
  const std::vector<ByteView> all(oids.begin(), oids.end());
  std::vector<x509::PolicyMapping> every;
  for (const Bytes& from : oids) {
    for (const Bytes& to : oids) every.push_back({from, to});
  }
  x509::PolicyGraph graph;

  for (int level = 0; level < 12; ++level) {
    graph.add_level(all, false);
    graph.map(every, false);
  }

  EXPECT_LE(graph.size(), 12U * (20 + 400));
  EXPECT_EQ(graph.valid_policies().size(), 20U);
}

TEST(PolicyGraph, ForgetsWhatDoesNotReachTheEnd) {
  const Bytes first{0x2a, 0x03, 0x01};
  const Bytes second{0x2a, 0x03, 0x02};
  const std::vector<ByteView> both{first, second};
  const std::vector<ByteView> one{second};
  x509::PolicyGraph graph;

  graph.add_level(both, false);
  graph.add_level(one, false);

  ASSERT_EQ(graph.valid_policies().size(), 1U);
  EXPECT_TRUE(std::ranges::equal(graph.valid_policies().front(), second));
  graph.add_level(std::vector<ByteView>{first}, false);
  EXPECT_TRUE(graph.is_null());
}

}  // namespace
}  // namespace keyway::testing
