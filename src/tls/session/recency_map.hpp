#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace keyway::tls {

struct HashOfText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

/// A map that knows which of its keys was used last and which was not for longest. Not thread-safe.
template <typename Value>
class RecencyMap {
 public:
  /// The value under `key`; null when there is none. Does not count as a use.
  [[nodiscard]] Value* find(std::string_view key) {
    const auto entry = entries_.find(key);
    return entry == entries_.end() ? nullptr : &entry->second.value;
  }

  /// The value under `key`, an empty one where there was none, as the one used last.
  [[nodiscard]] Value& use(std::string_view key) {
    auto entry = entries_.find(key);
    if (entry == entries_.end()) {
      entry = entries_.emplace(std::string(key), Entry{}).first;
      entry->second.place = by_use_.insert(by_use_.begin(), std::string_view(entry->first));
    } else {
      by_use_.splice(by_use_.begin(), by_use_, entry->second.place);
    }
    return entry->second.value;
  }

  void erase(std::string_view key) {
    const auto entry = entries_.find(key);
    if (entry == entries_.end()) return;
    by_use_.erase(entry->second.place);
    entries_.erase(entry);
  }

  /// The key that was not used for longest. The map is not empty.
  [[nodiscard]] std::string_view oldest() const { return by_use_.back(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    Value value;
    std::list<std::string_view>::iterator place;
  };
  std::unordered_map<std::string, Entry, HashOfText, std::equal_to<>> entries_;
  std::list<std::string_view> by_use_;  ///< views of the entries' keys, the latest used first
};

/// How a store is cut into parts with a lock each.
struct StoreShape {
  std::size_t parts = 1;
  std::size_t per_part = 1;

  /// A part with room for few would forget too early what falls into it by chance.
  [[nodiscard]] static StoreShape of(std::size_t capacity) noexcept {
    constexpr std::size_t max_parts = 16;
    constexpr std::size_t min_part_capacity = 16;
    const std::size_t parts = std::clamp(capacity / min_part_capacity, std::size_t{1}, max_parts);
    return {parts, std::max(capacity / parts, std::size_t{1})};
  }
  /// The part that `key` belongs to. The low bits choose the bucket within it: these are others.
  [[nodiscard]] std::size_t part_of(std::string_view key) const noexcept { return (HashOfText()(key) >> 16U) % parts; }
};

}  // namespace keyway::tls
