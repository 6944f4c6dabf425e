#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using x509::CheckKind;
using x509::CheckOutcome;
using x509::Origin;
using x509::PathElement;

TEST(Verifier, AcceptsALeafOfAnIntermediateOfATrustedRoot) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_THAT(verdict.path(), ::testing::ElementsAre(PathElement{Origin::peer, 0}, PathElement{Origin::peer, 1},
                                                     PathElement{Origin::anchor, 0}));
  EXPECT_EQ(verdict.checks().size(), 8U);
  EXPECT_EQ(outcome_of(verdict, CheckKind::name), CheckOutcome::passed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::signature), CheckOutcome::passed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::unknown);
  EXPECT_EQ(verdict.finding(), nullptr);
}

TEST(Verifier, AcceptsEveryKindOfKey) {
  for (const auto type : {crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::p521, crypto::KeyType::ed25519,
                          crypto::KeyType::rsa}) {
    const TestAuthority authority({.key_type = type});
    const auto leaf = authority.issue({.names = {shop}, .key_type = type});

    const auto verdict = Judge(authority.root().der).ask(leaf.chain, shop);

    EXPECT_TRUE(verdict.accepted()) << crypto::to_string(type);
  }
}

TEST(Verifier, TakesTheChainInAnyOrderWithStrangersInIt) {
  const TestAuthority authority;
  const TestAuthority stranger({.name = "Stranger"});
  const auto leaf = authority.issue({.names = {shop}});
  const std::vector<Bytes> chain{leaf.der, stranger.root().der, Bytes{0x30, 0x00}, authority.root().der,
                                 authority.intermediate().der};

  const auto verdict = Judge(authority.root().der).ask(chain, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(verdict.path().at(1), (PathElement{Origin::peer, 4}));
}

TEST(Verifier, FillsAGapWithAConfiguredIntermediate) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);
  judge.intermediate(authority.intermediate().der);

  const auto verdict = judge.ask({leaf.der}, shop);

  ASSERT_TRUE(verdict.accepted());
  EXPECT_EQ(verdict.path().at(1), (PathElement{Origin::intermediate, 0}));
}

TEST(Verifier, NamesTheIntermediateThatIsMissing) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});

  const auto verdict = Judge(authority.root().der).ask({leaf.der}, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::UnknownIssuer);
  const auto intermediate = authority.intermediate().certificate();
  EXPECT_THAT(verdict.finding()->expected, HasSubstr(intermediate.view().subject.to_string()));
  EXPECT_THAT(verdict.finding()->advice, HasSubstr("forgotten to send"));
  EXPECT_EQ(outcome_of(verdict, CheckKind::issuer), CheckOutcome::failed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::name), CheckOutcome::passed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::signature), CheckOutcome::not_checked);
}

TEST(Verifier, TellsWhereAMissingIntermediateIsToBeHad) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}, .issuer_urls = {"http://authority.example/ca.der"}});

  const auto verdict = Judge(authority.root().der).ask({leaf.der}, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::MissingIntermediate);
  EXPECT_THAT(verdict.finding()->advice, HasSubstr("the server did not send its intermediate"));
  EXPECT_THAT(verdict.finding()->advice, HasSubstr("http://authority.example/ca.der"));
}

TEST(Verifier, RemarksOnAWrongOrder) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto upper = make_certificate(root, {.common_name = "Upper", .is_ca = true});
  const auto lower = make_certificate(upper, {.common_name = "Lower", .is_ca = true});
  const auto leaf = make_certificate(lower, {.names = {shop}});
  const Judge judge(root.der);

  const auto right = judge.ask({leaf.der, lower.der, upper.der}, shop);
  const auto wrong = judge.ask({leaf.der, upper.der, lower.der}, shop);

  EXPECT_THAT(right.remarks(), ::testing::IsEmpty());
  ASSERT_TRUE(wrong.accepted());
  EXPECT_THAT(wrong.remarks(), ::testing::ElementsAre(HasSubstr("not in order")));
}

TEST(Verifier, DoubtsAClockThatIsBehindItsOwnAuthorities) {
  const auto root = make_self_signed({.common_name = "Root", .not_before = test_now - 10 * day, .is_ca = true});
  const auto leaf = make_certificate(root, {.names = {shop}, .not_before = test_now - 5 * day});
  Judge judge(root.der);

  judge.now = test_now - 7 * day;
  const auto early = judge.ask(leaf.chain, shop);
  judge.now = test_now - 400 * day;
  const auto absurd = judge.ask(leaf.chain, shop);

  EXPECT_EQ(code_of(early), ErrorCode::CertificateNotYetValid);
  EXPECT_EQ(early.finding()->advice, "check this machine's clock, or wait");
  EXPECT_EQ(code_of(absurd), ErrorCode::CertificateNotYetValid);
  EXPECT_THAT(absurd.finding()->advice, HasSubstr("set the clock"));
}

TEST(Verifier, RefusesAnUnknownAuthority) {
  const TestAuthority authority;
  const TestAuthority other({.name = "Other"});
  const auto leaf = other.issue({.names = {shop}});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::UnknownIssuer);
  EXPECT_EQ(verdict.finding()->depth, 1U);
}

TEST(Verifier, TellsAnAuthorityOfTheSameNameAndAnotherKeyFromAForgery) {
  const TestAuthority authority;
  const TestAuthority namesake;
  const auto leaf = namesake.issue({.names = {shop}});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::UnknownIssuer);
  EXPECT_THAT(verdict.finding()->received, HasSubstr("an authority of this name, but with the key"));
}

TEST(Verifier, TellsARootThatThePeerBringsAlong) {
  const TestAuthority authority;
  const TestAuthority other({.name = "Other"});
  auto chain = other.issue({.names = {shop}}).chain;
  chain.push_back(other.root().der);

  const auto verdict = Judge(authority.root().der).ask(chain, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::UnknownRoot);
  EXPECT_EQ(verdict.finding()->depth, 2U);
}

TEST(Verifier, RefusesALoneSelfSignedLeaf) {
  const TestAuthority authority;
  const auto leaf = make_self_signed({.names = {shop}});

  const auto verdict = Judge(authority.root().der).ask({leaf.der}, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::SelfSigned);
}

TEST(Verifier, TrustsALeafThatStandsInTheStoreForItsNameAndTimeAlone) {
  const auto leaf = make_self_signed({.names = {shop}});
  Judge judge(leaf.der);

  EXPECT_TRUE(judge.ask({leaf.der}, shop).accepted());
  EXPECT_EQ(code_of(judge.ask({leaf.der}, "other.localhost")), ErrorCode::NameMismatch);
  judge.now = test_now + 1000 * day;
  EXPECT_EQ(code_of(judge.ask({leaf.der}, shop)), ErrorCode::CertificateExpired);
}

TEST(Verifier, TellsWhenALeafExpired) {
  const TestAuthority authority;
  const auto leaf =
      authority.issue({.names = {shop}, .not_before = test_now - 90 * day, .not_after = test_now - 20 * day});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::CertificateExpired);
  EXPECT_EQ(verdict.finding()->received, "expired on 2026-11-01 12:00:00 UTC, 20 days ago");
  EXPECT_EQ(outcome_of(verdict, CheckKind::validity), CheckOutcome::failed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::issuer), CheckOutcome::passed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::name), CheckOutcome::passed);
}

TEST(Verifier, HoldsACertificateValidToItsLastSecond) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}, .not_before = test_now - day, .not_after = test_now + day});
  Judge judge(authority.root().der);

  judge.now = test_now + day;
  EXPECT_TRUE(judge.ask(leaf.chain, shop).accepted());
  judge.now = test_now + day + 1s;
  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::CertificateExpired);
  judge.now = test_now - day;
  EXPECT_TRUE(judge.ask(leaf.chain, shop).accepted());
  judge.now = test_now - day - 1s;
  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::CertificateNotYetValid);
}

TEST(Verifier, RefusesAnExpiredIntermediateAndAnExpiredAnchor) {
  const auto root = make_self_signed({.common_name = "Root", .not_after = test_now + day, .is_ca = true});
  const auto old = make_certificate(root, {.common_name = "Old", .not_after = test_now - 1min, .is_ca = true});
  const auto leaf_of_old = make_certificate(old, {.names = {shop}});
  const auto leaf_of_root = make_certificate(root, {.names = {shop}});
  Judge judge(root.der);

  const auto by_old = judge.ask(leaf_of_old.chain, shop);
  judge.now = test_now + 2 * day;
  const auto by_root = judge.ask(leaf_of_root.chain, shop);

  EXPECT_EQ(code_of(by_old), ErrorCode::CertificateExpired);
  EXPECT_EQ(by_old.finding()->depth, 1U);
  EXPECT_EQ(code_of(by_root), ErrorCode::CertificateExpired);
  EXPECT_EQ(by_root.finding()->depth, 1U);
}

TEST(Verifier, TellsTheNamesThatTheCertificateHas) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {"a.example", "*.b.example", "192.0.2.1"}});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::NameMismatch);
  EXPECT_EQ(verdict.finding()->expected, "a certificate for shop.localhost");
  EXPECT_EQ(verdict.finding()->received, "a certificate for a.example, *.b.example, 192.0.2.1");
  EXPECT_EQ(outcome_of(verdict, CheckKind::name), CheckOutcome::failed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::issuer), CheckOutcome::passed);
  EXPECT_EQ(outcome_of(verdict, CheckKind::validity), CheckOutcome::passed);
}

TEST(Verifier, FindsTheOtherWayWhenOneFails) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto expired = make_certificate(root, {.common_name = "Twin", .not_after = test_now - 1min, .is_ca = true});
  const auto good = make_certificate(root, {.common_name = "Twin", .key = expired.key, .is_ca = true});
  const auto leaf = make_certificate(good, {.names = {shop}});

  const auto verdict = Judge(root.der).ask({leaf.der, expired.der, good.der}, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(verdict.path().at(1), (PathElement{Origin::peer, 2}));
}

TEST(Verifier, ReportsEveryPathThatItTried) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto expired = make_certificate(root, {.common_name = "Twin", .not_after = test_now - 1min, .is_ca = true});
  const auto useless = make_certificate(root, {.common_name = "Twin", .key = expired.key, .is_ca = false});
  const auto leaf = make_certificate(expired, {.names = {shop}});

  const auto verdict = Judge(root.der).ask({leaf.der, expired.der, useless.der}, shop);

  ASSERT_FALSE(verdict.accepted());
  ASSERT_EQ(verdict.candidates().size(), 2U);
  EXPECT_EQ(verdict.candidates().at(0).finding.code, ErrorCode::CertificateExpired);
  EXPECT_EQ(verdict.candidates().at(1).finding.code, ErrorCode::NotAnAuthority);
  EXPECT_THAT(verdict.candidates().at(1).path,
              ::testing::ElementsAre(PathElement{Origin::peer, 0}, PathElement{Origin::peer, 2}));
}

TEST(Verifier, AsksForAName) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});

  const auto verdict = Judge(authority.root().der).ask(leaf.chain, std::nullopt);

  EXPECT_EQ(code_of(verdict), ErrorCode::InvalidServerName);
}

TEST(Verifier, JudgesClientsByClientAuth) {
  const TestAuthority authority;
  const auto client = authority.issue({.names = {"alice"}, .extended_key_usage = {{"1.3.6.1.5.5.7.3.2"}}});
  const auto server = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);
  judge.purpose = x509::Purpose::client;

  EXPECT_TRUE(judge.ask(client.chain, std::nullopt).accepted());
  EXPECT_EQ(code_of(judge.ask(server.chain, std::nullopt)), ErrorCode::WrongExtendedKeyUsage);
}

TEST(Verifier, TellsAnEmptyAndAGarbledChain) {
  const TestAuthority authority;
  const Judge judge(authority.root().der);

  EXPECT_EQ(code_of(judge.ask(std::vector<Bytes>{}, shop)), ErrorCode::EmptyServerCertificate);
  EXPECT_EQ(code_of(judge.ask({Bytes{0x30, 0x03, 0x02}}, shop)), ErrorCode::InvalidDer);
}

TEST(Verifier, MakesAnErrorOfARefusal) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {"a.example"}});

  const Error error = Judge(authority.root().der).ask(leaf.chain, shop).to_error();

  EXPECT_EQ(error.code(), ErrorCode::NameMismatch);
  EXPECT_EQ(error.alert(), AlertDescription::bad_certificate);
  EXPECT_THAT(error.message(), HasSubstr("a certificate for a.example"));
  EXPECT_FALSE(error.advice().empty());
}

}  // namespace
}  // namespace keyway::testing
