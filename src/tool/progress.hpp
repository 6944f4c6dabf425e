#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace keyway::tool {

/// A line on standard error that tells how far a download is; appears after a second, is wiped at the end.
class Progress {
 public:
  explicit Progress(bool is_shown) noexcept : is_shown_(is_shown) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void expect(std::optional<std::uint64_t> size) noexcept { size_ = size; }
  void advance(std::uint64_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  bool is_shown_;
  bool is_drawn_ = false;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> size_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_at_ = start_ + std::chrono::milliseconds(800);
};

}  // namespace keyway::tool
