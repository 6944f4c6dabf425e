// Certificate Transparency: what signed certificate timestamps are worth, and how many a policy asks for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "testing/make_ocsp.hpp"
#include "testing/make_sct.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"
#include "x509/timestamps.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using x509::CheckKind;
using x509::CheckOutcome;
using x509::CtLogState;
using x509::CtPolicy;
using x509::SctOrigin;

constexpr auto embedded_oid = "1.3.6.1.4.1.11129.2.4.2";
constexpr auto response_oid = "1.3.6.1.4.1.11129.2.4.5";

Bytes octet_string(ByteView contents) {
  return x509::encode_der([&](x509::DerWriter& writer) { writer.octet_string(contents); });
}

/// An authority that enters its certificates into logs.
class LoggedScene {
 public:
  TestAuthority authority;
  TestLog one{"One 2026", "First Operator"};
  TestLog two{"Two 2026", "Second Operator", crypto::KeyType::rsa};
  TestLog three{"Three 2026", "Second Operator"};

  /// With what `logs` say inside. `good_for`: how long the certificate is.
  [[nodiscard]] IssuedCertificate issue(const std::vector<const TestLog*>& logs, std::chrono::days good_for,
                                        Time at = test_now - std::chrono::hours(24)) const {
    CertificateOptions options{.names = {shop}, .not_after = test_now - std::chrono::hours(1) + good_for};
    options.key = key;
    options.serial = {0x12, 0x34, 0x56};
    const IssuedCertificate before = authority.issue(options);
    const auto view = x509::CertificateView::parse(before.der).value();
    const Bytes entry = precertificate_entry(authority.intermediate(), view.tbs_certificate);
    std::vector<Bytes> scts;
    for (const TestLog* log : logs) scts.push_back(log->sct(entry, at));
    options.extra_extensions.push_back({embedded_oid, false, octet_string(sct_list(scts))});
    return authority.issue(options);
  }
  [[nodiscard]] IssuedCertificate issue_without() const { return authority.issue({.names = {shop}}); }

  [[nodiscard]] Judge judge(CtPolicy policy = CtPolicy::chrome) const {
    return judge({one.facts(), two.facts(), three.facts()}, policy);
  }
  [[nodiscard]] Judge judge(std::vector<x509::CtLog> logs, CtPolicy policy) const {
    auto list = std::make_shared<x509::CtLogList>(provider());
    for (x509::CtLog& log : logs) EXPECT_TRUE(list->add(std::move(log)));
    Judge judge(authority.root().der);
    judge.options.ct_logs = std::move(list);
    judge.options.ct_policy = policy;
    return judge;
  }

  std::shared_ptr<const crypto::PrivateKey> key = provider()->generate_key(crypto::KeyType::p256).value();
};

TEST(Timestamps, TakesTwoOfTwoOperatorsInAShortLivedCertificate) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one, &scene.two}, std::chrono::days(90));

  const auto verdict = scene.judge().ask(leaf.chain, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(outcome_of(verdict, CheckKind::transparency), CheckOutcome::passed);
  ASSERT_EQ(verdict.timestamps().size(), 2U);
  EXPECT_EQ(verdict.timestamps()[0].origin, SctOrigin::certificate);
  EXPECT_EQ(verdict.timestamps()[0].outcome, CheckOutcome::passed);
  EXPECT_EQ(verdict.timestamps()[0].log, "One 2026");
  EXPECT_EQ(verdict.timestamps()[1].operator_name, "Second Operator");
  EXPECT_EQ(verdict.timestamps()[1].timestamp, test_now - std::chrono::hours(24));
}

TEST(Timestamps, AsksForThreeInALongLivedCertificate) {
  const LoggedScene scene;
  const auto with_two = scene.issue({&scene.one, &scene.two}, std::chrono::days(181));
  const auto with_three = scene.issue({&scene.one, &scene.two, &scene.three}, std::chrono::days(181));

  EXPECT_EQ(code_of(scene.judge().ask(with_two.chain, shop)), ErrorCode::TooFewTimestamps);
  EXPECT_TRUE(scene.judge().ask(with_three.chain, shop).accepted());
}

TEST(Timestamps, AsksForTwoOperators) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.two, &scene.three}, std::chrono::days(90));

  const auto verdict = scene.judge().ask(leaf.chain, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::TooFewTimestamps);
  EXPECT_THAT(verdict.finding()->received, HasSubstr("2 of 1 operators"));
  EXPECT_EQ(outcome_of(verdict, CheckKind::transparency), CheckOutcome::failed);
}

TEST(Timestamps, CountsALogOnce) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one, &scene.one}, std::chrono::days(90));

  EXPECT_EQ(code_of(scene.judge().ask(leaf.chain, shop)), ErrorCode::TooFewTimestamps);
}

TEST(Timestamps, AreToldAndNotAskedForByDefault) {
  const LoggedScene scene;

  const auto verdict = scene.judge(CtPolicy::off).ask(scene.issue_without().chain, shop);

  EXPECT_TRUE(verdict.accepted());
  EXPECT_EQ(outcome_of(verdict, CheckKind::transparency), CheckOutcome::unknown);
  EXPECT_TRUE(verdict.timestamps().empty());
  const auto without_logs = Judge(scene.authority.root().der).ask(scene.issue_without().chain, shop);
  EXPECT_EQ(outcome_of(without_logs, CheckKind::transparency), CheckOutcome::not_checked);
}

TEST(Timestamps, APolicyWithoutLogsRefusesEverything) {
  const LoggedScene scene;
  Judge judge(scene.authority.root().der);
  judge.options.ct_policy = CtPolicy::chrome;

  EXPECT_EQ(code_of(judge.ask(scene.issue_without().chain, shop)), ErrorCode::TooFewTimestamps);
}

TEST(Timestamps, TakesTwoThatComeInTheHandshake) {
  const LoggedScene scene;
  const auto leaf = scene.issue_without();
  const Bytes entry = certificate_entry(leaf.der);
  Judge judge = scene.judge();
  judge.sct_list = sct_list({scene.one.sct(entry), scene.three.sct(entry)});

  const auto verdict = judge.ask(leaf.chain, shop);

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(verdict.timestamps().at(0).origin, SctOrigin::tls_extension);
}

TEST(Timestamps, TakesTwoThatComeInTheStaple) {
  const LoggedScene scene;
  const auto leaf = scene.issue_without();
  const Bytes entry = certificate_entry(leaf.der);
  const Bytes list = sct_list({scene.one.sct(entry), scene.three.sct(entry)});
  const Bytes staple = make_ocsp(scene.authority.intermediate(), leaf.serial,
                                 {.extra_single_extensions = {{response_oid, false, octet_string(list)}}});

  const auto verdict = scene.judge().ask(leaf.chain, shop, std::vector<Bytes>{staple});

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  EXPECT_EQ(verdict.timestamps().at(0).origin, SctOrigin::ocsp_response);
}

TEST(Timestamps, DoesNotAddThoseInsideToThoseBeside) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one}, std::chrono::days(90));
  Judge judge = scene.judge();
  judge.sct_list = sct_list({scene.two.sct(certificate_entry(leaf.der))});

  EXPECT_EQ(code_of(judge.ask(leaf.chain, shop)), ErrorCode::TooFewTimestamps);
}

TEST(Timestamps, FallWhereTheyAreOfAnotherCertificate) {
  const LoggedScene scene;
  const auto leaf = scene.issue_without();
  const auto other = scene.issue_without();
  Judge judge = scene.judge(CtPolicy::off);
  judge.sct_list = sct_list({scene.one.sct(certificate_entry(other.der))});

  const auto verdict = judge.ask(leaf.chain, shop);

  EXPECT_TRUE(verdict.accepted());
  EXPECT_EQ(verdict.timestamps().at(0).outcome, CheckOutcome::failed);
}

TEST(Timestamps, FallWhereTheyAreOfTheFuture) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one}, std::chrono::days(90), test_now + std::chrono::hours(1));

  const auto verdict = scene.judge(CtPolicy::off).ask(leaf.chain, shop);

  EXPECT_EQ(verdict.timestamps().at(0).outcome, CheckOutcome::failed);
  EXPECT_THAT(verdict.timestamps()[0].detail, HasSubstr("future"));
}

TEST(Timestamps, OfAnUnknownLogSayNothing) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one}, std::chrono::days(90));

  const auto verdict = scene.judge({scene.two.facts()}, CtPolicy::off).ask(leaf.chain, shop);

  EXPECT_EQ(verdict.timestamps().at(0).outcome, CheckOutcome::unknown);
  EXPECT_EQ(verdict.timestamps()[0].log, "");
}

TEST(Timestamps, OfARetiredLogCountInsideWhereTheyAreOlder) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one, &scene.two}, std::chrono::days(90));
  const auto ask = [&](CtLogState state, Time since) {
    return scene.judge({scene.one.facts(state, since), scene.two.facts()}, CtPolicy::chrome)
        .ask(leaf.chain, shop)
        .accepted();
  };

  EXPECT_TRUE(ask(CtLogState::retired, test_now - std::chrono::hours(1)));
  EXPECT_FALSE(ask(CtLogState::retired, test_now - std::chrono::hours(48)));
  EXPECT_TRUE(ask(CtLogState::read_only, test_now - std::chrono::hours(48)));
  EXPECT_FALSE(ask(CtLogState::rejected, test_now));
  EXPECT_FALSE(ask(CtLogState::pending, test_now));
}

TEST(Timestamps, OfRetiredLogsAloneDoNotSuffice) {
  const LoggedScene scene;
  const auto leaf = scene.issue({&scene.one, &scene.two}, std::chrono::days(90));
  const Time since = test_now - std::chrono::hours(1);

  const auto verdict =
      scene
          .judge({scene.one.facts(CtLogState::retired, since), scene.two.facts(CtLogState::retired, since)},
                 CtPolicy::chrome)
          .ask(leaf.chain, shop);

  EXPECT_EQ(code_of(verdict), ErrorCode::TooFewTimestamps);
}

TEST(Timestamps, AMalformedListIsTold) {
  const LoggedScene scene;
  Judge judge = scene.judge(CtPolicy::off);
  for (const Bytes& list : {Bytes{0}, Bytes{0, 0}, Bytes{0, 3, 0, 1}, Bytes{0, 2, 0, 0}, Bytes{0, 3, 0, 1, 1, 0}}) {
    judge.sct_list = list;
    const auto verdict = judge.ask(scene.issue_without().chain, shop);
    EXPECT_TRUE(verdict.accepted());
    ASSERT_EQ(verdict.timestamps().size(), 1U);
    EXPECT_EQ(verdict.timestamps()[0].outcome, CheckOutcome::unknown);
    EXPECT_THAT(verdict.timestamps()[0].detail, HasSubstr("not readable"));
  }
}

TEST(Timestamps, OfAnotherVersionAreNotReadable) {
  const LoggedScene scene;
  const auto leaf = scene.issue_without();
  Bytes sct = scene.one.sct(certificate_entry(leaf.der));
  sct.front() = 1;
  Judge judge = scene.judge(CtPolicy::off);
  judge.sct_list = sct_list({sct});

  EXPECT_EQ(judge.ask(leaf.chain, shop).timestamps().at(0).outcome, CheckOutcome::unknown);
}

TEST(Timestamps, NoMoreThanSixteenOfAListAreLookedAt) {
  const LoggedScene scene;
  const auto leaf = scene.issue_without();
  const Bytes sct = scene.one.sct(certificate_entry(leaf.der));
  Judge judge = scene.judge(CtPolicy::off);
  judge.sct_list = sct_list(std::vector<Bytes>(400, sct));

  EXPECT_EQ(judge.ask(leaf.chain, shop).timestamps().size(), x509::max_timestamps);
}

TEST(CtLogList, RefusesAKeyThatIsNone) {
  x509::CtLogList list(provider());

  EXPECT_FALSE(list.add({"Broken", "Nobody", Bytes{0x30, 0x00}}));
  EXPECT_EQ(list.size(), 0U);
}

/// The certificate with a timestamp in it, its issuer and the log's key of RFC 6962's reference implementation
/// (google/certificate-transparency, test/testdata).
constexpr std::string_view reference = R"(-----BEGIN CERTIFICATE-----
MIIDWzCCAsSgAwIBAgIBBzANBgkqhkiG9w0BAQUFADBVMQswCQYDVQQGEwJHQjEk
MCIGA1UEChMbQ2VydGlmaWNhdGUgVHJhbnNwYXJlbmN5IENBMQ4wDAYDVQQIEwVX
YWxlczEQMA4GA1UEBxMHRXJ3IFdlbjAgFw0xMjA2MDEwMDAwMDBaGA8yMTIyMDYw
MTAwMDAwMFowUjELMAkGA1UEBhMCR0IxITAfBgNVBAoTGENlcnRpZmljYXRlIFRy
YW5zcGFyZW5jeTEOMAwGA1UECBMFV2FsZXMxEDAOBgNVBAcTB0VydyBXZW4wgZ8w
DQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAL7vmOfCaHeuOF91MloMHTKb7fGPqvTX
lr8EfrfhzhXJW6L4DuRYvX24b4pLJSGRp5vXAMOOnAOJtFzU3JoSCrIeDLQc0Oco
BaQQzZxb211JJ3JtrxcQ9gGHN36iWxoeOe7QuIEZ3BVNxo99qOMMrxWKM+bJUJ9K
BbAUCf9d2H61AgMBAAGjggE6MIIBNjAdBgNVHQ4EFgQUIDFUGvJcBf/YZYtoQ3lP
XpA297QwfQYDVR0jBHYwdIAUX52IDchz5lTU+A3Y5rDBJLRHw1WhWaRXMFUxCzAJ
BgNVBAYTAkdCMSQwIgYDVQQKExtDZXJ0aWZpY2F0ZSBUcmFuc3BhcmVuY3kgQ0Ex
DjAMBgNVBAgTBVdhbGVzMRAwDgYDVQQHEwdFcncgV2VuggEAMAkGA1UdEwQCMAAw
gYoGCisGAQQB1nkCBAIEfAR6AHgAdgDfHC7BFQCUUkepYWgyXdxceVno98bTiPwA
Lgu9P3TXZAAAAT3bJ9+TAAAEAwBHMEUCIQC4xdN1m4R0fdo8DiEa+ZByLbWTFHmT
+S7EmfEbICrGfAIgDd3R7jPcFUn5eZhFwurLECF7pVlme6s76gwA5JnjF6owDQYJ
KoZIhvcNAQEFBQADgYEAJZfiWhJWxF2L7houq4+qoT36ydZj6/pK4bfsQSpOwOy5
NohMmk0KQPz2cFcv4hnOQUMF7WDc9sznTwkGQ/YX01D5P6gaLk0gunDk4TLkOCmI
oee59fiu+S6Wh91VSOiLsGnxE61J26QBOs3YRkDWLJw3Sb8oQLJ06cvOjk8SuzI=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIC0jCCAjugAwIBAgIBADANBgkqhkiG9w0BAQUFADBVMQswCQYDVQQGEwJHQjEk
MCIGA1UEChMbQ2VydGlmaWNhdGUgVHJhbnNwYXJlbmN5IENBMQ4wDAYDVQQIEwVX
YWxlczEQMA4GA1UEBxMHRXJ3IFdlbjAgFw0xMjA2MDEwMDAwMDBaGA8yMTIyMDYw
MTAwMDAwMFowVTELMAkGA1UEBhMCR0IxJDAiBgNVBAoTG0NlcnRpZmljYXRlIFRy
YW5zcGFyZW5jeSBDQTEOMAwGA1UECBMFV2FsZXMxEDAOBgNVBAcTB0VydyBXZW4w
gZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBANWKaFNiEKJxGZNud4MhGBwqQBPG
0HuMduuRV9PQ+0s7UW7Oy9HJjZHFL3Q/q2NdVQmc0Tq68xrlQUQkUadMeBbyJDz4
SM8oMczme6BKWiOBnzy6N+Yk2cO9spm4Od3+JjHSyzqE/HuytcUvz8FP/0BvXNRG
acuy98/fhvtqudGxAgMBAAGjga8wgawwHQYDVR0OBBYEFF+diA3Ic+ZU1PgN2Oaw
wSS0R8NVMH0GA1UdIwR2MHSAFF+diA3Ic+ZU1PgN2OawwSS0R8NVoVmkVzBVMQsw
CQYDVQQGEwJHQjEkMCIGA1UEChMbQ2VydGlmaWNhdGUgVHJhbnNwYXJlbmN5IENB
MQ4wDAYDVQQIEwVXYWxlczEQMA4GA1UEBxMHRXJ3IFdlboIBADAMBgNVHRMEBTAD
AQH/MA0GCSqGSIb3DQEBBQUAA4GBABU/yRBFzR/EjUgCnmXKnwmzbbl7FNbS+zia
VH81tKqO6rReC1I3EAiAj0nL13GVZ3+s86HjE1PEp/mZca545Auk3OgD9SCwL8J8
s4vjYJUVAC8sQmtO717T6sP5iurLXlofH80kgtDAx+ugi7DIlCnGysd+fGnHQd2d
8S14Ahqm
-----END CERTIFICATE-----
)";
constexpr std::string_view reference_log =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmXg8sUUzwBYaWrRb+V0IopzQ6o3UyEJ04r5ZrRXGdpYM8K+hB0pXrGRLI0eeWz+3skXrS0IO83Ah"
    "A3GpRL6s6w==";

TEST(Timestamps, OfTheReferenceImplementationHold) {
  const auto certificates = x509::Certificate::all_from(as_bytes(reference)).value();
  x509::CtLogList logs(provider());
  ASSERT_TRUE(logs.add({"Reference", "Google", from_base64(reference_log).value()}));
  std::size_t signatures = 4;

  const auto judged = x509::judge_timestamps(logs, {certificates[0].view(), certificates[1].view(), {}, {}, test_now},
                                             *provider(), signatures);

  ASSERT_EQ(judged.size(), 1U);
  EXPECT_EQ(judged[0].witness.outcome, CheckOutcome::passed) << judged[0].witness.detail;
  EXPECT_EQ(judged[0].witness.origin, SctOrigin::certificate);
  EXPECT_EQ(signatures, 3U);
}

}  // namespace
}  // namespace keyway::testing
