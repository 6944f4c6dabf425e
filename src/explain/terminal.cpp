#include "explain/terminal.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/plain_words.hpp"

namespace keyway::explain {
namespace {

constexpr std::size_t number_width = 4;
constexpr std::size_t unlimited = 1U << 20U;

/// Columns that UTF-8 text takes; every character counts as one, which holds for what is printed here.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

[[nodiscard]] std::string_view colour_of(Tone tone) noexcept {
  switch (tone) {
    case Tone::good:
      return "32";
    case Tone::warning:
      return "33";
    case Tone::bad:
      return "1;31";
    case Tone::aside:
      return "2";
    case Tone::plain:
      return {};
  }
  return {};
}

[[nodiscard]] std::string paint(std::string_view text, std::string_view code, const Layout& layout) {
  if (!layout.colour || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

[[nodiscard]] std::string spaces(std::size_t count) {
  return std::string(count, ' ');
}

[[nodiscard]] std::string headline(const Step& step, const Layout& layout, std::size_t number) {
  const std::size_t indent = layout.numbers ? number_width : 0;
  const std::string time = step.took ? duration_text(*step.took) : std::string();
  const std::size_t reserved = time.empty() ? 0 : std::max<std::size_t>(columns(time) + 2, 10);
  const auto lines = wrap_words(printable(step.headline, unlimited), layout.width - indent - reserved);
  const std::string_view code = step.tone == Tone::plain ? std::string_view("1") : colour_of(step.tone);

  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string mark = i == 0 && number > 0 ? fmt::format("{:>2}", number) : std::string();
    text += paint(mark, "2", layout) + spaces(indent - std::min(indent, columns(mark)));
    text += paint(lines[i], code, layout);
    if (i == 0 && !time.empty()) {
      text += spaces(layout.width - indent - columns(lines[i]) - columns(time)) + paint(time, "2", layout);
    }
    text += "\n";
  }
  return text;
}

[[nodiscard]] std::string fact_lines(const Fact& fact, const Layout& layout) {
  const std::size_t indent = (layout.numbers ? number_width : 0) + 2;
  const std::size_t left = indent + layout.label_width;
  const std::string label = printable(fact.label, unlimited);
  const auto lines = wrap_words(printable(fact.text, unlimited), layout.width - left);

  std::string text;
  const bool label_fits = columns(label) < layout.label_width;
  if (!label_fits) text += spaces(indent) + label + "\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool with_label = i == 0 && label_fits;
    text += spaces(indent) + (with_label ? label : std::string());
    text += spaces(layout.label_width - (with_label ? columns(label) : 0));
    text += paint(lines[i], colour_of(fact.tone), layout) + "\n";
  }
  return text;
}

}  // namespace

std::vector<std::string> wrap_words(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && columns(line) + 1 + columns(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string render(const Step& step, const Layout& layout, std::size_t number) {
  Layout sane = layout;
  sane.width = std::max<std::size_t>(layout.width, 60);
  std::string text = headline(step, sane, sane.numbers ? number : 0);
  for (const Fact& fact : step.facts) {
    if (fact.tone == Tone::aside && !sane.asides) continue;
    text += fact_lines(fact, sane);
  }
  return text;
}

void Terminal::put(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
}

void Terminal::take(const Step& step) {
  put(render(step, layout_, ++count_) + "\n");
}

void Terminal::section(std::string_view title) {
  const std::size_t used = columns(title) + 4;
  std::string rule = "── " + std::string(title) + " ";
  for (std::size_t i = used; i < layout_.width; ++i) rule += "─";
  put(paint(rule, "1", layout_) + "\n\n");
}

void Terminal::paragraph(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap_words(text, layout_.width)) lines += line + "\n";
  put(lines + "\n");
}

void Terminal::verbatim(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines += "  " + printable(text.substr(0, end), unlimited);
    lines += "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  put(lines + "\n");
}

}  // namespace keyway::explain
