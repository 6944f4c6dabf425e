// Attacks 30, 32, 35 and 38 of docs/attacks.md: authorities that are none, webs of cross-signs, trust left behind.

#include <chrono>
#include <ctime>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/make_certificate.hpp"
#include "x509/policy_extensions.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using x509::OwnedGeneralName;

constexpr auto shop = "shop.localhost";
/// The time that this process has worked: what others do on the machine does not count.
struct ProcessorClock {
  static std::chrono::microseconds now() {
    return std::chrono::microseconds(static_cast<std::int64_t>(std::clock()) * 1'000'000 / CLOCKS_PER_SEC);
  }
};

/// What a search may take at most; without optimization, or with sanitizers, more.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
constexpr auto soon = std::chrono::milliseconds(50);
#else
constexpr auto soon = std::chrono::seconds(5);
#endif

constexpr std::uint16_t crl_sign_only = 1U << 6U;

TEST(AttackPath, RefusesALeafThatActsAsAnAuthority) {
  const TestAuthority authority;
  const auto honest = authority.issue({.names = {"attacker.example"}});
  const auto forged = make_certificate(honest, {.names = {shop}});
  const std::vector<Bytes> chain{forged.der, honest.der, authority.intermediate().der};

  const auto verdict = Judge(authority.root().der).ask(chain, shop);

  ASSERT_EQ(code_of(verdict), ErrorCode::NotAnAuthority);
  EXPECT_EQ(verdict.finding()->depth, 1U);
}

TEST(AttackPath, RefusesAnAuthorityWithoutBasicConstraints) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto silent = make_certificate(root, {.common_name = "Silent", .is_ca = true, .no_basic_constraints = true});
  const auto leaf = make_certificate(silent, {.names = {shop}});

  EXPECT_EQ(code_of(Judge(root.der).ask(leaf.chain, shop)), ErrorCode::NotAnAuthority);
}

TEST(AttackPath, RefusesAnAuthorityOfVersion1) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto old = make_certificate(root, {.common_name = "Old", .is_ca = true, .version = 1});
  const auto leaf = make_certificate(old, {.names = {shop}});

  EXPECT_EQ(code_of(Judge(root.der).ask(leaf.chain, shop)), ErrorCode::NotAnAuthority);
}

TEST(AttackPath, RefusesAnAuthorityWithoutKeyCertSign) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto other = make_certificate(root, {.common_name = "CRLs only", .is_ca = true, .key_usage = crl_sign_only});
  const auto leaf = make_certificate(other, {.names = {shop}});

  EXPECT_EQ(code_of(Judge(root.der).ask(leaf.chain, shop)), ErrorCode::WrongKeyUsage);
}

TEST(AttackPath, HoldsPathLengthsOfEveryAuthorityTheAnchorIncluded) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true, .path_length = 0});
  const auto one = make_certificate(root, {.common_name = "One", .is_ca = true});
  const auto direct = make_certificate(root, {.names = {shop}});
  const auto deeper = make_certificate(one, {.names = {shop}});
  const Judge judge(root.der);

  EXPECT_TRUE(judge.ask(direct.chain, shop).accepted());
  EXPECT_EQ(code_of(judge.ask(deeper.chain, shop)), ErrorCode::PathTooLong);
}

TEST(AttackPath, HoldsExtendedKeyUsageOnTheWayDown) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto mail =
      make_certificate(root, {.common_name = "Mail", .is_ca = true, .extended_key_usage = {{"1.3.6.1.5.5.7.3.4"}}});
  const auto any =
      make_certificate(root, {.common_name = "Any", .is_ca = true, .extended_key_usage = {{"2.5.29.37.0"}}});
  const Judge judge(root.der);

  EXPECT_EQ(code_of(judge.ask(make_certificate(mail, {.names = {shop}}).chain, shop)),
            ErrorCode::WrongExtendedKeyUsage);
  EXPECT_TRUE(judge.ask(make_certificate(any, {.names = {shop}}).chain, shop).accepted());
  const auto any_leaf = make_certificate(root, {.names = {shop}, .extended_key_usage = {{"2.5.29.37.0"}}});
  EXPECT_EQ(code_of(judge.ask(any_leaf.chain, shop)), ErrorCode::WrongExtendedKeyUsage);
  const auto client_leaf = make_certificate(root, {.names = {shop}, .extended_key_usage = {{"1.3.6.1.5.5.7.3.2"}}});
  EXPECT_EQ(code_of(judge.ask(client_leaf.chain, shop)), ErrorCode::WrongExtendedKeyUsage);
}

TEST(AttackPath, TrustsNoLeafForHavingTheNameOfAnAnchor) {
  // CVE-2026-34580: an anchor is known by its bytes, never by its name.
  const auto root = make_self_signed({.common_name = "Root", .organization = {}, .is_ca = true});
  const auto imposter = make_self_signed({.names = {shop}, .common_name = "Root", .organization = {}});
  const auto imposter_root =
      make_self_signed({.names = {shop}, .common_name = "Root", .organization = {}, .is_ca = true});
  ASSERT_EQ(imposter.subject, root.subject);
  const Judge judge(root.der);

  EXPECT_FALSE(judge.ask({imposter.der}, shop).accepted());
  EXPECT_FALSE(judge.ask({imposter_root.der}, shop).accepted());
  EXPECT_FALSE(judge.ask({imposter.der, root.der}, shop).accepted());
}

TEST(AttackPath, TakesNoAuthorityForAServer) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto authority = make_certificate(root, {.names = {shop}, .is_ca = true});

  const auto verdict = Judge(root.der).ask(authority.chain, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::WrongKeyUsage);
}

TEST(AttackPath, RefusesAForgedSignatureAnywhereInThePath) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto bad = make_certificate(root, {.common_name = "Bad", .is_ca = true, .break_signature = true});
  const auto good = make_certificate(root, {.common_name = "Good", .is_ca = true});
  const Judge judge(root.der);

  const auto above = judge.ask(make_certificate(bad, {.names = {shop}}).chain, shop);
  const auto below = judge.ask(make_certificate(good, {.names = {shop}, .break_signature = true}).chain, shop);

  EXPECT_EQ(code_of(above), ErrorCode::BadCertificateSignature);
  EXPECT_EQ(above.finding()->depth, 1U);
  EXPECT_EQ(code_of(below), ErrorCode::BadCertificateSignature);
  EXPECT_EQ(below.finding()->depth, 0U);
}

TEST(AttackPath, RefusesUnknownCriticalExtensionsAnywhere) {
  const x509::RawExtension strange{.oid = "1.3.6.1.4.1.99999.7", .critical = true, .value = {0x05, 0x00}};
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto odd = make_certificate(root, {.common_name = "Odd", .is_ca = true, .extra_extensions = {strange}});
  const auto odd_root = make_self_signed({.common_name = "Odd Root", .is_ca = true, .extra_extensions = {strange}});
  const auto odd_leaf = make_certificate(root, {.names = {shop}, .extra_extensions = {strange}});

  const auto by_leaf = Judge(root.der).ask(odd_leaf.chain, shop);
  EXPECT_EQ(code_of(by_leaf), ErrorCode::UnknownCriticalExtension);
  EXPECT_THAT(by_leaf.finding()->received, ::testing::HasSubstr("1.3.6.1.4.1.99999.7"));
  EXPECT_EQ(code_of(Judge(root.der).ask(make_certificate(odd, {.names = {shop}}).chain, shop)),
            ErrorCode::UnknownCriticalExtension);
  EXPECT_EQ(code_of(Judge(odd_root.der).ask(make_certificate(odd_root, {.names = {shop}}).chain, shop)),
            ErrorCode::UnknownCriticalExtension);
}

TEST(AttackPath, RefusesWeakKeysAndWeakSignatures) {
  const auto root = make_self_signed({.common_name = "Root", .key_type = crypto::KeyType::rsa, .is_ca = true});
  const auto sha1 = make_certificate(root, {.names = {shop}, .algorithm = crypto::SignatureAlgorithm::rsa_pkcs1_sha1});
  const auto leaf = make_certificate(root, {.names = {shop}, .key_type = crypto::KeyType::rsa});
  Judge judge(root.der);

  EXPECT_EQ(code_of(judge.ask(sha1.chain, shop)), ErrorCode::WeakSignature);
  EXPECT_TRUE(judge.ask(leaf.chain, shop).accepted());
  judge.options.min_rsa_bits = 3072;
  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::WeakKey);
}

TEST(AttackPath, LeavesNoTrustBehindWhenAnAlternativeFails) {
  // CVE-2015-1793: what a path that fell has learned must not help another.
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto honest = make_certificate(root, {.names = {"attacker.example"}, .common_name = "Twin"});
  const auto own_root = make_self_signed({.common_name = "Own Root", .is_ca = true});
  const auto own_twin = make_certificate(own_root, {.common_name = "Twin", .key = honest.key, .is_ca = true});
  const auto forged = make_certificate(own_twin, {.names = {shop}});

  const auto verdict = Judge(root.der).ask({forged.der, honest.der, own_twin.der, own_root.der}, shop);

  EXPECT_FALSE(verdict.accepted());
  EXPECT_GE(verdict.candidates().size(), 2U);
}

TEST(AttackPath, WeakensNothingByAStricterOption) {
  // CVE-2021-3450: a strict mode whose check overwrote the verdict of the one before.
  const TestAuthority authority;
  const auto honest = authority.issue({.names = {"attacker.example"}});
  const auto forged = make_certificate(honest, {.names = {shop}});
  const std::vector<Bytes> chain{forged.der, honest.der, authority.intermediate().der};
  Judge judge(authority.root().der);
  judge.crl(authority.crl({})).crl(make_crl(authority.root(), {}));
  judge.options.revocation = x509::RevocationPolicy::hard_fail;
  judge.options.min_rsa_bits = 4096;
  judge.options.budget.max_depth = 4;

  EXPECT_EQ(code_of(judge.ask(chain, shop)), ErrorCode::NotAnAuthority);
}

/// `width` authorities a level, each certified by each of the level above, and none of them by a trusted root.
std::vector<Bytes> web_of_cross_signs(std::size_t levels, std::size_t width, crypto::KeyType type) {
  std::vector<Bytes> all;
  std::vector<IssuedCertificate> above;
  for (std::size_t i = 0; i < width; ++i) {
    above.push_back(make_self_signed({.common_name = "top " + std::to_string(i), .key_type = type, .is_ca = true}));
  }
  for (std::size_t level = 0; level < levels; ++level) {
    // One name for the whole level, so that every certificate of it is a candidate for every child.
    std::vector<IssuedCertificate> here;
    for (std::size_t i = 0; i < width; ++i) {
      std::shared_ptr<const crypto::PrivateKey> key;
      for (const IssuedCertificate& issuer : above) {
        const auto made = make_certificate(issuer, {.common_name = "level " + std::to_string(level),
                                                    .key_type = type,
                                                    .key = key,
                                                    .is_ca = true,
                                                    .no_key_identifiers = true});
        key = made.key;
        all.push_back(made.der);
        if (&issuer == &above.back()) here.push_back(made);
      }
    }
    above = std::move(here);
  }
  const auto leaf = make_certificate(above.back(), {.names = {shop}, .no_key_identifiers = true});
  all.insert(all.begin(), leaf.der);
  return all;
}

TEST(AttackPath, GivesUpAnExplodingWebOfCrossSignsSoon) {
  // CVE-2018-16875, CVE-2023-0464.
  const TestAuthority authority;
  const Judge judge(authority.root().der);
  const auto verifier = judge.verifier();
  const auto name = ServerName::parse(shop).value();
  const auto chain = web_of_cross_signs(6, 4, crypto::KeyType::p256);
  const std::vector<ByteView> views(chain.begin(), chain.end());

  const auto start = ProcessorClock::now();
  const auto verdict = verifier->verify(views, &name, x509::Purpose::server, test_now);
  const auto taken = ProcessorClock::now() - start;

  EXPECT_EQ(code_of(verdict), ErrorCode::PathBudgetSpent);
  EXPECT_LE(verdict.candidates().size(), x509::PathBudget{}.max_steps + 1);
  EXPECT_LT(taken, soon);
  std::cout << "gave up after " << taken.count() << " us, " << verdict.candidates().size() << " candidates\n";
}

TEST(AttackPath, GivesUpAWebOfPoliciesSoon) {
  // CVE-2023-0464: every twin lists and maps as many policies as it can, and no path holds.
  constexpr int count = 600;
  std::vector<std::string> listed;
  std::vector<std::pair<std::string, std::string>> mapped;
  for (int i = 0; i < count; ++i) {
    listed.push_back("1.3.6.1.4.1.99999." + std::to_string(i));
    mapped.emplace_back(listed.back(), "1.3.6.1.4.1.99999." + std::to_string((i * 7) % count));
  }
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  std::vector<Bytes> chain;
  std::vector<IssuedCertificate> above{root};
  for (int level = 0; level < 2; ++level) {
    std::vector<IssuedCertificate> twins;
    for (int twin = 0; twin < 12; ++twin) {
      twins.push_back(make_certificate(above.front(), {.common_name = "level " + std::to_string(level),
                                                       .key = twins.empty() ? nullptr : twins.front().key,
                                                       .is_ca = true,
                                                       .extra_extensions = {policies(listed), mappings(mapped)}}));
      chain.push_back(twins.back().der);
    }
    above = std::move(twins);
  }
  const auto leaf = make_certificate(
      above.front(), {.names = {shop}, .extra_extensions = {policies({"1.2.3"}), policy_constraints(0)}});
  chain.insert(chain.begin(), leaf.der);
  const Judge judge(root.der);

  const auto start = ProcessorClock::now();
  const auto verdict = judge.ask(chain, shop);
  const auto taken = ProcessorClock::now() - start;

  EXPECT_FALSE(verdict.accepted());
  EXPECT_LT(taken, soon);
  std::cout << "gave up after " << taken.count() << " us, " << verdict.candidates().size() << " candidates\n";
}

TEST(AttackPath, BoundsTheWorkOnNameConstraints) {
  std::vector<OwnedGeneralName> bounds;
  for (int i = 0; i < 1000; ++i) bounds.push_back(OwnedGeneralName::dns("x" + std::to_string(i) + ".example"));
  CertificateOptions leaf{.names = {shop}};
  for (int i = 0; i < 1000; ++i) leaf.names.push_back("y" + std::to_string(i) + ".example");
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true, .excluded_names = bounds});
  const auto chain = make_certificate(root, leaf).chain;
  const Judge judge(root.der);

  const auto start = ProcessorClock::now();
  const auto verdict = judge.ask(chain, shop);
  const auto taken = ProcessorClock::now() - start;

  EXPECT_EQ(code_of(verdict), ErrorCode::PathBudgetSpent);
  EXPECT_LT(taken, soon);
  std::cout << "gave up after " << taken.count() << " us\n";
}

TEST(AttackPath, WalksNoCircle) {
  const auto a = make_self_signed({.common_name = "A", .is_ca = true});
  const auto b = make_certificate(a, {.common_name = "B", .is_ca = true});
  const auto a_by_b = make_certificate(b, {.common_name = "A", .key = a.key, .is_ca = true});
  const auto leaf = make_certificate(b, {.names = {shop}});
  const TestAuthority authority;

  const auto verdict = Judge(authority.root().der).ask({leaf.der, b.der, a_by_b.der, a.der}, shop);

  EXPECT_FALSE(verdict.accepted());
  EXPECT_LT(verdict.candidates().size(), 6U);
}

}  // namespace
}  // namespace keyway::testing
