#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include <keyway/authority.hpp>

#include "authority/environment.hpp"
#include "authority/names.hpp"
#include "authority/sqlite_database.hpp"
#include "authority/temporary_folder.hpp"
#include "core/files.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::authority {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using testing::test_now;

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path) << text;
}

class BadInput : public ::testing::Test {
 protected:
  Authority make() { return std::move(Authority::create(folder_, {}, environment()).value()); }

  template <typename T>
  static ErrorCode code_of(const Result<T>& result) {
    EXPECT_FALSE(result);
    if (result) return ErrorCode::InternalError;
    EXPECT_FALSE(result.error().message().empty());
    EXPECT_FALSE(result.error().message().contains('\n'));
    return result.error().code();
  }
  template <typename T>
  static ErrorCode code_with_cure(const Result<T>& result) {
    const ErrorCode code = code_of(result);
    EXPECT_TRUE(result || !result.error().advice().empty()) << result.error().message();
    return code;
  }

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_ / "authority";
};

TEST_F(BadInput, NamesThatNoHostHasAreRefused) {
  for (const std::string name : {"",
                                 ".",
                                 "a..b",
                                 "-a.example",
                                 "a-.example",
                                 "*.com",
                                 "*.localhost",
                                 "*",
                                 "a.*.example",
                                 "a*.example.com",
                                 "*.*.example.com",
                                 "*.127.0.0.1",
                                 "shop example",
                                 "shop.example/",
                                 "http://shop.example",
                                 "under_score.example",
                                 "b\xc3\xbc"
                                 "cher.example",
                                 "1.2.3",
                                 "999.1.1.1",
                                 "fe80::1%eth0",
                                 "a\nb",
                                 "[::1"}) {
    EXPECT_EQ(code_with_cure(parse_certificate_name(name)), ErrorCode::InvalidServerName) << name;
  }
  EXPECT_EQ(code_with_cure(parse_certificate_name(std::string("shop\0.example", 13))), ErrorCode::InvalidServerName);
  EXPECT_EQ(code_with_cure(parse_certificate_name(std::string(64, 'a') + ".example")), ErrorCode::InvalidServerName);
}

TEST_F(BadInput, NamesThatHostsHaveAreTaken) {
  EXPECT_EQ(normalise_name("Shop.Example.COM.").value(), "shop.example.com");
  EXPECT_EQ(normalise_name("*.Example.com").value(), "*.example.com");
  EXPECT_EQ(normalise_name("localhost").value(), "localhost");
  EXPECT_EQ(normalise_name("192.0.2.7").value(), "192.0.2.7");
  EXPECT_EQ(normalise_name("[2001:DB8::7]").value(), "2001:db8::7");
  EXPECT_EQ(normalise_name("xn--bcher-kva.example").value(), "xn--bcher-kva.example");
}

TEST_F(BadInput, ARequestOutsideTheBoundsIsRefused) {
  Authority authority = make();

  EXPECT_EQ(code_with_cure(authority.issue({})), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = std::vector<std::string>(101, "a.example")})),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = {"a.example"}, .organization = ""})), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = {"a.example"}, .organization = std::string(65, 'x')})),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = {"a.example"}, .organization = "a\x1b[31m"})),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = {"a.example"}, .lifetime = seconds(0)})),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = {"a.example"}, .lifetime = days(-3)})),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_with_cure(authority.issue({.names = {"a.example"}, .lifetime = days(398)})),
            ErrorCode::InvalidArgument);
  EXPECT_TRUE(authority.list().value().empty());
}

TEST_F(BadInput, RevokingTheUnknownIsRefused) {
  Authority authority = make();

  EXPECT_EQ(code_with_cure(authority.revoke(Bytes{1, 2, 3}, RevocationReason::unspecified)), ErrorCode::UnknownSerial);
  EXPECT_EQ(code_with_cure(authority.revoke(Bytes{}, RevocationReason::unspecified)), ErrorCode::UnknownSerial);
}

TEST_F(BadInput, AnAuthorityIsNotMadeOverAnother) {
  const Authority first = make();

  EXPECT_EQ(code_with_cure(Authority::create(folder_, {}, environment())), ErrorCode::AuthorityExists);
  EXPECT_EQ(Authority::open(folder_, environment()).value().root(), first.root());
}

TEST_F(BadInput, AnAuthorityIsNotMadeAmongOtherFiles) {
  std::filesystem::create_directory(folder_);
  write_text(folder_ / "letter.txt", "dear");
  EXPECT_EQ(code_with_cure(Authority::create(folder_, {}, environment())), ErrorCode::InvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "register.db"));
}

TEST_F(BadInput, AnotherProgramsDatabaseIsLeftAlone) {
  std::filesystem::create_directory(folder_);
  write_text(folder_ / "register.db", "");
  ASSERT_TRUE(Database::open(folder_ / "register.db").value()->run("CREATE TABLE theirs (x)"));

  EXPECT_EQ(code_with_cure(Authority::create(folder_, {}, environment())), ErrorCode::DatabaseFailed);
}

TEST_F(BadInput, KeysThatLostTheirRegisterAreKept) {
  make();
  std::filesystem::remove(folder_ / "register.db");

  EXPECT_EQ(code_with_cure(Authority::create(folder_, {}, environment())), ErrorCode::InvalidArgument);
  EXPECT_FALSE(std::filesystem::is_empty(folder_ / "keys"));
}

TEST_F(BadInput, OptionsOfAnAuthorityHaveBounds) {
  EXPECT_EQ(code_of(Authority::create(folder_, {.organization = ""}, environment())), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Authority::create(folder_, {.crl_url = "https://a.example/crl"}, environment())),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Authority::create(folder_, {.root_lifetime = days(10), .intermediate_lifetime = days(20)},
                                      environment())),
            ErrorCode::InvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(BadInput, WhatIsNoAuthorityIsNotOpened) {
  EXPECT_EQ(code_with_cure(Authority::open(folder_, environment())), ErrorCode::AuthorityMissing);
  std::filesystem::create_directory(folder_);
  EXPECT_EQ(code_with_cure(Authority::open(folder_, environment())), ErrorCode::AuthorityMissing);
  write_text(folder_ / "register.db", "");
  EXPECT_EQ(code_with_cure(Authority::open(folder_, environment())), ErrorCode::AuthorityMissing);
  write_text(folder_ / "register.db", std::string(4096, 'x'));
  EXPECT_EQ(code_with_cure(Authority::open(folder_, environment())), ErrorCode::DatabaseFailed);
  write_text(temporary_ / "file", "x");
  EXPECT_EQ(code_with_cure(Authority::open(temporary_ / "file", environment())), ErrorCode::AuthorityMissing);
  EXPECT_EQ(code_with_cure(Authority::create(temporary_ / "file", {}, environment())), ErrorCode::FileUnwritable);
}

TEST_F(BadInput, DamagedKeysAreToldApart) {
  make();
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "keys")) write_text(file.path(), "nonsense");
  EXPECT_EQ(code_of(Authority::open(folder_, environment())), ErrorCode::InvalidKey);

  const std::string stranger = testing::make_self_signed({.names = {"a.example"}}).key_pem();
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "keys")) write_text(file.path(), stranger);
  EXPECT_EQ(code_with_cure(Authority::open(folder_, environment())), ErrorCode::KeyMismatch);

  std::filesystem::remove_all(folder_ / "keys");
  EXPECT_EQ(code_with_cure(Authority::open(folder_, environment())), ErrorCode::FileNotFound);
}

TEST_F(BadInput, AFolderThatMayNotBeReadIsToldSo) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may read everything";
  make();
  std::filesystem::permissions(folder_, std::filesystem::perms::none);

  const auto opened = Authority::open(folder_, environment());
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);

  EXPECT_EQ(code_with_cure(opened), ErrorCode::FileUnreadable);
}

TEST_F(BadInput, AFileThatIsToBeKeptIsNotReplaced) {
  const std::filesystem::path file = temporary_ / "key.pem";
  write_text(file, "old");

  EXPECT_EQ(code_with_cure(write_file(file, as_bytes("new"), 0600, Existing::refuse)), ErrorCode::FileUnwritable);
  EXPECT_EQ(as_text(read_file(file).value()), "old");
  EXPECT_TRUE(write_file(file, as_bytes("new"), 0600, Existing::replace));
  EXPECT_EQ(as_text(read_file(file).value()), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(temporary_.path()), {}), 1) << "a temporary file is left";
}

TEST_F(BadInput, FilesOfTheWrongKindAreToldApart) {
  write_text(temporary_ / "empty", "");
  write_text(temporary_ / "large", std::string(100, 'x'));
  EXPECT_EQ(code_of(read_file(temporary_ / "empty")), ErrorCode::FileEmpty);
  EXPECT_EQ(code_of(read_file(temporary_ / "large", 99)), ErrorCode::FileTooLarge);
  EXPECT_TRUE(read_file(temporary_ / "large", 100));
  EXPECT_EQ(code_with_cure(read_file(temporary_ / "none")), ErrorCode::FileNotFound);
  EXPECT_EQ(code_with_cure(read_file(temporary_.path())), ErrorCode::FileUnreadable);
  EXPECT_EQ(code_with_cure(write_file(temporary_ / "no" / "file", as_bytes("x"), 0600)), ErrorCode::FileNotFound);
}

/// Runs `body` in a child that can't write files beyond `bytes`, and gives its exit code.
template <typename Body>
int exit_code_on_a_small_disk(rlim_t bytes, Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{bytes, bytes};
    std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(BadInput, AFullDiskIsToldAndLosesNothing) {
  make();
  const auto issue_until_it_fails = [&] {
    auto authority = Authority::open(folder_, environment());
    if (!authority) return 3;
    for (int i = 0; i < 1000; ++i) {
      const auto issued = authority->issue({.names = {"shop.localhost"}});
      if (!issued) return issued.error().code() == ErrorCode::DiskFull && !issued.error().advice().empty() ? 0 : 2;
    }
    return 1;
  };

  EXPECT_EQ(exit_code_on_a_small_disk(200'000, issue_until_it_fails), 0);

  Authority authority = std::move(Authority::open(folder_, environment()).value());
  const std::size_t before = authority.list().value().size();
  EXPECT_GT(before, 0U);
  EXPECT_TRUE(authority.issue({.names = {"shop.localhost"}}));
  EXPECT_EQ(authority.list().value().size(), before + 1);
}

TEST_F(BadInput, AnAuthorityThatDidNotFitOnTheDiskCanBeMadeOnceItDoes) {
  const auto create = [&] {
    const auto made = Authority::create(folder_, {}, environment());
    return !made && made.error().code() == ErrorCode::DiskFull ? 0 : 1;
  };
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{100}, rlim_t{5'000}, rlim_t{40'000}}) {
    EXPECT_EQ(exit_code_on_a_small_disk(bytes, create), 0) << bytes;
  }

  EXPECT_TRUE(Authority::create(folder_, {}, environment()));
}

}  // namespace
}  // namespace keyway::authority
