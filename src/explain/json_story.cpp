#include "explain/json_story.hpp"

namespace keyway::explain {

void JsonStory::take(const Step& step) {
  Json entry = {{"step", step.kind}, {"headline", step.headline}};
  if (step.took) entry["microseconds"] = static_cast<double>(step.took->count()) / 1000.0;
  entry.update(step.data);
  steps_.push_back(std::move(entry));
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace keyway::explain
