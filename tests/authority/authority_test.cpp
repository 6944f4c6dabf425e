#include <keyway/authority.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <thread>

#include "core/files.hpp"
#include "authority/temporary_folder.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::authority {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using testing::test_now;

Environment at(Time now) {
  return {testing::provider(), std::make_shared<FixedClock>(now)};
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

class AuthorityTest : public ::testing::Test {
 protected:
  Authority make(const CreateOptions& options = {.organization = "Example Authority"}) {
    auto made = Authority::create(folder_, options, at(test_now));
    EXPECT_TRUE(made) << made.error().message();
    return std::move(made.value());
  }

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_ / "authority";
};

TEST_F(AuthorityTest, KeepsItsKeysToItself) {
  make();

  EXPECT_EQ(mode_of(folder_), 0700U);
  EXPECT_EQ(mode_of(folder_ / "keys"), 0700U);
  EXPECT_EQ(mode_of(folder_ / "register.db"), 0600U);
  std::size_t keys = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "keys")) {
    EXPECT_EQ(mode_of(file.path()), 0600U) << file.path();
    ++keys;
  }
  EXPECT_EQ(keys, 2U);
}

TEST_F(AuthorityTest, WritesItsCertificatesForOthersToRead) {
  const Authority authority = make();

  const auto root = read_file(folder_ / "root.pem");
  ASSERT_TRUE(root);
  EXPECT_EQ(as_text(*root), authority.root().to_pem());
  const auto intermediate = read_file(folder_ / "intermediate.pem");
  ASSERT_TRUE(intermediate);
  EXPECT_EQ(as_text(*intermediate), authority.intermediate().to_pem());
}

TEST_F(AuthorityTest, PutsACertificateFileBackThatWentMissing) {
  make();
  std::filesystem::remove(folder_ / "root.pem");

  ASSERT_TRUE(Authority::open(folder_, at(test_now)));

  EXPECT_TRUE(std::filesystem::exists(folder_ / "root.pem"));
}

TEST_F(AuthorityTest, OpensAgainAsItWas) {
  const Authority made = make({.organization = "Example Authority", .max_lifetime = days(90)});

  const auto opened = Authority::open(folder_, at(test_now));

  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->root(), made.root());
  EXPECT_EQ(opened->intermediate(), made.intermediate());
  EXPECT_EQ(opened->organization(), "Example Authority");
  EXPECT_EQ(opened->max_lifetime(), days(90));
}

TEST_F(AuthorityTest, RegistersWhatItIssues) {
  Authority authority = make();

  const auto issued = authority.issue({.names = {"Shop.localhost.", "127.0.0.1"}, .organization = "Example Shop"});

  ASSERT_TRUE(issued) << issued.error().message();
  const auto list = authority.list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1U);
  const CertificateRecord& record = list->front();
  EXPECT_EQ(record.serial, issued->record.serial);
  EXPECT_EQ(record.der, issued->chain.at(0));
  EXPECT_EQ(record.owner, "Example Shop");
  EXPECT_THAT(record.names, ::testing::ElementsAre("shop.localhost", "127.0.0.1"));
  EXPECT_EQ(record.issued_at, test_now);
  EXPECT_FALSE(record.revoked_at);
}

TEST_F(AuthorityTest, NeverIssuesTheSameSerialTwice) {
  Authority authority = make();
  std::set<std::string> serials;
  for (int i = 0; i < 50; ++i)
    serials.insert(authority.issue({.names = {"shop.localhost"}}).value().record.serial_hex());

  EXPECT_EQ(serials.size(), 50U);
  // 50 serials of 128 random bits: that half of them were shorter than 15 bytes can't happen.
  EXPECT_GT(std::ranges::count_if(serials, [](const std::string& serial) { return serial.size() >= 30; }), 25);
}

TEST_F(AuthorityTest, ListsWhatIsRevokedUnderGrowingNumbers) {
  Authority authority = make();
  const auto shop = authority.issue({.names = {"shop.localhost"}}).value();
  const auto other = authority.issue({.names = {"other.localhost"}}).value();
  const auto empty = authority.make_crl();
  ASSERT_TRUE(empty) << empty.error().message();

  ASSERT_TRUE(authority.revoke(shop.record.serial, RevocationReason::key_compromise));
  const auto crl = authority.make_crl();

  ASSERT_TRUE(crl);
  EXPECT_EQ(empty->number, 1U);
  EXPECT_EQ(empty->entries, 0U);
  EXPECT_EQ(crl->number, 2U);
  EXPECT_EQ(crl->entries, 1U);
  EXPECT_EQ(crl->next_update, test_now + days(7));
  const auto contains = [&](const Bytes& serial) { return !std::ranges::search(crl->der, serial).empty(); };
  EXPECT_TRUE(contains(shop.record.serial));
  EXPECT_FALSE(contains(other.record.serial));
}

TEST_F(AuthorityTest, RevokesOnce) {
  Authority authority = make();
  const auto shop = authority.issue({.names = {"shop.localhost"}}).value();

  const auto first = authority.revoke(shop.record.serial, RevocationReason::superseded);
  const auto second = authority.revoke(shop.record.serial, RevocationReason::superseded);

  ASSERT_TRUE(first);
  EXPECT_EQ(first->revoked_at, test_now);
  EXPECT_EQ(first->reason, RevocationReason::superseded);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::AlreadyRevoked);
  EXPECT_EQ(authority.list().value().front().reason, RevocationReason::superseded);
}

TEST_F(AuthorityTest, RevokesByTheCertificateAndOnlyItsOwn) {
  Authority authority = make();
  const auto shop = authority.issue({.names = {"shop.localhost"}}).value();
  const testing::TestAuthority stranger;
  const auto impostor = stranger.issue({.names = {"shop.localhost"}, .serial = shop.record.serial});

  const auto refused = authority.revoke(impostor.certificate(), RevocationReason::unspecified);
  const auto revoked =
      authority.revoke(x509::Certificate::from_der(shop.chain.at(0)).value(), RevocationReason::unspecified);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::UnknownSerial);
  EXPECT_TRUE(revoked);
}

TEST_F(AuthorityTest, DropsLongExpiredEntriesFromTheList) {
  Authority authority = make();
  const auto shop = authority.issue({.names = {"shop.localhost"}, .lifetime = hours(24)}).value();
  ASSERT_TRUE(authority.revoke(shop.record.serial, RevocationReason::unspecified));

  const auto soon = Authority::open(folder_, at(test_now + days(2))).value().make_crl();
  const auto late = Authority::open(folder_, at(test_now + days(30))).value().make_crl();

  EXPECT_EQ(soon.value().entries, 1U);
  EXPECT_EQ(late.value().entries, 0U);
}

TEST_F(AuthorityTest, NeverOutlivesItsIntermediate) {
  make({.organization = "Example Authority", .root_lifetime = days(60), .intermediate_lifetime = days(30)});
  auto authority = Authority::open(folder_, at(test_now + days(25))).value();

  const auto issued = authority.issue({.names = {"shop.localhost"}, .lifetime = days(10)});
  const auto fitting = authority.issue({.names = {"shop.localhost"}, .lifetime = days(2)});

  ASSERT_TRUE(issued);
  EXPECT_TRUE(issued->shortened);
  EXPECT_EQ(issued->record.not_after, authority.intermediate().view().not_after);
  EXPECT_FALSE(fitting.value().shortened);
}

TEST_F(AuthorityTest, IssuesNothingOnceItsIntermediateHasExpired) {
  make({.organization = "Example Authority", .root_lifetime = days(60), .intermediate_lifetime = days(30)});
  auto authority = Authority::open(folder_, at(test_now + days(31))).value();

  const auto issued = authority.issue({.names = {"shop.localhost"}});

  ASSERT_FALSE(issued);
  EXPECT_EQ(issued.error().code(), ErrorCode::CertificateExpired);
}

TEST_F(AuthorityTest, LetsTwoOpenAtOnceIssueWithoutLoss) {
  make();
  const auto issue_many = [&] {
    auto authority = Authority::open(folder_, at(test_now)).value();
    for (int i = 0; i < 25; ++i) EXPECT_TRUE(authority.issue({.names = {"shop.localhost"}}));
  };

  std::thread one(issue_many);
  std::thread other(issue_many);
  one.join();
  other.join();

  EXPECT_EQ(Authority::open(folder_, at(test_now)).value().list().value().size(), 50U);
}

}  // namespace
}  // namespace keyway::authority
