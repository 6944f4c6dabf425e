#include "tool/demo_audience.hpp"

#include <fmt/format.h>

namespace keyway::tool {

void Audience::finish(bool good) {
  if (is_json_) fmt::print("{}", explain::json_text({{"ok", good}, {"steps", json_.steps()}}));
}

}  // namespace keyway::tool
