#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include "explain/json_story.hpp"
#include "explain/story.hpp"
#include "explain/terminal.hpp"

namespace keyway::tool {

/// Where a demo's story goes: to a reader, or into one JSON document.
class Audience {
 public:
  Audience(bool is_json, bool has_colour) : is_json_(is_json), terminal_(stdout, {.colour = has_colour}) {}

  [[nodiscard]] explain::StepSink& sink() noexcept {
    if (is_json_) return json_;
    return terminal_;
  }
  void take(const explain::Step& step) { sink().take(step); }
  // For readers alone:
  void section(std::string_view title) {
    if (!is_json_) terminal_.section(title);
  }
  void paragraph(std::string_view text) {
    if (!is_json_) terminal_.paragraph(text);
  }
  void verbatim(std::string_view text) {
    if (!is_json_) terminal_.verbatim(text);
  }
  /// The end of the JSON document.
  void finish(bool good);

 private:
  bool is_json_;
  explain::Terminal terminal_;
  explain::JsonStory json_;
};

/// Measures what is done between two looks.
class Lap {
 public:
  [[nodiscard]] std::chrono::nanoseconds take() noexcept {
    const std::chrono::nanoseconds at = stopwatch_.elapsed();
    return at - std::exchange(last_, at);
  }

 private:
  explain::SteadyStopwatch stopwatch_;
  std::chrono::nanoseconds last_ = stopwatch_.elapsed();
};

}  // namespace keyway::tool
