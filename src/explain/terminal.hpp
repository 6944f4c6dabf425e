#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "explain/story.hpp"

namespace keyway::explain {

/// How steps are laid out.
struct Layout {
  std::size_t width = 96;  ///< columns, 60 at least
  bool colour = false;
  bool numbers = true;  ///< of the steps
  bool asides = true;   ///< facts of Tone::aside
  std::size_t label_width = 20;
};

/// Steps as text for a terminal: a headline, then facts, indented. Control characters from outside come out escaped.
class Terminal final : public StepSink {
 public:
  explicit Terminal(std::FILE* stream, Layout layout = {}) noexcept : stream_(stream), layout_(layout) {}

  void take(const Step& step) override;

  /// A title between groups of steps; numbers go on.
  void section(std::string_view title);
  /// A paragraph of prose, wrapped.
  void paragraph(std::string_view text);
  /// Text as it is, each line indented.
  void verbatim(std::string_view text);

 private:
  void put(std::string_view text);
  std::FILE* stream_;
  Layout layout_;
  std::size_t count_ = 0;
};

/// One step as text, newline at the end. `number` 0: none.
[[nodiscard]] std::string render(const Step& step, const Layout& layout, std::size_t number = 0);

/// `text` broken at spaces into lines of at most `width` columns; a longer word stands alone on its line.
[[nodiscard]] std::vector<std::string> wrap_words(std::string_view text, std::size_t width);

}  // namespace keyway::explain
