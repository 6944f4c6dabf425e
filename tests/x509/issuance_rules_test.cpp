// Rules for those who issue: looked at only where they are asked for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "x509/policy_extensions.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using x509::Conformance;
using x509::OwnedGeneralName;

/// What breaks one rule, and where.
struct Broken {
  const char* rule;  ///< what the finding's rule begins with
  CertificateOptions root = {};
  CertificateOptions authority = {};
  CertificateOptions leaf = {};
};

x509::Verdict judge(Broken broken, Conformance conformance) {
  broken.root.common_name = "Root";
  broken.root.is_ca = true;
  broken.authority.common_name = "Authority";
  broken.authority.is_ca = true;
  broken.leaf.names = {shop};
  const auto root = make_self_signed(broken.root);
  const auto authority = make_certificate(root, broken.authority);
  const auto leaf = make_certificate(authority, broken.leaf);
  Judge judge(root.der);
  judge.options.conformance = conformance;
  return judge.ask(leaf.chain, shop);
}

x509::RawExtension usages(bool critical, std::string_view first, std::string_view second = {}) {
  return {"2.5.29.37", critical, x509::encode_der([&](x509::DerWriter& writer) {
            writer.sequence([&] {
              writer.oid(first);
              if (!second.empty()) writer.oid(second);
            });
          })};
}

const std::vector<Broken>& breaches() {
  constexpr auto server = "1.3.6.1.5.5.7.3.1";
  constexpr auto mail = "1.3.6.1.5.5.7.3.4";
  static const std::vector<Broken> all{
      {.rule = "RFC 5280 4.1.2.2", .leaf = {.serial = {0}}},
      {.rule = "RFC 5280 4.1.2.2", .leaf = {.serial = Bytes(20, 0xff)}},
      {.rule = "RFC 5280 4.2.1.2", .root = {.no_key_identifiers = true}},
      {.rule = "RFC 5280 4.2.1.2",
       .leaf = {.no_key_identifiers = true,
                .extra_extensions = {{"2.5.29.35", false, x509::encode_authority_key_identifier(Bytes(20, 1))}}}},
      {.rule = "RFC 5280 4.2.1.4", .leaf = {.extra_extensions = {policies({"1.2.3", "1.2.3"})}}},
      {.rule = "RFC 5280 4.2.1.1", .leaf = {.no_key_identifiers = true}},
      {.rule = "RFC 5280 4.2.1.3", .authority = {.key_usage = 0}},
      {.rule = "RFC 5280 4.2.1.10", .authority = {.excluded_names = {OwnedGeneralName::dns(".example")}}},
      {.rule = "RFC 5280 4.2.1.10", .leaf = {.excluded_names = {OwnedGeneralName::dns("example")}}},
      {.rule = "RFC 5280 4.2.1.11", .leaf = {.extra_extensions = {policy_constraints({}, 0, false)}}},
      {.rule = "RFC 8410 5", .leaf = {.key_usage = std::uint16_t{1U | 1U << 2U}}},
      {.rule = "RFC 5280 4.2.1.6", .leaf = {.other_names = {OwnedGeneralName::dns("a..b")}}},
      {.rule = "RFC 5280 4.2.1.6", .leaf = {.other_names = {OwnedGeneralName::uri("nowhere")}}},
      {.rule = "RFC 5280 4.2.2.1",
       .leaf = {.extra_extensions = {{"1.3.6.1.5.5.7.1.1", false, {0x30, 0x02, 0x30, 0x00}}}}},
      {.rule = "BR 7.1.2.7.11", .leaf = {.key_usage = std::uint16_t{1U | 1U << 6U}}},
      {.rule = "BR 7.1.2.1.2", .root = {.extended_key_usage = {{server}}}},
      {.rule = "BR 7.1.2.7.6", .leaf = {.extended_key_usage = {{}}, .extra_extensions = {usages(true, server)}}},
      {.rule = "BR 7.1.2.7.10", .leaf = {.extended_key_usage = {{}}}},
      {.rule = "BR 7.1.2.7.10", .leaf = {.extended_key_usage = {{server, mail}}}},
      {.rule = "BR 7.1.2.10.6", .authority = {.extended_key_usage = {{server, mail}}}},
  };
  return all;
}

TEST(IssuanceRules, AreNotLookedAtByDefault) {
  for (const Broken& broken : breaches()) {
    const auto verdict = judge(broken, Conformance::lenient);
    EXPECT_TRUE(verdict.accepted()) << broken.rule << ": " << (verdict.accepted() ? "" : verdict.to_error().message());
  }
}

TEST(IssuanceRules, RefuseWhatBreaksThemWhereAsked) {
  EXPECT_TRUE(judge({.rule = "none"}, Conformance::strict).accepted());
  EXPECT_TRUE(judge({.rule = "none"}, Conformance::to_the_letter).accepted());
  for (const Broken& broken : breaches()) {
    const auto verdict = judge(broken, Conformance::strict);
    ASSERT_EQ(code_of(verdict), ErrorCode::InvalidCertificate) << broken.rule;
    EXPECT_THAT(verdict.finding()->rule, ::testing::StartsWith(broken.rule));
  }
}

TEST(IssuanceRules, OfTheBaselineRequirementsAreForServersOfTheWeb) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto leaf = make_certificate(root, {.names = {shop}, .extended_key_usage = {{}}});
  Judge judge(root.der);
  judge.options.conformance = Conformance::strict;
  judge.options.profile = x509::Profile::rfc5280;

  EXPECT_TRUE(judge.ask(leaf.chain, shop).accepted());
}

TEST(IssuanceRules, LetAListThatBreaksThemSayNothingByItsSilence) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto leaf = make_certificate(root, {.names = {shop}});
  const auto ask = [&](const std::vector<Bytes>& revoked, const CrlOptions& options, Conformance conformance) {
    Judge judge(root.der);
    judge.crl(make_crl(root, revoked, options));
    judge.options.conformance = conformance;
    judge.options.revocation = x509::RevocationPolicy::hard_fail;
    return judge.ask(leaf.chain, shop);
  };
  const Bytes scope{0x30, 0x03, 0x81, 0x01, 0xff};
  const std::vector<CrlOptions> broken{{.number = std::nullopt}, {.extra_extensions = {{"2.5.29.28", false, scope}}}};

  EXPECT_TRUE(ask({}, {}, Conformance::strict).accepted());
  EXPECT_TRUE(ask({}, {.extra_extensions = {{"2.5.29.28", true, scope}}}, Conformance::strict).accepted());
  for (const CrlOptions& options : broken) {
    EXPECT_TRUE(ask({}, options, Conformance::lenient).accepted());
    EXPECT_EQ(code_of(ask({}, options, Conformance::strict)), ErrorCode::RevocationUnknown);
    EXPECT_EQ(code_of(ask({leaf.serial}, options, Conformance::strict)), ErrorCode::CertificateRevoked);
  }
}

TEST(Profile, OfRfc5280TakesAnAuthoritysCertificateAndAnyPurpose) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const auto authority = make_certificate(root, {.names = {shop}, .is_ca = true});
  const auto any = make_certificate(root, {.names = {shop}, .extended_key_usage = {{"2.5.29.37.0"}}});
  Judge judge(root.der);

  EXPECT_EQ(code_of(judge.ask(authority.chain, shop)), ErrorCode::WrongKeyUsage);
  EXPECT_EQ(code_of(judge.ask(any.chain, shop)), ErrorCode::WrongExtendedKeyUsage);
  judge.options.profile = x509::Profile::rfc5280;
  EXPECT_TRUE(judge.ask(authority.chain, shop).accepted());
  EXPECT_TRUE(judge.ask(any.chain, shop).accepted());
}

TEST(Purpose, OfMailAsksForTheAddress) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true});
  const OwnedGeneralName address{x509::NameForm::rfc822_name,
                                 Bytes(as_bytes("alice@Example.com").begin(), as_bytes("alice@Example.com").end())};
  const auto leaf = make_certificate(
      root, {.common_name = "Alice", .extended_key_usage = {{"1.3.6.1.5.5.7.3.4"}}, .other_names = {address}});
  const auto verifier = Judge(root.der).verifier();
  const std::vector<ByteView> chain{leaf.der};

  const auto hers = verifier->verify(chain, EmailAddress::parse("alice@example.com").value(), test_now);
  const auto others = verifier->verify(chain, EmailAddress::parse("Alice@example.com").value(), test_now);

  EXPECT_TRUE(hers.accepted());
  ASSERT_EQ(code_of(others), ErrorCode::NameMismatch);
  EXPECT_THAT(others.finding()->received, HasSubstr("alice@Example.com"));
}

TEST(PathLength, IsBoundedByTheQuestionToo) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Judge judge(authority.root().der);

  judge.options.max_path_length = 1;
  EXPECT_TRUE(judge.ask(leaf.chain, shop).accepted());
  judge.options.max_path_length = 0;
  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::PathTooLong);
}

TEST(Wildcards, CoverNothingBelowARegistry) {
  const TestAuthority authority;
  const auto country = authority.issue({.names = {"*.co.uk"}});
  const auto customers = authority.issue({.names = {"*.github.io"}});
  Judge judge(authority.root().der);

  EXPECT_EQ(code_of(judge.ask(country.chain, "example.co.uk")), ErrorCode::NameMismatch);
  EXPECT_TRUE(judge.ask(customers.chain, "example.github.io").accepted());
  judge.options.conformance = Conformance::strict;
  EXPECT_EQ(code_of(judge.ask(customers.chain, "example.github.io")), ErrorCode::NameMismatch);
}

}  // namespace
}  // namespace keyway::testing
