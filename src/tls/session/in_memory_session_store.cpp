#include <algorithm>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include <keyway/session.hpp>

namespace keyway {
namespace {

constexpr std::size_t max_parts = 16;
/// A part smaller than this would forget too early what falls into it by chance.
constexpr std::size_t min_part_capacity = 16;

struct HashOfText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

}  // namespace

/// Some of the keys, with a lock of their own.
struct InMemorySessionStore::Part {
  struct Entry {
    std::deque<StoredSession> sessions;             ///< the newest last; never empty
    std::list<std::string_view>::iterator recency;  ///< its place in `by_use`
  };
  std::mutex mutex;
  std::unordered_map<std::string, Entry, HashOfText, std::equal_to<>> entries;
  std::list<std::string_view> by_use;  ///< views of the entries' keys, the latest used first
  std::size_t count = 0;

  void forget_oldest(decltype(entries)::iterator entry) {
    entry->second.sessions.pop_front();
    --count;
    if (entry->second.sessions.empty()) erase(entry);
  }
  void erase(decltype(entries)::iterator entry) {
    by_use.erase(entry->second.recency);
    entries.erase(entry);
  }
};

InMemorySessionStore::InMemorySessionStore(std::size_t capacity, std::size_t per_key)
    : parts_(std::clamp(capacity / min_part_capacity, std::size_t{1}, max_parts)),
      per_part_(std::max(capacity / parts_.size(), std::size_t{1})),
      per_key_(std::max(per_key, std::size_t{1})) {
  for (auto& part : parts_) part = std::make_unique<Part>();
}
InMemorySessionStore::~InMemorySessionStore() = default;

InMemorySessionStore::Part& InMemorySessionStore::part_of(std::string_view key) const {
  // The low bits choose the bucket within a part: take others.
  return *parts_[(HashOfText()(key) >> 16U) % parts_.size()];
}

void InMemorySessionStore::put(std::string_view key, StoredSession session) {
  if (!session) return;
  Part& part = part_of(key);
  const std::scoped_lock lock(part.mutex);
  auto entry = part.entries.find(key);
  if (entry == part.entries.end()) {
    entry = part.entries.emplace(std::string(key), Part::Entry{}).first;
    entry->second.recency = part.by_use.insert(part.by_use.begin(), std::string_view(entry->first));
  } else {
    part.by_use.splice(part.by_use.begin(), part.by_use, entry->second.recency);
  }
  entry->second.sessions.push_back(std::move(session));
  ++part.count;
  if (entry->second.sessions.size() > per_key_) part.forget_oldest(entry);
  while (part.count > per_part_) part.forget_oldest(part.entries.find(part.by_use.back()));
}

StoredSession InMemorySessionStore::take(std::string_view key) {
  Part& part = part_of(key);
  const std::scoped_lock lock(part.mutex);
  const auto entry = part.entries.find(key);
  if (entry == part.entries.end()) return nullptr;
  StoredSession newest = std::move(entry->second.sessions.back());
  entry->second.sessions.pop_back();
  --part.count;
  if (entry->second.sessions.empty()) {
    part.erase(entry);
  } else {
    part.by_use.splice(part.by_use.begin(), part.by_use, entry->second.recency);
  }
  return newest;
}

std::size_t InMemorySessionStore::size() const {
  std::size_t count = 0;
  for (const auto& part : parts_) {
    const std::scoped_lock lock(part->mutex);
    count += part->count;
  }
  return count;
}

}  // namespace keyway
