#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace keyway::tls {

/// Remembers which 16-bit code points stood in a list, to find the one that stands twice. The time for a list is
/// linear in its length, whatever the peer puts there; ordinary lists cost no allocation.
class SeenCodes {
 public:
  /// False when `code` was added before.
  [[nodiscard]] bool add(std::uint16_t code);

 private:
  [[nodiscard]] bool add_to_many(std::uint16_t code);

  std::uint64_t low_ = 0;              ///< a bit for each code below 64: nearly all that are in use
  std::array<std::uint16_t, 16> few_;  ///< the first `count_` codes above, left unset until then
  std::size_t count_ = 0;
  std::vector<bool> many_;  ///< a bit for each code, once there are more than `few_` holds
};

}  // namespace keyway::tls
