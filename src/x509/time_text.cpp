#include "x509/time_text.hpp"

#include <chrono>

namespace keyway::x509 {
namespace {

std::string padded(long long value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

std::string counted(long long count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

/// Takes a number of `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) noexcept {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) noexcept {
  using namespace std::chrono;
  const auto year_number = take_number(text, 4);
  const bool has_month = year_number && take(text, '-');
  const auto month_number = has_month ? take_number(text, 2) : std::nullopt;
  const bool has_day = month_number && take(text, '-');
  const auto day_number = has_day ? take_number(text, 2) : std::nullopt;
  if (!day_number) return std::nullopt;
  const year_month_day date{year(*year_number), month(static_cast<unsigned>(*month_number)),
                            day(static_cast<unsigned>(*day_number))};
  if (!date.ok()) return std::nullopt;
  if (text.empty()) return sys_days(date);
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_number(text, 2);
  const auto minute = hour && take(text, ':') ? take_number(text, 2) : std::nullopt;
  const auto second = minute && take(text, ':') ? take_number(text, 2) : std::nullopt;
  if (!second || text != "Z" || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
}

std::string to_text(Time time) {
  using namespace std::chrono;
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return padded(static_cast<int>(date.year()), 4) + "-" + padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2) + " " + padded(clock.hours().count(), 2) + ":" +
         padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + " UTC";
}

std::string length_text(std::chrono::seconds length) {
  using namespace std::chrono;
  const seconds magnitude = length < seconds(0) ? -length : length;
  if (magnitude >= days(1)) return counted(floor<days>(magnitude).count(), "day");
  if (magnitude >= hours(1)) return counted(floor<hours>(magnitude).count(), "hour");
  if (magnitude >= minutes(1)) return counted(floor<minutes>(magnitude).count(), "minute");
  return counted(magnitude.count(), "second");
}

}  // namespace keyway::x509
