#pragma once
/// \file
/// Time comes in from outside, so that a whole handshake can run at a fixed moment.

#include <chrono>

namespace keyway {

/// A moment, in whole seconds of UTC: the resolution of X.509 and of ticket lifetimes.
using Time = std::chrono::sys_seconds;

/// Where the library asks for the time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The present moment.
  [[nodiscard]] virtual Time now() const noexcept = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const noexcept override;
};

/// A clock that stands still, for tests and for judging a certificate at another time.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Time at) noexcept : at_(at) {}
  [[nodiscard]] Time now() const noexcept override { return at_; }

 private:
  Time at_;
};

}  // namespace keyway
