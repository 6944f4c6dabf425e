// What a verdict wants from elsewhere, and what it makes of what comes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <keyway/verification.hpp>

#include <map>

#include "core/text.hpp"
#include "testing/make_ocsp.hpp"
#include "testing/vectors.hpp"
#include "x509/certificate_bag.hpp"
#include "x509/der_writer.hpp"
#include "x509/ocsp_request.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using x509::CheckKind;
using x509::CheckOutcome;
using x509::FetchKind;
using x509::RevocationPolicy;
using x509::SingleResponse;

constexpr auto responder = "http://ocsp.localhost";
constexpr auto list_url = "http://crl.localhost/a.crl";
constexpr auto issuer_url = "http://aia.localhost/issuer.der";

class FixedRandom final : public crypto::Random {
 public:
  [[nodiscard]] Result<void> fill(ByteSpan out) const override {
    std::ranges::fill(out, std::uint8_t{0x5a});
    return {};
  }
};

/// A leaf of a root, with the URLs of what may be fetched.
struct FetchingScene {
  IssuedCertificate root = make_self_signed({.common_name = "Root", .is_ca = true});
  IssuedCertificate leaf;
  Judge judge{root.der};
  std::map<std::string, Bytes> world = {};  ///< by the URL's beginning
  std::vector<x509::Fetch> asked = {};

  explicit FetchingScene(CertificateOptions options = {.ocsp_urls = {responder}}) {
    options.names = {shop};
    leaf = make_certificate(root, options);
    judge.options.revocation = RevocationPolicy::hard_fail;
    judge.options.fetching.revocation = true;
  }

  [[nodiscard]] Bytes find(const std::string& url) const {
    for (const auto& [beginning, answer] : world) {
      if (url.starts_with(beginning)) return answer;
    }
    return {};
  }
  x509::Verdict ask(const std::vector<Bytes>& chain) {
    const auto verifier = judge.verifier();
    const std::vector<ByteView> views(chain.begin(), chain.end());
    const ServerName name = ServerName::parse(shop).value();
    x509::Verification question(*verifier, views, &name, x509::Purpose::server, test_now);
    while (!question.wanted().empty() && asked.size() < 100) {
      std::vector<x509::Fetched> fetched;
      for (const x509::Fetch& fetch : question.wanted()) {
        asked.push_back(fetch);
        fetched.push_back({fetch, find(fetch.url)});
      }
      question.supply(std::move(fetched));
    }
    return question.verdict();
  }
  x509::Verdict ask() { return ask({leaf.der}); }
};

TEST(Fetching, IsNotWantedUnlessItIsAllowed) {
  FetchingScene scene({.crl_urls = {list_url}, .ocsp_urls = {responder}, .issuer_urls = {issuer_url}});
  scene.judge.options.fetching = {};
  EXPECT_EQ(code_of(scene.ask()), ErrorCode::RevocationUnknown);
  EXPECT_TRUE(scene.asked.empty());
}

TEST(Fetching, AsksTheResponderByGetAndBelievesItsGoodAnswer) {
  FetchingScene scene;
  scene.world[responder] = make_ocsp(scene.root, scene.leaf.serial);

  const auto verdict = scene.ask();

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  ASSERT_EQ(scene.asked.size(), 1U);
  EXPECT_EQ(scene.asked[0].kind, FetchKind::ocsp);
  EXPECT_TRUE(scene.asked[0].body.empty());
  EXPECT_THAT(scene.asked[0].url, StartsWith("http://ocsp.localhost/M"));
  ASSERT_EQ(verdict.revocation().size(), 1U);
  EXPECT_EQ(verdict.revocation()[0].source, x509::RevocationSource::ocsp);
  EXPECT_EQ(verdict.revocation()[0].place, scene.asked[0].url);
  EXPECT_EQ(verdict.revocation()[0].this_update, test_now - std::chrono::hours(1));
}

TEST(Fetching, RefusesWhatTheResponderRevokesAlsoWhereSilenceIsBorne) {
  FetchingScene scene;
  scene.judge.options.revocation = RevocationPolicy::soft_fail;
  scene.world[responder] = make_ocsp(scene.root, scene.leaf.serial, {.status = SingleResponse::Status::revoked});

  const auto verdict = scene.ask();

  ASSERT_EQ(code_of(verdict), ErrorCode::CertificateRevoked);
  EXPECT_THAT(verdict.finding()->received, HasSubstr("says the OCSP response from http://ocsp.localhost/"));
}

TEST(Fetching, GoesToTheListWhereTheResponderIsOfNoUse) {
  FetchingScene scene({.crl_urls = {list_url}, .ocsp_urls = {responder}});
  scene.world[list_url] = make_crl(scene.root, {});

  const auto verdict = scene.ask();

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  ASSERT_EQ(scene.asked.size(), 2U);
  EXPECT_EQ(scene.asked[1].kind, FetchKind::crl);
  EXPECT_EQ(scene.asked[1].url, list_url);
  EXPECT_EQ(verdict.revocation().back().place, list_url);
}

TEST(Fetching, BearsSilenceWhereThatIsThePolicy) {
  FetchingScene scene({.crl_urls = {list_url}, .ocsp_urls = {responder}});
  scene.judge.options.revocation = RevocationPolicy::soft_fail;

  const auto verdict = scene.ask();

  EXPECT_TRUE(verdict.accepted());
  EXPECT_EQ(outcome_of(verdict, CheckKind::revocation), CheckOutcome::unknown);
  EXPECT_EQ(scene.asked.size(), 2U);
}

TEST(Fetching, BelievesNothingThatIsNotSigned) {
  FetchingScene scene({.crl_urls = {list_url}, .ocsp_urls = {responder}});
  const TestAuthority stranger;
  scene.world[responder] = make_ocsp(stranger.root(), scene.leaf.serial);
  scene.world[list_url] = make_crl(stranger.root(), {});
  EXPECT_EQ(code_of(scene.ask()), ErrorCode::RevocationUnknown);
}

constexpr auto delta_url = "http://crl.localhost/delta.crl";

/// freshestCRL with this URL (RFC 5280 4.2.1.15).
x509::RawExtension freshest(std::string_view url) {
  return {"2.5.29.46", false, x509::encode_der([&](x509::DerWriter& writer) {
            writer.sequence([&] {
              writer.sequence([&] {
                writer.context(0, [&] { writer.context(0, [&] { writer.context_primitive(6, as_bytes(url)); }); });
              });
            });
          })};
}

CrlOptions delta(std::uint64_t number, std::uint8_t base) {
  CrlOptions options{.number = number};
  options.extra_extensions.push_back(
      {"2.5.29.27", true, x509::encode_der([&](x509::DerWriter& writer) { writer.integer(base); })});
  return options;
}

TEST(DeltaFetching, GetsTheDeltaThatTheCertificateNames) {
  FetchingScene scene({.crl_urls = {list_url}, .extra_extensions = {freshest(delta_url)}});
  scene.world[list_url] = make_crl(scene.root, {}, {.number = 7});
  scene.world[delta_url] = make_crl(scene.root, {scene.leaf.serial}, delta(8, 7));

  EXPECT_EQ(code_of(scene.ask()), ErrorCode::CertificateRevoked);
  ASSERT_EQ(scene.asked.size(), 2U);
  EXPECT_EQ(scene.asked[1].url, delta_url);
}

TEST(DeltaFetching, GetsTheDeltaThatTheListNames) {
  FetchingScene scene({.crl_urls = {list_url}});
  scene.world[list_url] = make_crl(scene.root, {}, {.number = 7, .extra_extensions = {freshest(delta_url)}});
  scene.world[delta_url] = make_crl(scene.root, {}, delta(9, 7));

  const auto verdict = scene.ask();

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  ASSERT_EQ(scene.asked.size(), 2U);
  EXPECT_EQ(verdict.revocation().back().place, delta_url);
}

TEST(DeltaFetching, DoesWithoutOneThatIsNotToBeHad) {
  FetchingScene scene({.crl_urls = {list_url}, .extra_extensions = {freshest(delta_url)}});
  scene.world[list_url] = make_crl(scene.root, {}, {.number = 7});

  EXPECT_TRUE(scene.ask().accepted());
  EXPECT_EQ(scene.asked.size(), 2U);
}

TEST(DeltaFetching, WantsNoneWhereAResponderSaysThatAllIsGood) {
  FetchingScene scene({.crl_urls = {list_url}, .ocsp_urls = {responder}, .extra_extensions = {freshest(delta_url)}});
  scene.world[responder] = make_ocsp(scene.root, scene.leaf.serial);

  EXPECT_TRUE(scene.ask().accepted());
  EXPECT_EQ(scene.asked.size(), 1U);
}

TEST(Fetching, PassesOverAnIndirectListWhereTheRulesForbidIt) {
  FetchingScene scene({.crl_urls = {list_url}});
  const Bytes scope = x509::encode_der(
      [](x509::DerWriter& writer) { writer.sequence([&] { writer.context_primitive(4, Bytes{0xff}); }); });
  scene.world[list_url] = make_crl(scene.root, {}, {.extra_extensions = {{"2.5.29.28", true, scope}}});
  EXPECT_TRUE(scene.ask().accepted());

  scene.judge.options.conformance = x509::Conformance::strict;
  EXPECT_FALSE(scene.ask().accepted());
}

TEST(Fetching, AsksOnlyOverPlainHttp) {
  FetchingScene scene(
      {.crl_urls = {"ldap://crl.localhost/a", "https://crl.localhost/a.crl", "file:///etc/passwd", list_url},
       .ocsp_urls = {"https://ocsp.localhost/", "http://ocsp.localhost/with space"}});
  (void)scene.ask();
  ASSERT_EQ(scene.asked.size(), 1U);
  EXPECT_EQ(scene.asked[0].url, list_url);
}

TEST(Fetching, AsksNoMoreThanIsAllowedAndNothingTwice) {
  std::vector<std::string> urls;
  for (int i = 0; i < 100; ++i) urls.push_back("http://ocsp.localhost/" + std::to_string(i));
  FetchingScene scene({.ocsp_urls = urls});
  scene.judge.options.fetching.max_fetches = 5;

  EXPECT_EQ(code_of(scene.ask()), ErrorCode::RevocationUnknown);
  EXPECT_EQ(scene.asked.size(), 5U);
}

TEST(Fetching, WantsNothingForWhatIsRefusedAnyway) {
  FetchingScene scene({.not_after = test_now - std::chrono::minutes(1), .ocsp_urls = {responder}});
  EXPECT_EQ(code_of(scene.ask()), ErrorCode::CertificateExpired);
  EXPECT_TRUE(scene.asked.empty());
}

TEST(Fetching, DropsAnAnswerThatIsTooLong) {
  FetchingScene scene({.crl_urls = {list_url}});
  scene.world[list_url] = make_crl(scene.root, {});
  scene.judge.options.fetching.max_crl_size = 10;
  EXPECT_EQ(code_of(scene.ask()), ErrorCode::RevocationUnknown);
}

TEST(OcspNonces, MustComeBack) {
  FetchingScene scene;
  scene.judge.options.fetching.nonces = std::make_shared<FixedRandom>();
  scene.world[responder] = make_ocsp(scene.root, scene.leaf.serial, {.nonce = Bytes(32, 0x5a)});
  ASSERT_TRUE(scene.ask().accepted());
  EXPECT_EQ(scene.asked[0].url, responder);
  EXPECT_FALSE(scene.asked[0].body.empty());

  scene.world[responder] = make_ocsp(scene.root, scene.leaf.serial, {.nonce = Bytes(32, 0x5b)});
  EXPECT_EQ(code_of(scene.ask()), ErrorCode::RevocationUnknown);
  scene.world[responder] = make_ocsp(scene.root, scene.leaf.serial);
  const auto without = scene.ask();
  ASSERT_EQ(code_of(without), ErrorCode::RevocationUnknown);
  EXPECT_THAT(without.finding()->received, HasSubstr("nonce"));
}

TEST(OcspRequests, ThatAreLongAreMadeByPost) {
  const Bytes request(300, 0x30);
  EXPECT_FALSE(x509::ocsp_get_url(responder, request));
  EXPECT_EQ(x509::ocsp_get_url("http://a/b", Bytes{0xfb, 0xff, 0xfe, 0x00}), "http://a/b/%2B%2F%2F%2BAA%3D%3D");
}

TEST(OcspRequests, AreWrittenAsBoringSslWritesThem) {
  KEYWAY_REQUIRE_VECTORS("chromium/ocsp.json");
  const auto suite = *vector_json("chromium/ocsp.json");
  std::size_t compared = 0;
  for (const auto& test_case : suite["testcases"]) {
    const Bytes leaf_der = from_base64(test_case["cert"].get<std::string>()).value();
    const Bytes issuer_der = from_base64(test_case["issuer"].get<std::string>()).value();
    const auto leaf = x509::CertificateView::parse(leaf_der);
    const auto issuer = x509::CertificateView::parse(issuer_der);
    if (!leaf || !issuer) continue;
    const auto hashes = x509::IssuerHashes::of(*provider(), *issuer).value();
    EXPECT_EQ(to_base64(x509::encode_ocsp_request(hashes, leaf->serial_number, {})),
              test_case["request"].get<std::string>());
    ++compared;
  }
  EXPECT_GT(compared, 30U);
}

/// A chain whose intermediate the server forgot.
struct Forgetful : FetchingScene {
  IssuedCertificate intermediate = make_certificate(root, {.common_name = "Intermediate", .is_ca = true});
  Forgetful() {
    leaf = make_certificate(intermediate, {.names = {shop}, .issuer_urls = {issuer_url}});
    judge.options.revocation = RevocationPolicy::soft_fail;
    judge.options.fetching = {};
    judge.options.fetching.issuers = true;
  }
};

TEST(IssuerFetching, FindsWhatTheServerForgotToSend) {
  Forgetful scene;
  scene.world[issuer_url] = scene.intermediate.der;

  const auto verdict = scene.ask();

  ASSERT_TRUE(verdict.accepted()) << verdict.to_error().message();
  ASSERT_EQ(verdict.path().size(), 3U);
  EXPECT_EQ(verdict.path()[1].origin, x509::Origin::fetched);
}

TEST(IssuerFetching, TrustsNothingForHavingBeenFetched) {
  Forgetful scene;
  const TestAuthority stranger({.name = "Intermediate"});
  scene.world[issuer_url] = stranger.intermediate().der;
  EXPECT_FALSE(scene.ask().accepted());
  scene.world[issuer_url] = Bytes{0x30, 0x03, 0x01, 0x02};
  EXPECT_FALSE(scene.ask().accepted());
}

TEST(IssuerFetching, IsAnOptInOfItsOwn) {
  Forgetful scene;
  scene.world[issuer_url] = scene.intermediate.der;
  scene.judge.options.fetching = {};
  scene.judge.options.fetching.revocation = true;
  EXPECT_EQ(code_of(scene.ask()), ErrorCode::MissingIntermediate);
  EXPECT_TRUE(scene.asked.empty());
}

TEST(CertificateBag, HoldsTheCertificatesOfACmsMessage) {
  const Forgetful scene;
  const Bytes message = x509::encode_der([&](x509::DerWriter& writer) {
    writer.sequence([&] {
      writer.oid("1.2.840.113549.1.7.2");
      writer.context(0, [&] {
        writer.sequence([&] {
          writer.integer(1);
          writer.set([] {});
          writer.sequence([&] { writer.oid("1.2.840.113549.1.7.1"); });
          writer.context(0, [&] {
            writer.raw(scene.intermediate.der);
            writer.raw(Bytes{0x30, 0x00});
            writer.raw(scene.root.der);
          });
          writer.set([] {});
        });
      });
    });
  });

  const auto found = x509::read_certificate_bag(message);

  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(std::ranges::equal(found[0], scene.intermediate.der));
  EXPECT_TRUE(x509::read_certificate_bag(Bytes{1, 2, 3}).empty());
}

}  // namespace
}  // namespace keyway::testing
