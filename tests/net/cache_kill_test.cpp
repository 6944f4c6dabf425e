// The cache of fetched evidence, killed while it writes: at each system call of it.

#include <gtest/gtest.h>

#include "authority/temporary_folder.hpp"
#include "net/evidence_cache.hpp"
#include "testing/make_certificate.hpp"
#include "testing/system_calls.hpp"

namespace keyway::net {
namespace {

using authority::TemporaryFolder;
using testing::test_now;

class CacheKill : public ::testing::Test {
 protected:
  [[nodiscard]] static x509::Fetch wanted() {
    x509::Fetch fetch;
    fetch.kind = x509::FetchKind::crl;
    fetch.url = "http://crl.localhost/a.crl";
    fetch.max_size = 1U << 20U;
    return fetch;
  }
  [[nodiscard]] static CachedEvidence evidence(char filling, std::size_t size) {
    CachedEvidence made;
    made.bytes = Bytes(size, static_cast<std::uint8_t>(filling));
    made.etag = std::string("\"") + filling + "\"";
    made.asked_at = test_now;
    made.valid_until = test_now + std::chrono::hours(24);
    return made;
  }
  [[nodiscard]] EvidenceCache cache() const { return {folder_, testing::provider()}; }

  TemporaryFolder temporary_{authority::memory_folder()};
  std::filesystem::path folder_ = temporary_ / "cache";
};

TEST_F(CacheKill, LeavesNothingOrTheWholeAnswer) {
  const CachedEvidence first = evidence('a', 70'000);
  int without = 0;
  int with = 0;

  const int looks = testing::look_at_each_system_call([&] { static_cast<void>(cache().keep(wanted(), first)); },
                                                      [&](int call) {
                                                        const auto found = cache().find(wanted());
                                                        ++(found ? with : without);
                                                        if (!found) return;
                                                        ASSERT_EQ(found->bytes, first.bytes) << call;
                                                        ASSERT_EQ(found->etag, first.etag) << call;
                                                      });

  if (looks == 0) GTEST_SKIP() << "processes may not be traced here";
  EXPECT_GT(without, 2) << "hardly a look came before it stood";
  EXPECT_GT(with, 0) << "no look came after it stood";
}

TEST_F(CacheKill, LeavesTheOldAnswerOrTheNew) {
  const CachedEvidence former = evidence('a', 70'000);
  const CachedEvidence next = evidence('b', 90'000);
  ASSERT_TRUE(cache().keep(wanted(), former));
  int older = 0;
  int newer = 0;

  const int looks = testing::look_at_each_system_call([&] { static_cast<void>(cache().keep(wanted(), next)); },
                                                      [&](int call) {
                                                        const auto found = cache().find(wanted());
                                                        ASSERT_TRUE(found) << call;
                                                        const bool is_new = found->etag == next.etag;
                                                        ASSERT_EQ(found->bytes, is_new ? next.bytes : former.bytes)
                                                            << call;
                                                        ++(is_new ? newer : older);
                                                      });

  if (looks == 0) GTEST_SKIP() << "processes may not be traced here";
  EXPECT_GT(older, 2);
  EXPECT_GT(newer, 0);
}

TEST_F(CacheKill, TheNextWriteSucceedsWhateverWasLeftBehind) {
  const CachedEvidence next = evidence('c', 1'000);

  const int looks =
      testing::look_at_each_system_call([&] { static_cast<void>(cache().keep(wanted(), evidence('a', 70'000))); },
                                        [&](int call) {
                                          const auto left = temporary_ / "left";
                                          std::filesystem::remove_all(left);
                                          if (std::filesystem::exists(folder_)) std::filesystem::copy(folder_, left);
                                          const EvidenceCache other(left, testing::provider());
                                          ASSERT_TRUE(other.keep(wanted(), next)) << call;
                                          const auto found = other.find(wanted());
                                          ASSERT_TRUE(found && found->bytes == next.bytes) << call;
                                        });

  if (looks == 0) GTEST_SKIP() << "processes may not be traced here";
}

}  // namespace
}  // namespace keyway::net
