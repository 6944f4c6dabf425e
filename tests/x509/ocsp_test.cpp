// OCSP responses: their syntax, what they are believed for, and what a verdict makes of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/make_ocsp.hpp"
#include "x509/ocsp_judgement.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using x509::CheckKind;
using x509::CheckOutcome;
using x509::OcspAnswer;
using x509::OcspResponseStatus;
using x509::OcspResponseView;
using x509::RevocationPolicy;
using x509::SingleResponse;
using x509::Standing;

/// TLSFeature with status_request.
x509::RawExtension must_staple() {
  return {"1.3.6.1.5.5.7.1.24", false, {0x30, 0x03, 0x02, 0x01, 0x05}};
}

/// An authority, its certificate for a shop, and who may speak for it.
struct OcspScene {
  TestAuthority authority;
  IssuedCertificate leaf = authority.issue({.names = {shop}});
  IssuedCertificate responder =
      authority.issue({.common_name = "Responder",
                       .extended_key_usage = std::vector<std::string>{std::string(x509::key_purpose::ocsp_signing)}});

  [[nodiscard]] Bytes response(const OcspOptions& options = {}) const {
    return make_ocsp(authority.intermediate(), leaf.serial, options);
  }
  /// What a response says of the leaf.
  [[nodiscard]] OcspAnswer judge(const Bytes& response) const {
    const x509::Certificate certificate = leaf.certificate();
    const x509::Certificate issuer = authority.intermediate().certificate();
    const auto key = provider()->public_key(issuer.view().subject_public_key_info);
    std::size_t signatures = 64;
    return x509::judge_ocsp_response(response, {certificate.view(), issuer.view(), **key, test_now}, *provider(),
                                     signatures);
  }
  [[nodiscard]] std::string why_unknown(const OcspOptions& options) const {
    const OcspAnswer answer = judge(response(options));
    EXPECT_EQ(answer.standing, Standing::unknown);
    return answer.reason;
  }
  /// The verdict on the leaf with this staple.
  [[nodiscard]] x509::Verdict verdict(const Bytes& staple,
                                      RevocationPolicy policy = RevocationPolicy::soft_fail) const {
    Judge judge(authority.root().der);
    judge.crl(make_crl(authority.root(), {}));
    judge.options.revocation = policy;
    return judge.ask(leaf.chain, shop, std::vector<Bytes>{staple});
  }
};

TEST(OcspResponse, IsReadAsItWasWritten) {
  const OcspScene scene;
  const Bytes der = scene.response({.next_update = test_now + hour});

  const auto response = OcspResponseView::parse(der);

  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->response_status, OcspResponseStatus::successful);
  EXPECT_TRUE(response->is_basic);
  EXPECT_EQ(response->produced_at, test_now - hour);
  ASSERT_TRUE(response->responder_name);
  int count = 0;
  response->for_each([&](const SingleResponse& single) {
    ++count;
    EXPECT_EQ(single.status, SingleResponse::Status::good);
    EXPECT_EQ(single.this_update, test_now - hour);
    EXPECT_EQ(single.next_update, test_now + hour);
    return false;
  });
  EXPECT_EQ(count, 1);
}

TEST(OcspResponse, OfAnErrorIsNothingButItsStatus) {
  for (const OcspResponseStatus status : {OcspResponseStatus::try_later, OcspResponseStatus::unauthorized}) {
    const Bytes der = x509::encode_ocsp_error(status);
    const auto response = OcspResponseView::parse(der);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->response_status, status);
    EXPECT_FALSE(response->is_basic);
  }
  EXPECT_FALSE(OcspResponseView::parse(Bytes{0x30, 0x03, 0x0a, 0x01, 0x04}));
}

TEST(OcspResponse, IsRefusedWhenItIsCutOrHasMoreBehindIt) {
  const OcspScene scene;
  const Bytes der = scene.response();
  for (std::size_t size = 0; size < der.size(); ++size) {
    const Bytes cut(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size));
    const auto response = OcspResponseView::parse(cut);
    ASSERT_FALSE(response) << size;
    EXPECT_EQ(response.error().code(), ErrorCode::InvalidOcspResponse);
  }
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_FALSE(OcspResponseView::parse(longer));
}

TEST(OcspResponse, NoFlippedBitMakesItGoodOfAnother) {
  const OcspScene scene;
  const Bytes der = scene.response();
  for (std::size_t bit = 0; bit < 8 * der.size(); bit += 3) {
    Bytes flipped = der;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    // What the signature does not cover: the wrapping, whose bits break it, and the algorithm's absent parameters.
    EXPECT_NE(scene.judge(flipped).standing, Standing::good) << "bit " << bit;
  }
}

TEST(OcspAnswers, AreBelievedOfTheIssuerAndItsDelegate) {
  const OcspScene scene;
  EXPECT_EQ(scene.judge(scene.response()).standing, Standing::good);
  EXPECT_EQ(scene.judge(scene.response({.responder_by_key = true})).standing, Standing::good);
  EXPECT_EQ(scene.judge(scene.response({.hash = crypto::HashAlgorithm::sha256})).standing, Standing::good);
  EXPECT_EQ(scene.judge(scene.response({.delegate = &scene.responder})).standing, Standing::good);
  EXPECT_EQ(scene.judge(scene.response({.responder_by_key = true, .delegate = &scene.responder})).standing,
            Standing::good);
}

TEST(OcspAnswers, TellOfARevocationWhenAndWhy) {
  const OcspScene scene;
  const OcspAnswer answer =
      scene.judge(scene.response({.status = SingleResponse::Status::revoked, .revocation_reason = 1}));

  EXPECT_EQ(answer.standing, Standing::revoked);
  EXPECT_EQ(answer.revocation_reason, "keyCompromise");
  EXPECT_EQ(answer.revoked_at, test_now - 2 * hour);
}

TEST(OcspAnswers, OfARevocationCountWhateverTheirAge) {
  const OcspScene scene;
  const auto old = scene.response({.status = SingleResponse::Status::revoked,
                                   .this_update = test_now - 1000 * hour,
                                   .next_update = test_now - 900 * hour});
  EXPECT_EQ(scene.judge(old).standing, Standing::revoked);
}

TEST(OcspAnswers, OfAGoodStandingCountWhileTheyAreFresh) {
  const OcspScene scene;
  EXPECT_THAT(scene.why_unknown({.next_update = test_now - hour}), HasSubstr("out of date"));
  EXPECT_THAT(scene.why_unknown({.this_update = test_now + hour}), HasSubstr("not in force before"));
  EXPECT_THAT(scene.why_unknown({.next_update = std::nullopt}), HasSubstr("until when"));
}

TEST(OcspAnswers, OfAnybodyElseAreNotBelieved) {
  const OcspScene scene;
  const IssuedCertificate server = scene.authority.issue({.names = {"other.localhost"}});
  const TestAuthority stranger({.name = "Stranger"});
  const IssuedCertificate foreign =
      stranger.issue({.extended_key_usage = std::vector<std::string>{std::string(x509::key_purpose::ocsp_signing)}});
  const IssuedCertificate expired = scene.authority.issue(
      {.not_after = test_now - std::chrono::minutes(1),
       .extended_key_usage = std::vector<std::string>{std::string(x509::key_purpose::ocsp_signing)}});
  for (const IssuedCertificate* who : {&server, &foreign, &expired, &scene.leaf}) {
    EXPECT_THAT(scene.why_unknown({.delegate = who}), HasSubstr("not signed by"))
        << who->certificate().view().serial_hex();
  }
  EXPECT_THAT(scene.why_unknown({.break_signature = true}), HasSubstr("not signed by"));
  EXPECT_THAT(scene.why_unknown({.delegate = &scene.responder, .leave_out_delegate = true}),
              HasSubstr("not signed by"));
}

TEST(OcspAnswers, AboutAnotherCertificateOrIssuerSayNothing) {
  const OcspScene scene;
  const auto other = scene.authority.issue({.names = {shop}});
  EXPECT_THAT(scene.judge(make_ocsp(scene.authority.intermediate(), other.serial)).reason, HasSubstr("another"));
  EXPECT_THAT(scene.judge(make_ocsp(scene.authority.root(), scene.leaf.serial)).reason, HasSubstr("another"));
}

TEST(OcspAnswers, OfUnknownTypesAndErrorsSaySo) {
  const OcspScene scene;
  EXPECT_THAT(scene.judge(x509::encode_ocsp_error(OcspResponseStatus::try_later)).reason, HasSubstr("tryLater"));
  EXPECT_THAT(scene.judge(Bytes{1, 2, 3, 4}).reason, HasSubstr("malformed"));
  EXPECT_THAT(scene.why_unknown({.status = SingleResponse::Status::unknown}), HasSubstr("does not know"));
  const x509::RawExtension strange{"1.2.3.4", true, {0x05, 0x00}};
  EXPECT_THAT(scene.why_unknown({.extra_extensions = {strange}}), HasSubstr("critical"));
  EXPECT_THAT(scene.why_unknown({.extra_single_extensions = {strange}}), HasSubstr("critical"));
}

TEST(OcspAnswers, SpendNoMoreSignaturesThanThereAre) {
  const OcspScene scene;
  const x509::Certificate certificate = scene.leaf.certificate();
  const x509::Certificate issuer = scene.authority.intermediate().certificate();
  const auto key = provider()->public_key(issuer.view().subject_public_key_info);
  const Bytes response = scene.response();
  std::size_t none = 0;

  const auto answer =
      x509::judge_ocsp_response(response, {certificate.view(), issuer.view(), **key, test_now}, *provider(), none);

  EXPECT_EQ(answer.standing, Standing::unknown);
  EXPECT_EQ(none, 0U);
}

TEST(Staples, ThatAreGoodAreTheRevocationAnswer) {
  const OcspScene scene;
  const auto verdict = scene.verdict(scene.response(), RevocationPolicy::hard_fail);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::passed);
  ASSERT_EQ(verdict.revocation().size(), 2U);
  EXPECT_EQ(verdict.revocation()[0].source, x509::RevocationSource::ocsp_staple);
  EXPECT_EQ(verdict.revocation()[0].outcome, CheckOutcome::passed);
  EXPECT_EQ(verdict.revocation()[1].source, x509::RevocationSource::crl);
}

TEST(Staples, ThatRevokeAreRefusedUnderAnyPolicyButOff) {
  const OcspScene scene;
  const Bytes staple = scene.response({.status = SingleResponse::Status::revoked, .revocation_reason = 4});
  for (const RevocationPolicy policy : {RevocationPolicy::soft_fail, RevocationPolicy::hard_fail}) {
    const auto verdict = scene.verdict(staple, policy);
    ASSERT_EQ(code_of(verdict), ErrorCode::CertificateRevoked);
    EXPECT_THAT(verdict.finding()->received, HasSubstr("(superseded), says the stapled OCSP response"));
  }
  EXPECT_TRUE(scene.verdict(staple, RevocationPolicy::off).accepted());
}

TEST(Staples, ThatAreOfNoUseAreToldAndAccepted) {
  const OcspScene scene;
  const auto verdict = scene.verdict(Bytes{1, 2, 3, 4});

  ASSERT_TRUE(verdict.accepted());
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::unknown);
  ASSERT_FALSE(verdict.revocation().empty());
  EXPECT_EQ(verdict.revocation()[0].outcome, CheckOutcome::unknown);
  EXPECT_THAT(verdict.revocation()[0].detail, HasSubstr("malformed"));
}

TEST(Staples, ThatAreOfNoUseDoNotSatisfyWhoDemandsAnAnswer) {
  const OcspScene scene;
  const auto verdict = scene.verdict(scene.response({.next_update = test_now - hour}), RevocationPolicy::hard_fail);

  ASSERT_EQ(code_of(verdict), ErrorCode::RevocationUnknown);
  EXPECT_THAT(verdict.finding()->received, HasSubstr("out of date"));
}

TEST(Staples, OfIntermediatesCountForThem) {
  const OcspScene scene;
  Judge judge(scene.authority.root().der);
  const std::vector<Bytes> staples{scene.response(),
                                   make_ocsp(scene.authority.root(), scene.authority.intermediate().serial,
                                             {.status = SingleResponse::Status::revoked})};

  const auto verdict = judge.ask(scene.leaf.chain, shop, staples);

  ASSERT_EQ(code_of(verdict), ErrorCode::CertificateRevoked);
  EXPECT_EQ(verdict.finding()->depth, 1U);
}

TEST(MustStaple, IsReadFromTheCertificate) {
  const TestAuthority authority;
  EXPECT_TRUE(
      authority.issue({.names = {shop}, .extra_extensions = {must_staple()}}).certificate().view().requires_staple);
  const x509::RawExtension version_2{"1.3.6.1.5.5.7.1.24", true, {0x30, 0x03, 0x02, 0x01, 0x11}};
  const auto other = authority.issue({.names = {shop}, .extra_extensions = {version_2}}).certificate();
  EXPECT_FALSE(other.view().requires_staple);
  EXPECT_FALSE(other.view().has_unknown_critical_extension);
  const x509::RawExtension broken{"1.3.6.1.5.5.7.1.24", false, {0x30, 0x03, 0x02, 0x01}};
  EXPECT_FALSE(x509::CertificateView::parse(authority.issue({.names = {shop}, .extra_extensions = {broken}}).der));
}

TEST(MustStaple, NeedsAGoodResponse) {
  OcspScene scene;
  scene.leaf = scene.authority.issue({.names = {shop}, .extra_extensions = {must_staple()}});
  EXPECT_TRUE(scene.verdict(scene.response()).accepted());

  const auto none = scene.verdict({});
  ASSERT_EQ(code_of(none), ErrorCode::StapleRequired);
  EXPECT_EQ(outcome_of(none, CheckKind::revocation), CheckOutcome::failed);
  EXPECT_EQ(none.to_error().alert(), AlertDescription::bad_certificate_status_response);
  EXPECT_EQ(code_of(scene.verdict(scene.response({.next_update = test_now - hour}))), ErrorCode::StapleRequired);
  EXPECT_TRUE(scene.verdict({}, RevocationPolicy::off).accepted());
}

TEST(MustStaple, IsNotSatisfiedByAList) {
  OcspScene scene;
  scene.leaf = scene.authority.issue({.names = {shop}, .extra_extensions = {must_staple()}});
  Judge judge(scene.authority.root().der);
  judge.crl(scene.authority.crl({})).crl(make_crl(scene.authority.root(), {}));

  EXPECT_EQ(code_of(judge.ask(scene.leaf.chain, shop, std::vector<Bytes>{})), ErrorCode::StapleRequired);
  // Who did not ask can't be given one.
  EXPECT_TRUE(judge.ask(scene.leaf.chain, shop).accepted());
}

}  // namespace
}  // namespace keyway::testing
