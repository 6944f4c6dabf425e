#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include <keyway/bytes.hpp>

namespace keyway::tls {

/// A list of code points as it stands on the wire: decoded one by one, never copied. The bytes are a whole number of
/// entries; the codec that made the list has checked that.
template <typename E>
class WireList {
 public:
  WireList() noexcept = default;
  explicit WireList(ByteView bytes) noexcept : bytes_(bytes) {}

  class Iterator {
   public:
    using value_type = E;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    Iterator() noexcept = default;
    explicit Iterator(ByteView rest) noexcept : rest_(rest) {}
    E operator*() const noexcept {
      std::uint64_t value = 0;
      for (const std::uint8_t byte : rest_.first(sizeof(E))) value = (value << 8U) | byte;
      return static_cast<E>(value);
    }
    Iterator& operator++() noexcept {
      rest_ = rest_.subspan(sizeof(E));
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.rest_.size() == b.rest_.size(); }

   private:
    ByteView rest_;
  };

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(bytes_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() / sizeof(E); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] bool contains(E wanted) const noexcept {
    for (const E value : *this) {
      if (value == wanted) return true;
    }
    return false;
  }
  [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }

 private:
  ByteView bytes_;
};

}  // namespace keyway::tls
