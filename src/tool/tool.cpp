#include "tool/tool.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "core/text.hpp"

namespace keyway::tool {

Style Style::of(std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): read once, at start
  const char* terminal = std::getenv("TERM");      // NOLINT(concurrency-mt-unsafe): read once, at start
  // https://no-color.org: set and not empty.
  if (no_color != nullptr && *no_color != '\0') return Style(false);
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return Style(false);
  return Style(::isatty(::fileno(stream)) == 1);
}

std::string Style::wrap(std::string_view code, std::string_view text) const {
  if (!colour_) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string describe(const Style& style, const Error& error) {
  std::string text = fmt::format("{} {}\n", style.red("keyway:"), printable(error.message(), 1000));
  if (!error.advice().empty()) text += fmt::format("        {}\n", printable(error.advice(), 1000));
  return text;
}

int report(const ToolContext& context, const Error& error) {
  fmt::print(stderr, "{}", describe(context.err, error));
  return static_cast<int>(exit_code_for(error));
}

void note(const ToolContext& context, std::string_view text) {
  fmt::print(stderr, "{} {}\n", context.err.dim("keyway:"), text);
}

void warn(const ToolContext& context, std::string_view text) {
  fmt::print(stderr, "{} {}\n", context.err.yellow("keyway: warning:"), text);
}

Result<void> finish_output() {
  const bool flushed = std::fflush(stdout) == 0;
  const int cause = errno;
  if (flushed && std::ferror(stdout) == 0) return {};
  const auto code = cause == ENOSPC ? ErrorCode::DiskFull : ErrorCode::FileUnwritable;
  return std::unexpected(fail(code).at("standard output").received(std::generic_category().message(cause)));
}

}  // namespace keyway::tool
