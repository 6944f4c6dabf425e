#include <keyway/clock.hpp>

namespace keyway {

Time SystemClock::now() const noexcept {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace keyway
