#pragma once
// Where Asio's buffers (a void pointer and a size) become views, and a vector that does not clear what a read will
// fill.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>

#include <keyway/bytes.hpp>

namespace keyway::asio::detail {

#if defined(__clang__)
#pragma clang unsafe_buffer_usage begin
#endif
// SAFETY: a buffer's pointer and size describe one block of the caller's, which Asio's contract keeps alive for the
// operation.
[[nodiscard]] inline ByteView view_of(const boost::asio::const_buffer& buffer) noexcept {
  return {static_cast<const std::uint8_t*>(buffer.data()), buffer.size()};
}
// SAFETY: as above.
[[nodiscard]] inline ByteSpan span_of(const boost::asio::mutable_buffer& buffer) noexcept {
  return {static_cast<std::uint8_t*>(buffer.data()), buffer.size()};
}
#if defined(__clang__)
#pragma clang unsafe_buffer_usage end
#endif

/// Leaves new elements as they are: what is read into them need not be cleared first.
template <typename T>
struct UninitializedAllocator : std::allocator<T> {
  template <typename U>
  struct rebind {
    using other = UninitializedAllocator<U>;
  };
  template <typename U>
  void construct(U*) noexcept {}
  template <typename U, typename... Args>
  void construct(U* at, Args&&... args) {
    std::construct_at(at, std::forward<Args>(args)...);
  }
};
using Buffer = std::vector<std::uint8_t, UninitializedAllocator<std::uint8_t>>;

/// The parts of a buffer sequence that one operation takes up: at most 64, of at most `limit` bytes together.
template <typename View, typename Sequence>
class Parts {
 public:
  Parts(const Sequence& sequence, std::size_t limit) {
    const std::ranges::subrange buffers(boost::asio::buffer_sequence_begin(sequence),
                                        boost::asio::buffer_sequence_end(sequence));
    for (const auto& part : buffers) {
      if (count_ == views_.size()) return;
      if (size_ == limit) return;
      View view = to_view(part);
      if (view.size() > limit - size_) view = view.first(limit - size_);
      if (view.empty()) continue;
      views_.at(count_++) = view;
      size_ += view.size();
    }
  }
  [[nodiscard]] std::span<const View> views() const noexcept { return std::span(views_).first(count_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  [[nodiscard]] static ByteView to_view(const boost::asio::const_buffer& buffer) noexcept { return view_of(buffer); }
  [[nodiscard]] static ByteSpan to_view(const boost::asio::mutable_buffer& buffer) noexcept { return span_of(buffer); }

  std::array<View, 64> views_{};
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

template <typename Sequence>
using ConstParts = Parts<ByteView, Sequence>;
template <typename Sequence>
using MutableParts = Parts<ByteSpan, Sequence>;

}  // namespace keyway::asio::detail
