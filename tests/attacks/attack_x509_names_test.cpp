// Attacks 33 and 34 of docs/attacks.md: names, wildcards and the bounds that authorities have.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/make_certificate.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using x509::NameForm;
using x509::OwnedGeneralName;

bool covers(const std::vector<std::string>& names, std::string_view wanted, const char* common_name = "none") {
  const auto leaf = make_self_signed({.names = names, .common_name = common_name});
  return x509::covers(leaf.certificate().view(), ServerName::parse(wanted).value());
}

TEST(AttackName, NeverTakesTheCommonNameForAHost) {
  EXPECT_FALSE(covers({}, "shop.example", "shop.example"));
  EXPECT_FALSE(covers({"other.example"}, "shop.example", "shop.example"));
  EXPECT_FALSE(covers({"other.example"}, "192.0.2.1", "192.0.2.1"));
}

TEST(AttackName, ComparesHostNamesWithoutCase) {
  EXPECT_TRUE(covers({"SHOP.Example"}, "shop.example"));
  EXPECT_TRUE(covers({"shop.example"}, "SHOP.example."));
  EXPECT_FALSE(covers({"shop.example"}, "xshop.example"));
  EXPECT_FALSE(covers({"shop.example"}, "a.shop.example"));
}

TEST(AttackName, TakesAWildcardForOneWholeLeftmostLabel) {
  EXPECT_TRUE(covers({"*.shop.example"}, "a.shop.example"));
  EXPECT_FALSE(covers({"*.shop.example"}, "shop.example"));
  EXPECT_FALSE(covers({"*.shop.example"}, "a.b.shop.example"));
  EXPECT_FALSE(covers({"a*.shop.example"}, "ab.shop.example"));
  EXPECT_FALSE(covers({"*a.shop.example"}, "ba.shop.example"));
  EXPECT_FALSE(covers({"www.*.example"}, "www.shop.example"));
  EXPECT_FALSE(covers({"*.*.example"}, "a.b.example"));
  EXPECT_FALSE(covers({"**.shop.example"}, "a.shop.example"));
}

TEST(AttackName, TakesNoWildcardForAWholeTopLevelDomain) {
  EXPECT_FALSE(covers({"*.example"}, "shop.example"));
  EXPECT_FALSE(covers({"*."}, "example"));
  EXPECT_FALSE(covers({"*"}, "example"));
  EXPECT_FALSE(covers({"*.example."}, "shop.example"));
}

TEST(AttackName, MatchesAddressesByBytesAndNeverByText) {
  EXPECT_TRUE(covers({"192.0.2.1"}, "192.0.2.1"));
  EXPECT_TRUE(covers({"2001:db8::1"}, "2001:0db8:0:0:0:0:0:1"));
  EXPECT_FALSE(covers({"192.0.2.1"}, "192.0.2.2"));
  const auto as_text = make_self_signed(
      {.names = {"a.example"}, .other_names = {OwnedGeneralName::dns("192.0.2.1"), OwnedGeneralName::dns("*.0.2.1")}});
  EXPECT_FALSE(x509::covers(as_text.certificate().view(), ServerName::parse("192.0.2.1").value()));
  // An IPv4 address is no IPv4-mapped IPv6 address.
  EXPECT_FALSE(covers({"::ffff:192.0.2.1"}, "192.0.2.1"));
}

/// The verdict on `names` issued under an intermediate with these bounds.
x509::Verdict judged(const std::vector<OwnedGeneralName>& permitted, const std::vector<OwnedGeneralName>& excluded,
                     const CertificateOptions& leaf, std::string_view wanted) {
  const TestAuthority authority({.permitted_names = permitted, .excluded_names = excluded});
  return Judge(authority.root().der).ask(authority.issue(leaf).chain, wanted);
}

OwnedGeneralName dns(std::string_view text) {
  return OwnedGeneralName::dns(text);
}

OwnedGeneralName ip_base(std::initializer_list<std::uint8_t> bytes) {
  return {NameForm::ip_address, Bytes(bytes)};
}

constexpr auto violated = ErrorCode::NameConstraintViolated;

TEST(AttackConstraints, HoldsHostNamesWithinThePermitted) {
  EXPECT_TRUE(judged({dns("example")}, {}, {.names = {"shop.example"}}, "shop.example").accepted());
  EXPECT_TRUE(judged({dns("EXAMPLE")}, {}, {.names = {"shop.Example"}}, "shop.example").accepted());
  EXPECT_TRUE(judged({dns("shop.example")}, {}, {.names = {"shop.example"}}, "shop.example").accepted());
  EXPECT_TRUE(judged({dns("")}, {}, {.names = {"shop.example"}}, "shop.example").accepted());
  EXPECT_EQ(code_of(judged({dns("hop.example")}, {}, {.names = {"shop.example"}}, "shop.example")), violated);
  EXPECT_EQ(code_of(judged({dns("other")}, {}, {.names = {"shop.example"}}, "shop.example")), violated);
  EXPECT_EQ(code_of(judged({dns(".shop.example")}, {}, {.names = {"shop.example"}}, "shop.example")), violated);
  // Every name counts, not just the one that is asked for.
  EXPECT_EQ(code_of(judged({dns("example")}, {}, {.names = {"shop.example", "bank.test"}}, "shop.example")), violated);
}

TEST(AttackConstraints, HoldsHostNamesOutOfTheExcluded) {
  EXPECT_EQ(code_of(judged({}, {dns("example")}, {.names = {"shop.example"}}, "shop.example")), violated);
  EXPECT_EQ(code_of(judged({}, {dns("EXAMPLE")}, {.names = {"shop.example"}}, "shop.example")), violated);
  EXPECT_EQ(code_of(judged({}, {dns("")}, {.names = {"shop.example"}}, "shop.example")), violated);
  EXPECT_EQ(code_of(judged({dns("example")}, {dns("shop.example")}, {.names = {"shop.example"}}, "shop.example")),
            violated);
  EXPECT_TRUE(judged({dns("example")}, {dns("bank.example")}, {.names = {"shop.example"}}, "shop.example").accepted());
}

TEST(AttackConstraints, ReadsAWildcardAsAnythingThatItCouldBeUsedFor) {
  const CertificateOptions wildcard{.names = {"*.shop.example"}};
  EXPECT_TRUE(judged({dns("shop.example")}, {}, wildcard, "a.shop.example").accepted());
  EXPECT_EQ(code_of(judged({dns("a.shop.example")}, {}, wildcard, "a.shop.example")), violated);
  EXPECT_EQ(code_of(judged({}, {dns("a.shop.example")}, wildcard, "b.shop.example")), violated);
  EXPECT_EQ(code_of(judged({}, {dns(".a.shop.example")}, wildcard, "b.shop.example")), violated);
  EXPECT_TRUE(judged({}, {dns("x.a.shop.example")}, wildcard, "b.shop.example").accepted());
}

TEST(AttackConstraints, MasksAddresses) {
  const CertificateOptions leaf{.names = {"10.1.2.3"}};
  EXPECT_TRUE(judged({ip_base({10, 0, 0, 0, 255, 0, 0, 0})}, {}, leaf, "10.1.2.3").accepted());
  EXPECT_EQ(code_of(judged({ip_base({10, 2, 0, 0, 255, 255, 0, 0})}, {}, leaf, "10.1.2.3")), violated);
  EXPECT_EQ(code_of(judged({}, {ip_base({10, 0, 0, 0, 255, 0, 0, 0})}, leaf, "10.1.2.3")), violated);
  EXPECT_EQ(code_of(judged({}, {ip_base({0, 0, 0, 0, 0, 0, 0, 0})}, leaf, "10.1.2.3")), violated);
  // A form that has no constraints is free: host names under constraints on addresses.
  EXPECT_TRUE(
      judged({ip_base({10, 0, 0, 0, 255, 0, 0, 0})}, {}, {.names = {"shop.example"}}, "shop.example").accepted());
}

TEST(AttackConstraints, RefusesMalformedBounds) {
  const CertificateOptions leaf{.names = {"shop.example"}};
  for (const OwnedGeneralName& base : {ip_base({10, 0, 0, 0}), ip_base({10, 0, 0, 0, 255, 0, 255, 0}),
                                       ip_base({10, 0, 0, 0, 255, 0, 0}), dns("a..b"), dns("*.example"), dns(".")}) {
    EXPECT_EQ(code_of(judged({base}, {}, leaf, "shop.example")), violated);
    EXPECT_EQ(code_of(judged({}, {base}, leaf, "shop.example")), violated);
  }
}

OwnedGeneralName mail(std::string_view text) {
  return {NameForm::rfc822_name, Bytes(text.begin(), text.end())};
}

/// Whether a leaf that has this name, too, is accepted under these bounds.
bool is_within(const std::vector<OwnedGeneralName>& permitted, const std::vector<OwnedGeneralName>& excluded,
               const OwnedGeneralName& name) {
  return judged(permitted, excluded, {.names = {"shop.example"}, .other_names = {name}}, "shop.example").accepted();
}

TEST(AttackConstraints, HoldsMailAddressesToMailboxHostOrDomain) {
  const auto alice = mail("alice@mail.example");
  EXPECT_TRUE(is_within({mail("alice@MAIL.example")}, {}, alice));
  EXPECT_FALSE(is_within({mail("Alice@mail.example")}, {}, alice));  // its case counts
  EXPECT_TRUE(is_within({mail("mail.example")}, {}, alice));
  EXPECT_FALSE(is_within({mail("example")}, {}, alice));  // a host is that host alone
  EXPECT_TRUE(is_within({mail(".example")}, {}, alice));
  EXPECT_FALSE(is_within({mail(".mail.example")}, {}, alice));
  EXPECT_FALSE(is_within({}, {mail("mail.example")}, alice));
  EXPECT_FALSE(is_within({}, {mail("")}, alice));
  EXPECT_TRUE(is_within({}, {mail("**@mail.example")}, alice));  // no wildcards
  EXPECT_FALSE(is_within({mail("mail.example")}, {}, mail("alice@evil.example@mail.example")));
  EXPECT_FALSE(is_within({mail("mail.example")}, {}, mail("\"alice@evil.example\"@mail.example")));
}

TEST(AttackConstraints, HoldsUrisToTheirHost) {
  // CVE-2024-39312, RUSTSEC-2026-0098
  const auto uri = [](std::string_view text) { return OwnedGeneralName::uri(text); };
  EXPECT_TRUE(is_within({uri("a.example")}, {}, uri("https://user@A.example:8443/path?x#y")));
  EXPECT_FALSE(is_within({uri("a.example")}, {}, uri("https://b.a.example/")));
  EXPECT_TRUE(is_within({uri(".a.example")}, {}, uri("https://b.a.example/")));
  EXPECT_FALSE(is_within({uri(".a.example")}, {}, uri("https://a.example/")));
  EXPECT_FALSE(is_within({uri("a.example")}, {}, uri("https://a.example@evil.example/")));
  EXPECT_FALSE(is_within({uri("a.example")}, {}, uri("https://evil.example/?a.example")));
  EXPECT_FALSE(is_within({}, {uri("a.example")}, uri("https://a.example")));
  // Without a host, or with an address in its place, it can't be compared.
  for (const auto* const odd :
       {"urn:a.example", "mailto:x@a.example", "https://192.0.2.1/", "https://[::1]/", "a.example"}) {
    EXPECT_FALSE(is_within({uri("a.example")}, {}, uri(odd))) << odd;
    EXPECT_FALSE(is_within({}, {uri("b.example")}, uri(odd))) << odd;
  }
}

TEST(AttackConstraints, RefusesNamesThatItCannotCompare) {
  const OwnedGeneralName number{NameForm::registered_id, {0x2a, 0x03}};
  const CertificateOptions with_number{.names = {"shop.example"}, .other_names = {number}};
  EXPECT_EQ(code_of(judged({number}, {}, with_number, "shop.example")), violated);
  EXPECT_EQ(code_of(judged({}, {number}, with_number, "shop.example")), violated);
  EXPECT_TRUE(judged({number}, {}, {.names = {"shop.example"}}, "shop.example").accepted());

  const CertificateOptions garbled{.names = {"shop.example"}, .other_names = {dns("a b.example")}};
  EXPECT_EQ(code_of(judged({dns("example")}, {}, garbled, "shop.example")), violated);
}

TEST(AttackConstraints, HoldsTheSubjectWithinDirectoryNames) {
  const TestAuthority authority;
  const auto subject_of = [&](const char* organization) {
    return make_self_signed({.common_name = {}, .organization = organization}).subject;
  };
  const CertificateOptions leaf{
      .names = {"shop.example"}, .common_name = "shop.example", .organization = "Example Shop"};
  const OwnedGeneralName other{NameForm::directory_name, subject_of("Other")};
  EXPECT_EQ(code_of(judged({other}, {}, leaf, "shop.example")), violated);
  EXPECT_TRUE(judged({}, {other}, leaf, "shop.example").accepted());
}

TEST(AttackConstraints, HoldsTheAnchorsOwnBounds) {
  const auto root = make_self_signed({.common_name = "Root", .is_ca = true, .permitted_names = {dns("example")}});
  const auto leaf = make_certificate(root, {.names = {"shop.test"}});

  EXPECT_EQ(code_of(Judge(root.der).ask(leaf.chain, "shop.test")), violated);
}

}  // namespace
}  // namespace keyway::testing
