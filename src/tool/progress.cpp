#include "tool/progress.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace keyway::tool {
namespace {

[[nodiscard]] std::string size_text(double bytes) {
  constexpr std::array<std::string_view, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} {}", bytes, units.at(unit)) : fmt::format("{:.1f} {}", bytes, units.at(unit));
}

}  // namespace

Progress::~Progress() {
  if (is_drawn_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::advance(std::uint64_t bytes) {
  done_ += bytes;
  if (!is_shown_) return;
  const auto now = Clock::now();
  if (now - drawn_at_ < std::chrono::milliseconds(200)) return;
  drawn_at_ = now;
  is_drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double done = static_cast<double>(done_);
  std::string text = size_text(done);
  if (size_ && *size_ != 0) {
    const double whole = static_cast<double>(*size_);
    text += fmt::format(" of {} ({:.0f} %)", size_text(whole), 100 * done / whole);
  }
  fmt::print(stderr, "\r{}, {}/s\x1b[K", text, size_text(done / seconds));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace keyway::tool
