#include "contest.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace keyway::bench {

Nanoseconds Samples::median() const {
  if (samples_.empty()) return Nanoseconds(0);
  std::vector<Nanoseconds> sorted = samples_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

void give_up(std::string_view why) {
  std::cerr << "keyway-bench: " << why << '\n';
  std::exit(1);
}

}  // namespace keyway::bench
