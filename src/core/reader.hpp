#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway {

/// Reads TLS's presentation language (RFC 8446 3) from bytes that somebody else owns, never past their end.
///
/// The first failure sticks: from then on the reader is empty and every read gives zeros, so a codec reads field
/// after field and asks once, at finish(), whether all was well. Nothing read counts before finish() has said yes.
class Reader {
 public:
  /// `where` names what is read, for errors: "ServerHello". It must outlive the reader.
  Reader(ByteView data, std::string_view where) noexcept : rest_(data), where_(where) {}

  [[nodiscard]] bool ok() const noexcept { return failure_ == Failure::none; }
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

  [[nodiscard]] std::uint8_t u8(std::string_view field) noexcept { return static_cast<std::uint8_t>(number(1, field)); }
  [[nodiscard]] std::uint16_t u16(std::string_view field) noexcept {
    return static_cast<std::uint16_t>(number(2, field));
  }
  [[nodiscard]] std::uint32_t u24(std::string_view field) noexcept {
    return static_cast<std::uint32_t>(number(3, field));
  }
  [[nodiscard]] std::uint32_t u32(std::string_view field) noexcept {
    return static_cast<std::uint32_t>(number(4, field));
  }
  [[nodiscard]] std::uint64_t u64(std::string_view field) noexcept { return number(8, field); }

  /// An enum with the wire width of its underlying type.
  template <typename E>
  [[nodiscard]] E value(std::string_view field) noexcept {
    return static_cast<E>(number(sizeof(E), field));
  }

  /// A byte that is 0 or 1. Of formats of our own: TLS has none.
  [[nodiscard]] bool boolean(std::string_view field) noexcept {
    const std::uint8_t value = u8(field);
    if (value > 1) reject(ErrorCode::InvalidValue, field);
    return value == 1;
  }

  /// Exactly `size` bytes.
  [[nodiscard]] ByteView bytes(std::size_t size, std::string_view field) noexcept {
    if (rest_.size() < size) {
      stop(Failure::truncated, field, size);
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  template <std::size_t Size>
  [[nodiscard]] std::array<std::uint8_t, Size> array(std::string_view field) noexcept {
    std::array<std::uint8_t, Size> out{};
    const ByteView taken = bytes(Size, field);
    for (std::size_t i = 0; i < taken.size(); ++i) out[i] = taken[i];
    return out;
  }

  /// Everything that is left.
  [[nodiscard]] ByteView rest() noexcept { return bytes(rest_.size(), {}); }

  /// `opaque field<min..max>` with a length of 1, 2 or 3 bytes.
  [[nodiscard]] ByteView vector8(std::string_view field, std::size_t min = 0, std::size_t max = 0xff) noexcept {
    return prefixed(1, field, min, max);
  }
  [[nodiscard]] ByteView vector16(std::string_view field, std::size_t min = 0, std::size_t max = 0xffff) noexcept {
    return prefixed(2, field, min, max);
  }
  [[nodiscard]] ByteView vector24(std::string_view field, std::size_t min = 0, std::size_t max = 0xffffff) noexcept {
    return prefixed(3, field, min, max);
  }

  /// For a codec's own checks: fails the reader at `field` as `code`.
  [[gnu::cold]] void reject(ErrorCode code, std::string_view field) noexcept {
    if (!ok()) return;
    own_code_ = code;
    stop(Failure::own, field, 0);
  }

  /// The verdict over everything read so far, bytes left over included: TrailingData.
  [[nodiscard]] Result<void> finish() const;

  /// The verdict over everything read so far; what is left does not matter.
  [[nodiscard]] Result<void> check() const;

 private:
  enum class Failure : std::uint8_t { none, truncated, length, own };

  [[nodiscard]] std::uint64_t number(std::size_t size, std::string_view field) noexcept {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes(size, field)) value = (value << 8U) | byte;
    return value;
  }

  [[nodiscard]] ByteView prefixed(std::size_t prefix, std::string_view field, std::size_t min,
                                  std::size_t max) noexcept {
    const auto size = static_cast<std::size_t>(number(prefix, field));
    if (!ok()) return {};
    if (size < min || size > max) {
      stop(Failure::length, field, size);
      return {};
    }
    return bytes(size, field);
  }

  [[gnu::cold]] void stop(Failure failure, std::string_view field, std::size_t wanted) noexcept {
    if (!ok()) return;
    failure_ = failure;
    field_ = field;
    wanted_ = wanted;
    left_ = rest_.size();
    rest_ = {};
  }

  ByteView rest_;
  std::string_view where_;
  std::string_view field_;
  std::size_t wanted_ = 0;
  std::size_t left_ = 0;
  ErrorCode own_code_{};
  Failure failure_ = Failure::none;
};

}  // namespace keyway
