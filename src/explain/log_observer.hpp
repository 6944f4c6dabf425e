#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <keyway/observer.hpp>

namespace keyway::explain {

enum class LogLevel : std::uint8_t { trace, debug, info, warning };

/// One event as one line: "connection 12, server: received client_hello, 517 bytes". Safe to print: what comes from
/// outside is escaped.
struct LogLine {
  LogLevel level = LogLevel::debug;
  std::string text;
};
[[nodiscard]] LogLine log_line(const EventOrigin& origin, const Event& event);

/// Hands each event to a log, as a line. As thread-safe as `write` is: a configuration shares one among connections.
class LogObserver final : public Observer {
 public:
  /// Events below `least` are not even formatted.
  LogObserver(LogLevel least, std::function<void(LogLevel, std::string_view)> write)
      : write_(std::move(write)), least_(least) {}

  void on(const EventOrigin& origin, const Event& event) noexcept override;

 private:
  std::function<void(LogLevel, std::string_view)> write_;
  LogLevel least_;
};

}  // namespace keyway::explain
