#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using x509::CheckKind;
using x509::CheckOutcome;
using x509::RevocationPolicy;

TEST(Revocation, RefusesWhatAListRevokesAndSaysWhenAndWhy) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);
  judge.crl(authority.crl({leaf.serial}, {.reason = 1}));

  const auto verdict = judge.ask(leaf.chain, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::CertificateRevoked);
  EXPECT_THAT(verdict.finding()->received, HasSubstr("revoked on 2026-11-"));
  EXPECT_THAT(verdict.finding()->received, HasSubstr("(keyCompromise), says the CRL of "));
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::failed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::name), CheckOutcome::passed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::validity), CheckOutcome::passed);
}

TEST(Revocation, RefusesTheRevokedUnderAnyPolicyButOff) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);
  judge.crl(authority.crl({leaf.serial}));

  judge.options.revocation = RevocationPolicy::hard_fail;
  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::CertificateRevoked);
  judge.options.revocation = RevocationPolicy::off;
  const auto verdict = judge.ask(leaf.chain, shop);
  EXPECT_TRUE(verdict.accepted());
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::not_checked);
}

TEST(Revocation, PassesWhenEveryIssuerHasAListThatIsSilent) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);
  judge.crl(authority.crl({})).crl(make_crl(authority.root(), {}));
  judge.options.revocation = RevocationPolicy::hard_fail;

  const auto verdict = judge.ask(leaf.chain, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::passed);
}

TEST(Revocation, RefusesARevokedIntermediate) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);
  judge.crl(authority.crl({})).crl(make_crl(authority.root(), {authority.intermediate().serial}));

  const auto verdict = judge.ask(leaf.chain, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::CertificateRevoked);
  EXPECT_EQ(verdict.finding()->depth, 1U);
}

TEST(Revocation, TakesTheSilenceOfAnOldListForNothingButNotItsWord) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  const auto other = authority.issue({.names = {shop}});
  const CrlOptions old{.this_update = test_now - 9 * day, .next_update = test_now - 2 * day};
  Judge judge(authority.root().der);
  judge.crl(authority.crl({other.serial}, old));
  judge.options.revocation = RevocationPolicy::hard_fail;

  const auto silent = judge.ask(leaf.chain, shop);
  const auto listed = judge.ask(other.chain, shop);

  ASSERT_EQ(code_of(silent), ErrorCode::RevocationUnknown);
  EXPECT_THAT(silent.finding()->received, HasSubstr("2 days ago"));
  EXPECT_EQ(code_of(listed), ErrorCode::CertificateRevoked);
}

TEST(Revocation, SaysThatNobodyKnowsAndGoesOnByDefault) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);

  const auto soft = judge.ask(leaf.chain, shop);
  judge.options.revocation = RevocationPolicy::hard_fail;
  const auto hard = judge.ask(leaf.chain, shop);

  EXPECT_TRUE(soft.accepted());
  EXPECT_EQ(outcome_of(soft, CheckKind::revocation), CheckOutcome::unknown);
  EXPECT_EQ(code_of(hard), ErrorCode::RevocationUnknown);
}

TEST(Revocation, IgnoresAListThatTheIssuerDidNotSign) {
  const TestAuthority authority;
  const TestAuthority namesake;
  const auto leaf = authority.issue({.names = {shop}});

  Judge broken(authority.root().der);
  broken.crl(authority.crl({leaf.serial}, {.break_signature = true}));
  Judge foreign(authority.root().der);
  foreign.crl(namesake.crl({leaf.serial}));

  EXPECT_TRUE(broken.ask(leaf.chain, shop).accepted());
  EXPECT_TRUE(foreign.ask(leaf.chain, shop).accepted());
}

TEST(Revocation, AsksForCrlSignOfTheIssuer) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true, .key_usage = 1U << 5U});
  const auto leaf = make_certificate(root, {.names = {shop}});
  Judge judge(root.der);
  judge.crl(make_crl(root, {leaf.serial}));

  EXPECT_TRUE(judge.ask(leaf.chain, shop).accepted());
  const auto list = x509::Crl::from_der(make_crl(root, {})).value();
  EXPECT_FALSE(list.is_signed_by(root.certificate().view(), *provider()));
}

TEST(Revocation, FindsEntriesOfAList) {
  const TestAuthority authority;
  const Bytes first{0x11, 0x22};
  const Bytes second{0x33};
  const auto list = x509::Crl::from_der(authority.crl({first, second}, {.reason = 4})).value();

  EXPECT_EQ(list.size(), 2U);
  ASSERT_TRUE(list.find(second).has_value());
  EXPECT_EQ(list.find(second)->reason, "superseded");
  EXPECT_FALSE(list.find(Bytes{0x44}).has_value());
  EXPECT_TRUE(list.is_signed_by(authority.intermediate().certificate().view(), *provider()));
  EXPECT_FALSE(list.is_signed_by(authority.root().certificate().view(), *provider()));
}

}  // namespace
}  // namespace keyway::testing
