#pragma once

#include <cstdint>

namespace keyway::bench {

/// What a stretch of code took from the heap, in bytes that malloc really gave (malloc_usable_size).
struct HeapUse {
  std::int64_t live = 0;  ///< taken less given back; below zero where more was given back
  std::int64_t peak = 0;  ///< the most that `live` was
  std::uint64_t allocations = 0;
};

/// While it lives, every allocation of this thread, whoever makes it, is booked. An inner scope stands in for the outer
/// one.
class HeapScope {
 public:
  /// Null: nothing is booked.
  explicit HeapScope(HeapUse* use) noexcept;
  HeapScope(const HeapScope&) = delete;
  HeapScope& operator=(const HeapScope&) = delete;
  ~HeapScope();

 private:
  HeapUse* outer_;
};

}  // namespace keyway::bench
