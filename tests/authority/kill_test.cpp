#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include <keyway/authority.hpp>

#include "authority/environment.hpp"
#include "authority/integrity.hpp"
#include "authority/sqlite_database.hpp"
#include "authority/temporary_folder.hpp"
#include "core/text.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::authority {
namespace {

using std::chrono::microseconds;
using testing::test_now;

/// A child process that is killed while it works; what it wrote to `report` until then can be read.
class Victim {
 public:
  template <typename Body>
  explicit Victim(Body&& body) {
    if (::pipe(pipe_.data()) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      ::close(pipe_[0]);
      body(pipe_[1]);
      ::_exit(0);
    }
    ::close(pipe_[1]);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() { ::close(pipe_[0]); }

  /// Everything reported until the kill, `after` which it comes.
  Bytes kill(microseconds after) {
    std::this_thread::sleep_for(after);
    ::kill(child_, SIGKILL);
    return reported();
  }

  /// Everything reported until the child's own end.
  Bytes reported() {
    ::waitpid(child_, nullptr, 0);
    Bytes reported;
    std::array<std::uint8_t, 4096> block{};
    for (ssize_t count = 0; (count = ::read(pipe_[0], block.data(), block.size())) > 0;) {
      reported.insert(reported.end(), block.begin(), block.begin() + count);
    }
    return reported;
  }

 private:
  std::array<int, 2> pipe_{};
  pid_t child_ = -1;
};

bool write_all(int descriptor, ByteView bytes) {
  return ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

TEST(Kill, DuringIssuingLosesNoCertificateThatWasHandedOut) {
  constexpr std::size_t serial_size = 16;
  const TemporaryFolder temporary(memory_folder());
  const auto folder = temporary / "authority";
  ASSERT_TRUE(Authority::create(folder, {}, environment()));
  std::mt19937 random(20261122);
  std::set<std::string> handed_out;
  for (int round = 0; round < 60; ++round) {
    Victim victim([&](int report) {
      auto authority = Authority::open(folder, environment());
      while (authority) {
        const auto issued = authority->issue({.names = {"shop.localhost"}});
        if (!issued) ::_exit(1);
        Bytes serial = issued->record.serial;
        serial.insert(serial.begin(), serial_size - serial.size(), 0);
        if (!write_all(report, serial)) ::_exit(1);
        static_cast<void>(authority->revoke(serial, RevocationReason::superseded));
        static_cast<void>(authority->make_crl());
      }
    });
    const Bytes reported = victim.kill(microseconds(random() % 40'000));
    for (std::size_t at = 0; at + serial_size <= reported.size(); at += serial_size) {
      const ByteView serial = ByteView(reported).subspan(at, serial_size);
      handed_out.insert(to_hex(serial));
    }

    ASSERT_EQ(integrity_of(folder), "ok");
    auto opened = Authority::open(folder, environment());
    ASSERT_TRUE(opened) << opened.error().message();
    std::set<std::string> registered;
    const auto records = opened->list();
    ASSERT_TRUE(records);
    for (const CertificateRecord& record : *records) {
      Bytes serial = record.serial;
      serial.insert(serial.begin(), serial_size - serial.size(), 0);
      registered.insert(to_hex(serial));
      ASSERT_TRUE(x509::CertificateView::parse(record.der));
      ASSERT_EQ(record.names.size(), 1U) << "half a certificate";
    }
    ASSERT_TRUE(std::ranges::includes(registered, handed_out));
    ASSERT_LE(registered.size(), handed_out.size() + static_cast<std::size_t>(round) + 1);
  }
  EXPECT_GT(handed_out.size(), 10U) << "the kills came too early to show anything";
}

TEST(Kill, CreationsAtTheSameTimeLeaveOneAuthority) {
  for (int round = 0; round < 5; ++round) {
    const TemporaryFolder temporary(memory_folder());
    const auto folder = temporary / "authority";
    const auto create = [&](int report) {
      const auto made = Authority::create(folder, {}, environment());
      const std::uint8_t outcome = made ? 1 : made.error().code() == ErrorCode::AuthorityExists ? 2 : 3;
      static_cast<void>(write_all(report, Bytes{outcome}));
    };
    Victim first(create);
    Victim second(create);
    Victim third(create);
    Bytes outcomes;
    for (Victim* child : {&first, &second, &third}) {
      const Bytes outcome = child->reported();
      outcomes.insert(outcomes.end(), outcome.begin(), outcome.end());
    }

    std::ranges::sort(outcomes);
    EXPECT_EQ(outcomes, (Bytes{1, 2, 2}));
    EXPECT_TRUE(Authority::open(folder, environment()));
  }
}

}  // namespace
}  // namespace keyway::authority
