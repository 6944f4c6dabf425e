#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace keyway::interop {

/// How a program ended, and all that it printed.
struct Outcome {
  int exit_code = -1;  ///< -1: killed, or out of time
  std::string out;     ///< stdout and stderr, as they came
};
/// True when it printed `text`.
[[nodiscard]] bool has(const Outcome& outcome, std::string_view text);

/// A program that runs beside the test. Killed when it goes out of scope.
class Process {
 public:
  struct Options {
    std::string input = {};                               ///< given on stdin, which then ends
    bool keep_input_open = false;                         ///< stdin stays open; write with say()
    std::map<std::string, std::string> environment = {};  ///< beside the test's own
  };

  explicit Process(const std::vector<std::string>& command) : Process(command, Options{}) {}
  Process(const std::vector<std::string>& command, const Options& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// More input.
  void say(std::string_view text);
  void end_input();
  /// Reads until the output has `text`; false when the program ends or time runs out first.
  bool wait_for(std::string_view text, std::chrono::seconds at_most = std::chrono::seconds(20));
  /// Waits a little for output and takes what comes; false when there will be no more.
  bool read_some(std::chrono::milliseconds at_most);
  /// Waits for the end.
  Outcome finish(std::chrono::seconds at_most = std::chrono::seconds(30));
  void stop(int signal);
  [[nodiscard]] const std::string& output() const noexcept { return output_; }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string output_;
};

/// Runs a program to its end.
Outcome run(const std::vector<std::string>& command, const Process::Options& options = {},
            std::chrono::seconds at_most = std::chrono::seconds(30));

/// True when the program is on the PATH.
[[nodiscard]] bool has_program(const std::string& name);

/// A TCP port of 127.0.0.1 that nobody listens on just now.
[[nodiscard]] std::uint16_t free_port();
/// Waits until somebody listens.
[[nodiscard]] bool wait_for_port(std::uint16_t port, std::chrono::seconds at_most = std::chrono::seconds(20));

}  // namespace keyway::interop

/// Leaves a test as skipped when a peer is not on this machine.
#define KEYWAY_REQUIRE_PROGRAM(name)                                                                \
  do {                                                                                              \
    if (!::keyway::interop::has_program(name)) GTEST_SKIP() << (name) << " is not on this machine"; \
  } while (false)
