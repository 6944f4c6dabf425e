#pragma once
/// \file
/// The frame that every sub-command shares. A command lives in a file of its own and is added to the parser by one
/// function, `void add_…_command(CLI::App& app, ToolContext& context)`, which
///
///  - makes the sub-command with its options (kept alive in a shared_ptr that the callback holds),
///  - sets `command->footer("Examples:\n  keyway …")`,
///  - and in `command->callback(…)` sets `context.run` to what is to be done. That runs once, after the whole command
///    line has been found right, and returns the exit code: ok(), or report(context, error).

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include <keyway/error.hpp>

#include "tool/exit_codes.hpp"

namespace CLI {
class App;
}

namespace keyway::tool {

/// Colours for one stream; plain text where it is not a terminal, or NO_COLOR is set.
class Style {
 public:
  Style() = default;
  explicit Style(bool colour) noexcept : colour_(colour) {}
  [[nodiscard]] static Style of(std::FILE* stream);

  [[nodiscard]] bool has_colour() const noexcept { return colour_; }
  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("1;31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }
  [[nodiscard]] std::string blue(std::string_view text) const { return wrap("36", text); }

 private:
  [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;
  bool colour_ = false;
};

struct ToolContext {
  Style out;                     ///< of standard output, which holds results alone
  Style err;                     ///< of standard error, which holds everything else
  bool err_is_terminal = false;  ///< progress may be drawn on it
  std::function<int()> run;      ///< what the chosen sub-command does
};

[[nodiscard]] inline int ok() noexcept {
  return static_cast<int>(ExitCode::ok);
}

/// Tells an error to people, on standard error: one line with what and where, then the advice, indented. Returns the
/// exit code for it.
[[nodiscard]] int report(const ToolContext& context, const Error& error);
/// The same two lines, as text; without a colour when `style` has none.
[[nodiscard]] std::string describe(const Style& style, const Error& error);
/// A remark on standard error that is not an error.
void note(const ToolContext& context, std::string_view text);
void warn(const ToolContext& context, std::string_view text);

/// Flushes standard output. Errors: DiskFull or FileUnwritable, where what was printed did not arrive.
[[nodiscard]] Result<void> finish_output();

}  // namespace keyway::tool
