#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace keyway::crypto::libcrypto {

/// Scratch objects that are costly to make and that one thread at a time may use. Thread-safe; the lock is held for
/// the move of a pointer. Nothing secret may stay in them.
template <typename T>
class Pool {
 public:
  Pool() { items_.reserve(max_kept); }

  /// One that is nobody else's now; null where none waits to be used again.
  [[nodiscard]] std::unique_ptr<T> take() noexcept {
    const std::scoped_lock lock(mutex_);
    if (items_.empty()) return nullptr;
    std::unique_ptr<T> item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

  void give_back(std::unique_ptr<T> item) noexcept {
    const std::scoped_lock lock(mutex_);
    if (items_.size() < max_kept) items_.push_back(std::move(item));
  }

 private:
  static constexpr std::size_t max_kept = 64;
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> items_;
};

}  // namespace keyway::crypto::libcrypto
