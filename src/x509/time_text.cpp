#include "x509/time_text.hpp"

#include <string_view>

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

}  // namespace

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
