#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include <keyway/authority.hpp>
#include <keyway/trust.hpp>

#include "authority/environment.hpp"
#include "authority/temporary_folder.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::authority {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::test_now;

x509::CertificateView view_of(const Bytes& der) {
  auto view = x509::CertificateView::parse(der);
  EXPECT_TRUE(view) << view.error().message();
  return view.value();
}

class IssuingProfile : public ::testing::TestWithParam<KeyKind> {
 protected:
  Authority make(CreateOptions options = {}) {
    options.organization = "Example Authority";
    return std::move(Authority::create(temporary_ / "authority", options, environment()).value());
  }

  /// What `openssl …` prints; skips the test where there is no openssl.
  std::string openssl(const std::string& arguments) {
    const std::string command = "cd '" + temporary_.path().string() + "' && openssl " + arguments + " 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string text;
    std::array<char, 4096> block{};
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe.get())) {
      text.append(block.data(), count);
    }
    return text;
  }

  TemporaryFolder temporary_;
};

#define KEYWAY_REQUIRE_OPENSSL() \
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "openssl is not here"

INSTANTIATE_TEST_SUITE_P(EachKey, IssuingProfile,
                         ::testing::Values(KeyKind::p256, KeyKind::p384, KeyKind::ed25519, KeyKind::rsa2048,
                                           KeyKind::rsa3072),
                         [](const auto& each) { return std::string(to_string(each.param)); });

TEST_P(IssuingProfile, GivesAServerWhatBrowsersAccept) {
  Authority authority = make({.crl_url = "http://ca.example/intermediate.crl"});

  const auto issued = authority.issue({.names = {"shop.localhost", "*.shop.example", "127.0.0.1", "::1"},
                                       .organization = "Example Shop",
                                       .key = GetParam()});

  ASSERT_TRUE(issued) << issued.error().message();
  const x509::CertificateView leaf = view_of(issued->chain.at(0));
  const x509::CertificateView& intermediate = authority.intermediate().view();
  EXPECT_EQ(leaf.version, 3);
  EXPECT_EQ(leaf.subject.attribute("organizationName"), "Example Shop");
  EXPECT_EQ(leaf.subject.attribute("commonName"), "shop.localhost");
  EXPECT_TRUE(std::ranges::equal(leaf.issuer.der, intermediate.subject.der));
  EXPECT_THAT(leaf.dns_names(), ElementsAre("shop.localhost", "*.shop.example"));
  EXPECT_THAT(leaf.ip_addresses(), ElementsAre(*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::1")));
  EXPECT_THAT(leaf.extended_key_usages(), ElementsAre("serverAuth"));
  ASSERT_TRUE(leaf.basic_constraints);
  EXPECT_FALSE(leaf.basic_constraints->is_authority);
  ASSERT_TRUE(leaf.key_usage);
  const bool is_rsa = GetParam() == KeyKind::rsa2048 || GetParam() == KeyKind::rsa3072;
  EXPECT_EQ(leaf.key_usage->bits, is_rsa ? 0b101 : 0b1);
  EXPECT_THAT(leaf.crl_urls(), ElementsAre("http://ca.example/intermediate.crl"));
  ASSERT_TRUE(leaf.subject_key_identifier);
  ASSERT_TRUE(leaf.authority_key_identifier);
  EXPECT_TRUE(std::ranges::equal(*leaf.authority_key_identifier, *intermediate.subject_key_identifier));
  EXPECT_TRUE(std::ranges::equal(leaf.subject_public_key_info, issued->key->subject_public_key_info()));
  EXPECT_EQ(to_hex(issued->record.serial), issued->record.serial_hex());
}

TEST_P(IssuingProfile, MakesTwoTiersWithThisKey) {
  CreateOptions options;
  options.key = GetParam();
  const Authority authority = make(options);

  const x509::CertificateView& root = authority.root().view();
  const x509::CertificateView& intermediate = authority.intermediate().view();
  EXPECT_TRUE(root.is_self_issued());
  EXPECT_TRUE(root.basic_constraints->is_authority);
  EXPECT_EQ(root.basic_constraints->path_length, 1U);
  EXPECT_TRUE(root.key_usage->key_cert_sign());
  EXPECT_TRUE(std::ranges::equal(intermediate.issuer.der, root.subject.der));
  EXPECT_EQ(intermediate.basic_constraints->path_length, 0U);
  EXPECT_EQ(intermediate.key_usage->bits, x509::key_usage::key_cert_sign | x509::key_usage::crl_sign);
  EXPECT_LE(intermediate.not_after, root.not_after);
  EXPECT_GE(intermediate.not_before, root.not_before);
  for (const auto* view : {&root, &intermediate}) {
    const auto key = testing::provider()->public_key(root.subject_public_key_info);
    ASSERT_TRUE(key);
    EXPECT_TRUE((*key)->verify(x509::issuing_algorithm((*key)->type()), view->tbs_certificate, view->signature));
  }
}

/// What Keyway's own judge says, with this CRL in hand.
x509::Verdict judge(const Authority& authority, const IssuedCertificate& issued, const Bytes& crl) {
  auto anchors = std::make_shared<x509::TrustStore>();
  anchors->add(authority.root());
  std::vector<x509::Crl> crls;
  crls.push_back(x509::Crl::from_der(crl).value());
  const x509::Verifier verifier(testing::provider(), anchors, std::move(crls), {}, {});
  const std::vector<ByteView> chain(issued.chain.begin(), issued.chain.end());
  const ServerName name = ServerName::parse("shop.localhost").value();
  return verifier.verify(chain, &name, x509::Purpose::server, test_now);
}

TEST_P(IssuingProfile, IsAcceptedByKeywayUntilRevoked) {
  CreateOptions options;
  options.key = GetParam();
  Authority authority = make(options);
  const auto issued = authority.issue({.names = {"shop.localhost"}}).value();
  const auto other = authority.issue({.names = {"shop.localhost"}}).value();

  const x509::Verdict before = judge(authority, issued, authority.make_crl().value().der);
  ASSERT_TRUE(authority.revoke(issued.record.serial, RevocationReason::key_compromise));
  const Bytes crl = authority.make_crl().value().der;
  const x509::Verdict after = judge(authority, issued, crl);

  EXPECT_TRUE(before.accepted()) << (before.finding() != nullptr ? before.finding()->rule : "");
  ASSERT_FALSE(after.accepted());
  EXPECT_EQ(after.finding()->code, ErrorCode::CertificateRevoked);
  EXPECT_TRUE(judge(authority, other, crl).accepted());
}

TEST_P(IssuingProfile, IsAcceptedByOpenssl) {
  KEYWAY_REQUIRE_OPENSSL();
  CreateOptions options;
  options.key = GetParam();
  Authority authority = make(options);
  const auto issued = authority.issue({.names = {"shop.localhost"}, .key = GetParam()}).value();
  ASSERT_TRUE(write_file(temporary_ / "shop.pem", as_bytes(issued.chain_pem()), 0644));
  ASSERT_TRUE(write_file(temporary_ / "shop-key.pem", as_bytes(issued.key_pem().value()), 0600));
  const std::string verify = "verify -x509_strict -purpose sslserver -attime " +
                             std::to_string(test_now.time_since_epoch().count()) +
                             " -CAfile authority/root.pem -untrusted authority/intermediate.pem ";

  EXPECT_EQ(openssl(verify + "-verify_hostname shop.localhost shop.pem"), "shop.pem: OK\n");
  EXPECT_THAT(openssl(verify + "-verify_hostname other.localhost shop.pem"), HasSubstr("ostname mismatch"));
  EXPECT_EQ(openssl("pkey -in shop-key.pem -pubout"), openssl("x509 -in shop.pem -noout -pubkey"));

  ASSERT_TRUE(authority.revoke(issued.record.serial, RevocationReason::key_compromise));
  const auto crl = authority.make_crl().value();
  ASSERT_TRUE(write_file(temporary_ / "crl.pem", as_bytes(to_pem("X509 CRL", crl.der)), 0644));
  EXPECT_THAT(openssl("crl -in crl.pem -noout -text"), HasSubstr("Key Compromise"));
  EXPECT_THAT(openssl(verify + "-crl_check -CRLfile crl.pem shop.pem"), HasSubstr("certificate revoked"));
  const auto other = authority.issue({.names = {"shop.localhost"}}).value();
  ASSERT_TRUE(write_file(temporary_ / "other.pem", as_bytes(other.chain_pem()), 0644));
  EXPECT_EQ(openssl(verify + "-crl_check -CRLfile crl.pem other.pem"), "other.pem: OK\n");
}

TEST_F(IssuingProfile, LastsNoLongerThanBrowsersAccept) {
  Authority authority = make();

  const auto longest = authority.issue({.names = {"shop.localhost"}}).value().record;
  const auto brief = authority.issue({.names = {"shop.localhost"}, .lifetime = hours(24)}).value().record;

  EXPECT_EQ(longest.not_after - longest.not_before + seconds(1), browser_lifetime);
  EXPECT_EQ(brief.not_after, test_now + hours(24));
  EXPECT_LT(brief.not_before, test_now);
}

TEST_F(IssuingProfile, LeavesOutACommonNameThatIsTooLong) {
  Authority authority = make();
  const std::string name = std::string(60, 'a') + ".shop.example";

  const auto issued = authority.issue({.names = {name}}).value();

  const x509::CertificateView leaf = view_of(issued.chain.at(0));
  EXPECT_EQ(leaf.subject.attribute("commonName"), std::nullopt);
  EXPECT_THAT(leaf.dns_names(), ElementsAre(name));
}

TEST_F(IssuingProfile, ReadsKindsAndReasonsAsTheyAreWritten) {
  for (const auto kind : {KeyKind::p256, KeyKind::p384, KeyKind::ed25519, KeyKind::rsa2048, KeyKind::rsa3072}) {
    EXPECT_EQ(key_kind_from(to_string(kind)), kind);
  }
  EXPECT_EQ(key_kind_from("rsa1024"), std::nullopt);
  EXPECT_EQ(revocation_reason_from("keyCompromise"), RevocationReason::key_compromise);
  EXPECT_EQ(revocation_reason_from("key-compromise"), RevocationReason::key_compromise);
  EXPECT_EQ(revocation_reason_from("certificateHold"), std::nullopt);
}

}  // namespace
}  // namespace keyway::authority
