// What a Verifier remembers of the authorities that it has met.

#include "x509/known_authorities.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "testing/spy_provider.hpp"
#include "x509/shop.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

/// A Verifier that counts, and whose anchors can be exchanged.
class Acquaintance {
 public:
  explicit Acquaintance(const Bytes& anchor) : trust_(std::make_shared<x509::LiveTrust>(store_of(anchor))) {}

  [[nodiscard]] x509::Verdict ask(const std::vector<Bytes>& chain, Time now = test_now,
                                  std::string_view name = shop) const {
    const std::vector<ByteView> views(chain.begin(), chain.end());
    const ServerName server = ServerName::parse(name).value();
    return verifier_.verify(views, &server, x509::Purpose::server, now);
  }
  void trust_instead(const Bytes& anchor) { trust_->replace(store_of(anchor)); }
  /// Signatures verified since the last time.
  [[nodiscard]] std::size_t verified() { return spy_->seen().verified - std::exchange(before_, spy_->seen().verified); }

 private:
  static std::shared_ptr<const x509::TrustStore> store_of(const Bytes& anchor) {
    auto store = std::make_shared<x509::TrustStore>();
    store->add(x509::Certificate::from_der(anchor).value());
    return store;
  }

  std::shared_ptr<SpyProvider> spy_ = std::make_shared<SpyProvider>();
  std::shared_ptr<x509::LiveTrust> trust_;
  x509::Verifier verifier_{spy_, std::shared_ptr<const x509::LiveTrust>(trust_), {}, {}, {}};
  std::size_t before_ = 0;
};

TEST(KnownAuthorities, AreNotVerifiedAgainWhenTheyComeAgain) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  const auto other = authority.issue({.names = {shop}});
  Acquaintance verifier(authority.root().der);

  ASSERT_TRUE(verifier.ask(leaf.chain).accepted());
  EXPECT_EQ(verifier.verified(), 2U);
  ASSERT_TRUE(verifier.ask(leaf.chain).accepted());
  EXPECT_EQ(verifier.verified(), 1U) << "the leaf's alone";
  ASSERT_TRUE(verifier.ask(other.chain).accepted());
  EXPECT_EQ(verifier.verified(), 1U) << "whichever leaf it is";
}

TEST(KnownAuthorities, AreJudgedByEveryRuleEachTime) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}, .not_after = test_now + 10 * 365 * day});
  Acquaintance verifier(authority.root().der);
  ASSERT_TRUE(verifier.ask(leaf.chain).accepted());
  const Time end = authority.intermediate().certificate().view().not_after;

  EXPECT_EQ(code_of(verifier.ask(leaf.chain, end + hour)), ErrorCode::CertificateExpired);
}

TEST(KnownAuthorities, HoldUnderTheKeyThatSignedThemAlone) {
  const TestAuthority authority;
  const TestAuthority namesake;
  const auto leaf = authority.issue({.names = {shop}});
  Acquaintance verifier(authority.root().der);
  ASSERT_TRUE(verifier.ask(leaf.chain).accepted());

  verifier.trust_instead(namesake.root().der);
  EXPECT_FALSE(verifier.ask(leaf.chain).accepted());
  verifier.trust_instead(authority.root().der);
  EXPECT_TRUE(verifier.ask(leaf.chain).accepted());
}

TEST(KnownAuthorities, AreThoseOfTheSameBytesAlone) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Acquaintance verifier(authority.root().der);
  ASSERT_TRUE(verifier.ask(leaf.chain).accepted());

  for (const std::size_t from_the_end : {std::size_t{1}, std::size_t{40}, std::size_t{120}}) {
    auto forged = leaf.chain;
    Bytes& intermediate = forged.at(1);
    intermediate.at(intermediate.size() - from_the_end) ^= 0x01;
    EXPECT_FALSE(verifier.ask(forged).accepted()) << from_the_end;
  }
}

TEST(KnownAuthorities, AreThoseOfAcceptedPathsAlone) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  Acquaintance verifier(authority.root().der);

  ASSERT_FALSE(verifier.ask(leaf.chain, test_now, "other.localhost").accepted());
  (void)verifier.verified();
  ASSERT_TRUE(verifier.ask(leaf.chain).accepted());
  EXPECT_EQ(verifier.verified(), 2U);
}

TEST(KnownAuthorities, AreFoundByWhicheverThreadMeetsThem) {
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {shop}});
  const auto verifier = Judge(authority.root().der).verifier();
  const std::vector<ByteView> views(leaf.chain.begin(), leaf.chain.end());
  const ServerName server = ServerName::parse(shop).value();
  std::atomic<std::size_t> accepted = 0;

  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 25; ++j) {
          if (verifier->verify(views, &server, x509::Purpose::server, test_now).accepted()) ++accepted;
        }
      });
    }
  }

  EXPECT_EQ(accepted, 100U);
}

TEST(KnownAuthorities, AreNoMoreThanThereIsRoomFor) {
  const TestAuthority authority;
  std::vector<IssuedCertificate> many;
  for (std::size_t i = 0; i < x509::KnownAuthorities::capacity + 40; ++i) many.push_back(authority.issue({}));
  const Bytes key(32, 0x41);
  x509::KnownAuthorities known;

  for (const IssuedCertificate& each : many) known.keep(each.certificate().view(), key, *provider());

  std::size_t found = 0;
  for (const IssuedCertificate& each : many) {
    const x509::KnownAuthority* there = known.find(each.der);
    if (there == nullptr) continue;
    ++found;
    EXPECT_EQ(there->certificate.der().size(), each.der.size());
    EXPECT_TRUE(there->is_signed_with(key));
  }
  EXPECT_LE(found, x509::KnownAuthorities::capacity);
  EXPECT_GT(found, x509::KnownAuthorities::capacity / 2);
}

}  // namespace
}  // namespace keyway::testing
