#include <deque>
#include <mutex>
#include <utility>

#include <keyway/session.hpp>

#include "tls/session/recency_map.hpp"

namespace keyway {

/// Some of the keys, with a lock of their own.
struct InMemorySessionStore::Part {
  std::mutex mutex;
  tls::RecencyMap<std::deque<StoredSession>> entries;  ///< under each key the newest last; never empty
  std::size_t count = 0;

  void forget_oldest(std::string_view key) {
    auto* sessions = entries.find(key);
    sessions->pop_front();
    --count;
    if (sessions->empty()) entries.erase(key);
  }
};

InMemorySessionStore::InMemorySessionStore(std::size_t capacity, std::size_t per_key)
    : parts_(tls::StoreShape::of(capacity).parts),
      per_part_(tls::StoreShape::of(capacity).per_part),
      per_key_(std::max(per_key, std::size_t{1})) {
  for (auto& part : parts_) part = std::make_unique<Part>();
}
InMemorySessionStore::~InMemorySessionStore() = default;

InMemorySessionStore::Part& InMemorySessionStore::part_of(std::string_view key) const {
  return *parts_[tls::StoreShape{parts_.size(), per_part_}.part_of(key)];
}

void InMemorySessionStore::put(std::string_view key, StoredSession session) {
  if (!session) return;
  Part& part = part_of(key);
  const std::scoped_lock lock(part.mutex);
  auto& sessions = part.entries.use(key);
  sessions.push_back(std::move(session));
  ++part.count;
  if (sessions.size() > per_key_) part.forget_oldest(key);
  while (part.count > per_part_) part.forget_oldest(part.entries.oldest());
}

StoredSession InMemorySessionStore::take(std::string_view key) {
  Part& part = part_of(key);
  const std::scoped_lock lock(part.mutex);
  if (part.entries.find(key) == nullptr) return nullptr;
  auto& sessions = part.entries.use(key);
  StoredSession newest = std::move(sessions.back());
  sessions.pop_back();
  --part.count;
  if (sessions.empty()) part.entries.erase(key);
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
