#pragma once

#include <string>

#include "explain/story.hpp"

namespace keyway::explain {

/// Steps as a JSON array: `{"step": kind, "headline": …, "microseconds": …, then the data}` each.
class JsonStory final : public StepSink {
 public:
  void take(const Step& step) override;

  /// All steps so far.
  [[nodiscard]] const Json& steps() const noexcept { return steps_; }

 private:
  Json steps_ = Json::array();
};

/// Indented UTF-8 text with a newline at the end; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_text(const Json& json);

}  // namespace keyway::explain
