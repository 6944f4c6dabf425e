#include <mutex>
#include <utility>

#include <keyway/session.hpp>

#include "tls/session/recency_map.hpp"

namespace keyway {

/// Some of the IDs, with a lock of their own.
struct InMemoryServerSessionStore::Part {
  std::mutex mutex;
  tls::RecencyMap<Bytes> entries;
};

InMemoryServerSessionStore::InMemoryServerSessionStore(std::size_t capacity)
    : parts_(tls::StoreShape::of(capacity).parts), per_part_(tls::StoreShape::of(capacity).per_part) {
  for (auto& part : parts_) part = std::make_unique<Part>();
}
InMemoryServerSessionStore::~InMemoryServerSessionStore() = default;

InMemoryServerSessionStore::Part& InMemoryServerSessionStore::part_of(ByteView id) const {
  return *parts_[tls::StoreShape{parts_.size(), per_part_}.part_of(as_text(id))];
}

void InMemoryServerSessionStore::put(ByteView id, Bytes session, Time /*until*/) {
  Part& part = part_of(id);
  const std::scoped_lock lock(part.mutex);
  part.entries.use(as_text(id)) = std::move(session);
  while (part.entries.size() > per_part_) part.entries.erase(part.entries.oldest());
}

std::optional<Bytes> InMemoryServerSessionStore::get(ByteView id) {
  Part& part = part_of(id);
  const std::scoped_lock lock(part.mutex);
  if (part.entries.find(as_text(id)) == nullptr) return std::nullopt;
  return part.entries.use(as_text(id));
}

std::optional<Bytes> InMemoryServerSessionStore::take(ByteView id) {
  Part& part = part_of(id);
  const std::scoped_lock lock(part.mutex);
  Bytes* found = part.entries.find(as_text(id));
  if (found == nullptr) return std::nullopt;
  std::optional<Bytes> session = std::move(*found);
  part.entries.erase(as_text(id));
  return session;
}

std::size_t InMemoryServerSessionStore::size() const {
  std::size_t count = 0;
  for (const auto& part : parts_) {
    const std::scoped_lock lock(part->mutex);
    count += part->entries.size();
  }
  return count;
}

}  // namespace keyway
