#include <keyway/early_data.hpp>

#include <mutex>
#include <string>
#include <unordered_map>

#include "core/text.hpp"
#include "tls/session/recency_map.hpp"

namespace keyway {

std::string_view to_string(EarlyData outcome) noexcept {
  switch (outcome) {
    case EarlyData::off:
      return "off";
    case EarlyData::no_session:
      return "no_session";
    case EarlyData::not_in_session:
      return "not_in_session";
    case EarlyData::not_in_version:
      return "not_in_version";
    case EarlyData::not_offered:
      return "not_offered";
    case EarlyData::not_for_protocol:
      return "not_for_protocol";
    case EarlyData::offered:
      return "offered";
    case EarlyData::accepted:
      return "accepted";
    case EarlyData::session_refused:
      return "session_refused";
    case EarlyData::retried:
      return "retried";
    case EarlyData::not_fresh:
      return "not_fresh";
    case EarlyData::seen_before:
      return "seen_before";
    case EarlyData::other_protocol:
      return "other_protocol";
    case EarlyData::declined:
      return "declined";
  }
  return "unknown";
}

bool is_refused(EarlyData outcome) noexcept {
  return outcome >= EarlyData::session_refused;
}

/// Some of the keys, with a lock of their own.
struct InMemorySingleUseStore::Part {
  std::mutex mutex;
  std::unordered_map<std::string, Time, tls::HashOfText, std::equal_to<>> until;
  Time next_sweep{};

  /// Forgets what may be forgotten, at most once a second: a flood does not make each use cost a whole sweep.
  void sweep(Time now) {
    if (now < next_sweep) return;
    next_sweep = now + std::chrono::seconds(1);
    std::erase_if(until, [&](const auto& entry) { return entry.second < now; });
  }
};

InMemorySingleUseStore::InMemorySingleUseStore(Time now, std::size_t capacity)
    : parts_(tls::StoreShape::of(capacity).parts), per_part_(tls::StoreShape::of(capacity).per_part), since_(now) {
  for (auto& part : parts_) part = std::make_unique<Part>();
}
InMemorySingleUseStore::~InMemorySingleUseStore() = default;

bool InMemorySingleUseStore::use(ByteView key, Time now, Time until) {
  const std::string_view text = as_text(key);
  Part& part = *parts_[tls::StoreShape{parts_.size(), per_part_}.part_of(text)];
  const std::scoped_lock lock(part.mutex);
  const auto known = part.until.find(text);
  if (known != part.until.end() && now <= known->second) return false;
  if (known == part.until.end() && part.until.size() >= per_part_) {
    part.sweep(now);
    if (part.until.size() >= per_part_) return false;
  }
  part.until.insert_or_assign(std::string(text), until);
  return true;
}

std::size_t InMemorySingleUseStore::size() const {
  std::size_t count = 0;
  for (const auto& part : parts_) {
    const std::scoped_lock lock(part->mutex);
    count += part->until.size();
  }
  return count;
}

}  // namespace keyway
