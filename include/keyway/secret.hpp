#pragma once
/// \file
/// Secrets live in types that wipe themselves and can't be printed or compared by accident.

#include <array>
#include <cstddef>
#include <cstdint>

#include <keyway/bytes.hpp>

namespace keyway {

/// Overwrites `bytes` with zeros in a way that no optimiser removes.
void wipe(ByteSpan bytes) noexcept;

/// Compares without telling by its time where the difference lies. The lengths are public:
/// different lengths are unequal at once.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b) noexcept;

/// Up to `Capacity` secret bytes, held in place, wiped when they go and when they are moved from.
/// Move-only, so that each copy of a secret is a visible `clone()`. There is no operator==: compare
/// with equal_in_constant_time().
template <std::size_t Capacity>
class SecretBuffer {
 public:
  SecretBuffer() noexcept = default;

  /// Makes room for `size` bytes, all zero. `size` above the capacity is cut to it.
  explicit SecretBuffer(std::size_t size) noexcept : size_(size < Capacity ? size : Capacity) {}

  /// Copies `bytes` in. What is beyond the capacity is left out.
  explicit SecretBuffer(ByteView bytes) noexcept : SecretBuffer(bytes.size()) {
    for (std::size_t i = 0; i < size_; ++i) bytes_[i] = bytes[i];
  }

  SecretBuffer(const SecretBuffer&) = delete;
  SecretBuffer& operator=(const SecretBuffer&) = delete;

  SecretBuffer(SecretBuffer&& other) noexcept : bytes_(other.bytes_), size_(other.size_) { other.clear(); }
  SecretBuffer& operator=(SecretBuffer&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      size_ = other.size_;
      other.clear();
    }
    return *this;
  }

  ~SecretBuffer() { wipe(bytes_); }

  /// A second copy, asked for by name.
  [[nodiscard]] SecretBuffer clone() const noexcept { return SecretBuffer(view()); }

  [[nodiscard]] ByteView view() const noexcept { return ByteView(bytes_).first(size_); }
  [[nodiscard]] ByteSpan span() noexcept { return ByteSpan(bytes_).first(size_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] static constexpr std::size_t capacity() noexcept { return Capacity; }

  /// Sets the size; bytes that come into view are zero. `size` above the capacity is cut to it.
  void resize(std::size_t size) noexcept {
    const std::size_t wanted = size < Capacity ? size : Capacity;
    if (wanted < size_) wipe(span().subspan(wanted));
    size_ = wanted;
  }

  /// Wipes all bytes and sets the size to zero.
  void clear() noexcept {
    wipe(bytes_);
    size_ = 0;
  }

 private:
  std::array<std::uint8_t, Capacity> bytes_{};
  std::size_t size_ = 0;
};

/// One output of a hash, at most SHA-512's: traffic secrets, HMAC keys, resumption secrets.
using HashSecret = SecretBuffer<64>;

}  // namespace keyway
