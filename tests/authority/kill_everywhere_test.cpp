#include <gtest/gtest.h>

#include <keyway/authority.hpp>

#include "authority/environment.hpp"
#include "authority/integrity.hpp"
#include "authority/sqlite_database.hpp"
#include "authority/temporary_folder.hpp"
#include "core/files.hpp"
#include "testing/make_certificate.hpp"
#include "testing/system_calls.hpp"

namespace keyway::authority {
namespace {

using testing::look_at_each_system_call;
using testing::test_now;

/// The files as they are now, in another place, without the locks of whoever works on them.
void take_snapshot(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  if (std::filesystem::exists(from)) std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

class KillEverywhere : public ::testing::Test {
 protected:
  TemporaryFolder temporary_{memory_folder()};
  std::filesystem::path folder_ = temporary_ / "authority";
  std::filesystem::path snapshot_ = temporary_ / "snapshot";
};

TEST_F(KillEverywhere, CreationLeavesNothingOrAnAuthority) {
  int made = 0;
  const auto look = [&](int call) {
    take_snapshot(folder_, snapshot_);
    auto opened = Authority::open(snapshot_, environment());
    if (opened) {
      ++made;
    } else {
      ASSERT_EQ(opened.error().code(), ErrorCode::AuthorityMissing) << call << ": " << opened.error().message();
      opened = Authority::create(snapshot_, {}, environment());
    }
    ASSERT_TRUE(opened) << "at system call " << call << ": " << opened.error().message();
    ASSERT_TRUE(opened->issue({.names = {"shop.localhost"}})) << call;
    ASSERT_EQ(integrity_of(snapshot_), "ok") << call;
  };

  const int looks =
      look_at_each_system_call([&] { static_cast<void>(Authority::create(folder_, {}, environment())); }, look);

  if (looks == 0) GTEST_SKIP() << "processes may not be traced here";
  EXPECT_GT(made, 1) << "no look came after the authority stood";
  EXPECT_GT(looks - made, 20) << "hardly a look came before it stood";
}

TEST_F(KillEverywhere, IssuingRegistersAllOrNothing) {
  ASSERT_TRUE(Authority::create(folder_, {}, environment()));
  const auto handed_out = temporary_ / "handed-out";
  int without = 0;
  int with = 0;
  const auto look = [&](int call) {
    take_snapshot(folder_, snapshot_);
    const auto opened = Authority::open(snapshot_, environment());
    ASSERT_TRUE(opened) << "at system call " << call << ": " << opened.error().message();
    const auto records = opened->list();
    ASSERT_TRUE(records);
    const auto serial = read_file(handed_out);
    ASSERT_TRUE(!serial || !records->empty()) << "handed out and not registered, at " << call;
    ++(records->empty() ? without : with);
    if (records->empty()) return;
    ASSERT_EQ(records->size(), 1U);
    ASSERT_EQ(records->front().names.size(), 2U) << "half a certificate, at " << call;
    ASSERT_TRUE(!serial || records->front().serial == *serial);
  };

  const int looks = look_at_each_system_call(
      [&] {
        auto authority = Authority::open(folder_, environment());
        const auto issued = authority->issue({.names = {"shop.localhost", "127.0.0.1"}});
        static_cast<void>(write_file(handed_out, issued->record.serial, 0600));
      },
      look);

  if (looks == 0) GTEST_SKIP() << "processes may not be traced here";
  EXPECT_GT(without, 5);
  EXPECT_GT(with, 2);
  EXPECT_EQ(integrity_of(folder_), "ok");
}

TEST_F(KillEverywhere, AFileIsOldOrNewAndNeverBetween) {
  const auto file = temporary_ / "file";
  const Bytes old_contents(3000, 'o');
  const Bytes new_contents(5000, 'n');
  ASSERT_TRUE(write_file(file, old_contents, 0600));
  int older = 0;
  int newer = 0;

  const int looks = look_at_each_system_call([&] { static_cast<void>(write_file(file, new_contents, 0600)); },
                                             [&](int call) {
                                               const auto contents = read_file(file);
                                               ASSERT_TRUE(contents) << call;
                                               ASSERT_TRUE(*contents == old_contents || *contents == new_contents)
                                                   << call;
                                               ++(*contents == old_contents ? older : newer);
                                             });

  if (looks == 0) GTEST_SKIP() << "processes may not be traced here";
  EXPECT_GT(older, 3);
  EXPECT_GT(newer, 1);
}

}  // namespace
}  // namespace keyway::authority
