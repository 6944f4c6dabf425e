#include "explain/plain_words.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace keyway::explain {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

TEST(PlainWords, WriteTimesInUtc) {
  EXPECT_EQ(time_text(noon + 61s), "2026-11-21 12:01:01 UTC");
  EXPECT_EQ(time_json(noon), "2026-11-21T12:00:00Z");
  EXPECT_EQ(time_json(Time(-1s)), "1969-12-31T23:59:59Z");
}

TEST(PlainWords, TellWhatIsLeftOfAValidity) {
  EXPECT_EQ(time_left(noon, noon + days(397), noon), "397 days left");
  EXPECT_EQ(time_left(noon, noon + 90min, noon), "90 minutes left");
  EXPECT_EQ(time_left(noon - days(9), noon - days(3), noon), "expired 3 days ago");
  EXPECT_EQ(time_left(noon + 1s, noon + days(3), noon), "begins in 1 second");
}

TEST(PlainWords, ChooseTheUnitOfADuration) {
  EXPECT_EQ(duration_text(999ns), "999 ns");
  EXPECT_EQ(duration_text(12us), "12 µs");
  EXPECT_EQ(duration_text(410us), "0.41 ms");
  EXPECT_EQ(duration_text(42ms), "42 ms");
  EXPECT_EQ(duration_text(1200ms), "1.2 s");
}

TEST(PlainWords, NameEveryAlertThatCanGoOut) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::InternalError); ++code) {
    const Error error = fail(static_cast<ErrorCode>(code));
    if (const auto alert = error.alert()) {
      EXPECT_NE(meaning_of(*alert), meaning_of(static_cast<AlertDescription>(255))) << error.message();
    }
  }
}

TEST(PlainWords, NameUnknownCodePointsByTheirNumber) {
  EXPECT_EQ(title_of(static_cast<HandshakeType>(77)), "handshake message 77");
  EXPECT_EQ(meaning_of(static_cast<CipherSuite>(0x1a1a)), "");
}

}  // namespace
}  // namespace keyway::explain
