// Anchors that are trusted for less than they say, and stores that are exchanged in use.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "x509/policy_extensions.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using x509::AnchorLimits;
using x509::LiveTrust;
using x509::TrustStore;

constexpr auto own_shop = "shop.example.com";

/// A verdict on `leaf` where the root is trusted within `limits`.
x509::Verdict ask_within(const TestAuthority& authority, const IssuedCertificate& leaf, AnchorLimits limits,
                         std::string_view name = own_shop, x509::Purpose purpose = x509::Purpose::server) {
  Judge judge(authority.root().der);
  judge.purpose = purpose;
  EXPECT_TRUE(judge.anchors().add(authority.root().certificate(), std::move(limits)));
  return judge.ask(leaf.chain, name);
}

TEST(AnchorLimits, NamesOutsideThemAreRefused) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {own_shop}});

  EXPECT_TRUE(ask_within(authority, leaf, {.permitted_names = {"dns:example.com"}}).accepted());
  EXPECT_EQ(code_of(ask_within(authority, leaf, {.permitted_names = {"dns:example.org"}})),
            ErrorCode::NameConstraintViolated);
  EXPECT_EQ(code_of(ask_within(authority, leaf, {.excluded_names = {"dns:shop.example.com"}})),
            ErrorCode::NameConstraintViolated);
}

TEST(AnchorLimits, HoldForEveryNameOfTheLeaf) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {own_shop, "elsewhere.example.org"}});

  EXPECT_EQ(code_of(ask_within(authority, leaf, {.permitted_names = {"dns:example.com"}})),
            ErrorCode::NameConstraintViolated);
}

TEST(AnchorLimits, NetworksAreWrittenWithTheirBits) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {"10.1.2.3"}});
  const auto six = authority.issue({.names = {"fd00::1"}});

  EXPECT_TRUE(ask_within(authority, leaf, {.permitted_names = {"ip:10.0.0.0/8"}}, "10.1.2.3").accepted());
  EXPECT_TRUE(ask_within(authority, leaf, {.permitted_names = {"ip:10.1.2.3"}}, "10.1.2.3").accepted());
  EXPECT_FALSE(ask_within(authority, leaf, {.permitted_names = {"ip:10.2.0.0/15"}}, "10.1.2.3").accepted());
  EXPECT_TRUE(ask_within(authority, six, {.permitted_names = {"ip:fd00::/7"}}, "fd00::1").accepted());
  EXPECT_FALSE(ask_within(authority, six, {.excluded_names = {"ip:::/0"}}, "fd00::1").accepted());
}

TEST(AnchorLimits, TakeANameConstraintsAsItStands) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {own_shop}});
  const Bytes der = x509::encode_name_constraints({x509::OwnedGeneralName::dns("example.net")},
                                                  std::vector<x509::OwnedGeneralName>{});

  EXPECT_EQ(code_of(ask_within(authority, leaf, {.name_constraints = der})), ErrorCode::NameConstraintViolated);
}

TEST(AnchorLimits, LimitThePathsLength) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {own_shop}});

  EXPECT_TRUE(ask_within(authority, leaf, {.path_length = 1}).accepted());
  EXPECT_EQ(code_of(ask_within(authority, leaf, {.path_length = 0})), ErrorCode::PathTooLong);
}

TEST(AnchorLimits, LimitThePurpose) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {own_shop}});

  EXPECT_TRUE(ask_within(authority, leaf, {.purposes = {x509::Purpose::server}}).accepted());
  EXPECT_EQ(code_of(ask_within(authority, leaf, {.purposes = {x509::Purpose::client}})),
            ErrorCode::WrongExtendedKeyUsage);
}

TEST(AnchorLimits, BindALeafThatIsTrustedItself) {
  const auto leaf = make_self_signed({.names = {own_shop}});
  const auto ask = [&](AnchorLimits limits) {
    Judge judge(leaf.der);
    EXPECT_TRUE(judge.anchors().add(leaf.certificate(), std::move(limits)));
    return judge.ask(leaf.chain, own_shop);
  };

  EXPECT_TRUE(ask({.permitted_names = {"dns:example.com"}, .purposes = {x509::Purpose::server}}).accepted());
  EXPECT_EQ(code_of(ask({.permitted_names = {"dns:example.org"}})), ErrorCode::NameConstraintViolated);
  EXPECT_EQ(code_of(ask({.purposes = {x509::Purpose::client}})), ErrorCode::WrongExtendedKeyUsage);
}

TEST(AnchorLimits, DemandAPolicy) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {own_shop}});
  const AnchorLimits wanted{.policies = {"1.2.3.4"}, .require_explicit_policy = true};

  EXPECT_EQ(code_of(ask_within(authority, leaf, wanted)), ErrorCode::PolicyNotAccepted);
}

TEST(AnchorLimits, IntersectThePoliciesThatAreAsked) {
  const auto root = make_self_signed({.common_name = "Policy Root", .is_ca = true});
  const auto leaf = make_certificate(root, {.names = {own_shop}, .extra_extensions = {policies({"1.2.3.4"})}});
  Judge judge(root.der);
  const auto ask = [&](std::vector<std::string> of_anchor, std::vector<std::string> of_user) {
    EXPECT_TRUE(judge.anchors().add(root.certificate(), {.policies = std::move(of_anchor)}));
    judge.options.policies = x509::PolicyInputs{.acceptable = std::move(of_user), .require_explicit = true};
    return judge.ask(leaf.chain, own_shop);
  };

  EXPECT_EQ(ask({"1.2.3.4"}, {}).policies(), std::vector<std::string>{"1.2.3.4"});
  EXPECT_TRUE(ask({"1.2.3.4", "1.2.3.5"}, {"1.2.3.4"}).accepted());
  EXPECT_FALSE(ask({"1.2.3.5"}, {}).accepted());
  EXPECT_FALSE(ask({"1.2.3.5"}, {"1.2.3.4"}).accepted());
}

TEST(AnchorLimits, ThatSayNothingAreRefused) {
  TrustStore store;
  const TestAuthority authority;
  for (const char* const text : {"example.com", "dns:*.example.com", "dns:exa mple", "ip:10.0.0.0/33", "ip:10.0.0",
                                 "ip:fd00::/129", "ip:10.0.0.0/", "dn:CN=x", ""}) {
    EXPECT_FALSE(store.add(authority.root().certificate(), {.permitted_names = {text}})) << text;
  }
  EXPECT_FALSE(store.add(authority.root().certificate(), {.name_constraints = {0x30, 0x00}}));
  EXPECT_FALSE(store.add(authority.root().certificate(),
                         {.permitted_names = {"dns:a.example"}, .name_constraints = {0x30, 0x00}}));
  EXPECT_TRUE(store.empty());
}

TEST(LiveTrust, AVerifierGoesByTheStoreOfTheMoment) {
  const TestAuthority former({.name = "Former"});
  const TestAuthority present({.name = "Present"});
  const auto store_of = [](const TestAuthority& authority) {
    auto store = std::make_shared<TrustStore>();
    store->add(authority.root().certificate());
    return store;
  };
  const auto live = std::make_shared<LiveTrust>(store_of(former));
  const x509::Verifier verifier(provider(), std::shared_ptr<const LiveTrust>(live), {}, {}, {});
  const auto is_accepted = [&](const IssuedCertificate& leaf) {
    const std::vector<ByteView> chain(leaf.chain.begin(), leaf.chain.end());
    const auto name = ServerName::parse(own_shop).value();
    return verifier.verify(chain, &name, x509::Purpose::server, test_now).accepted();
  };
  const auto of_former = former.issue({.names = {own_shop}});
  const auto of_present = present.issue({.names = {own_shop}});
  EXPECT_TRUE(is_accepted(of_former));
  EXPECT_FALSE(is_accepted(of_present));

  live->replace(store_of(present));

  EXPECT_FALSE(is_accepted(of_former));
  EXPECT_TRUE(is_accepted(of_present));
  EXPECT_EQ(verifier.anchors()->size(), 1U);
}

TEST(LiveTrust, ReadsItsFileAnew) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "live_trust.pem";
  const TestAuthority former({.name = "Former"});
  const TestAuthority present({.name = "Present"});
  std::ofstream(path) << former.root().pem();
  const auto live = LiveTrust::from_file(path).value();
  const auto before = live->current();
  EXPECT_FALSE(live->reload().value());
  EXPECT_EQ(live->current(), before);

  std::ofstream(path) << former.root().pem() << present.root().pem();
  EXPECT_TRUE(live->reload().value());
  EXPECT_EQ(live->current()->size(), 2U);

  std::ofstream(path) << "nothing of the kind";
  EXPECT_FALSE(live->reload());
  EXPECT_EQ(live->current()->size(), 2U);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace keyway::testing
