#include "explain/certificate_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/extension_facts.hpp"
#include "explain/json_story.hpp"
#include "explain/terminal.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::explain {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Viewpoint here{testing::test_now, testing::provider().get()};

std::string full_text(const testing::IssuedCertificate& issued, const Viewpoint& from = here) {
  const auto certificate = issued.certificate();
  Step step;
  step.facts = full_facts(certificate.view(), from);
  return render(step, {.width = 400});
}

TEST(CertificateFacts, ShowEveryExtensionByNameAndValue) {
  const testing::TestAuthority authority;
  const auto issued = authority.issue({.names = {"shop.localhost", "*.shop.localhost", "127.0.0.1"},
                                       .crl_urls = {"http://ca.example/list.crl"},
                                       .ocsp_urls = {"http://ocsp.example"},
                                       .issuer_urls = {"http://ca.example/issuer.cer"}});

  const std::string text = full_text(issued);

  for (const char* fact :
       {"subjectAltName", "DNS:shop.localhost", "DNS:*.shop.localhost", "IP:127.0.0.1", "keyUsage", "digitalSignature",
        "extKeyUsage", "serverAuth", "basicConstraints", "may not issue certificates", "subjectKeyIdentifier",
        "authorityKeyIdentifier", "cRLDistributionPoints", "URI:http://ca.example/list.crl",
        "OCSP: URI:http://ocsp.example", "issuer's certificate: URI:http://ca.example/issuer.cer", "ecdsa-with-SHA256",
        "90 days left", "SHA-256"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
}

TEST(CertificateFacts, ShowUnknownExtensionsInHexadecimal) {
  const testing::TestAuthority authority;
  const auto issued = authority.issue(
      {.names = {"shop.localhost"}, .extra_extensions = {{"1.2.3.4.5", true, Bytes{0x04, 0x02, 0xca, 0xfe}}}});

  EXPECT_THAT(full_text(issued), HasSubstr("04 02 ca fe (critical)"));
  EXPECT_THAT(full_text(issued), HasSubstr("unknown 1.2.3.4.5"));
}

TEST(CertificateFacts, ShowMalformedExtensionsInHexadecimal) {
  const Bytes oid = {0x55, 0x1d, 0x1f};  // cRLDistributionPoints
  const Bytes value = {0x30, 0x05, 0x30};

  const ExtensionText text = describe_extension({oid, false, value});

  EXPECT_EQ(text.name, "cRLDistributionPoints");
  EXPECT_THAT(text.lines, ::testing::ElementsAre("30 05 30"));
}

TEST(CertificateFacts, SayThatACertificateHasExpired) {
  const auto issued = testing::make_self_signed({.names = {"shop.localhost"}});
  const Viewpoint later{testing::test_now + std::chrono::hours(24 * 100), nullptr};

  EXPECT_THAT(full_text(issued, later), HasSubstr("expired 10 days ago"));
  EXPECT_TRUE(certificate_json(issued.certificate().view(), later).at("expired").get<bool>());
}

TEST(CertificateFacts, TellAnAuthorityAndItsLimits) {
  const testing::TestAuthority authority({.permitted_names = {x509::OwnedGeneralName::dns("localhost")},
                                          .excluded_names = {x509::OwnedGeneralName::dns("bank.localhost")}});

  const std::string text = full_text(authority.intermediate());

  EXPECT_THAT(text, HasSubstr("may issue certificates"));
  EXPECT_THAT(text, HasSubstr("permitted DNS:localhost"));
  EXPECT_THAT(text, HasSubstr("excluded DNS:bank.localhost"));
}

TEST(CertificateFacts, EscapeHostileNames) {
  const auto issued =
      testing::make_self_signed({.names = {"shop\x1b[2J.localhost"}, .organization = "Evil\x1b]0;x\x07"});

  EXPECT_THAT(full_text(issued), Not(HasSubstr("\x1b")));
  EXPECT_THAT(json_text(certificate_json(issued.certificate().view(), here)), Not(HasSubstr("\x1b")));
}

TEST(CertificateFacts, GiveTheFingerprintThatOthersShow) {
  const auto issued = testing::make_self_signed({.names = {"shop.localhost"}});

  const std::string fingerprint = fingerprint_text(Bytes{'a', 'b', 'c'}, testing::provider().get());

  EXPECT_EQ(fingerprint, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(fingerprint_text(issued.der, nullptr), "");
}

}  // namespace
}  // namespace keyway::explain
