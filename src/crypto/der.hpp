#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <keyway/bytes.hpp>

namespace keyway::crypto::der {

enum class Tag : std::uint8_t {
  integer = 0x02,
  bit_string = 0x03,
  null = 0x05,
  object_identifier = 0x06,
  sequence = 0x30,
  explicit_0 = 0xa0,
  explicit_1 = 0xa1,
  explicit_2 = 0xa2,
  explicit_3 = 0xa3,
};

/// The few elements of DER that keys and signatures are made of, taken strictly (X.690 10): definite lengths in
/// their shortest form. Like core's Reader, it remembers that something was wrong; ask finished() at the end.
class Elements {
 public:
  explicit Elements(ByteView der) noexcept : rest_(der) {}

  /// The contents of the next element, which must be of this type.
  ByteView take(Tag tag) noexcept;
  /// The same for a structure.
  Elements enter(Tag tag) noexcept;
  /// The same for a structure that must be all that is left.
  Elements enter_last(Tag tag) noexcept;
  /// True where the next element is of this type.
  [[nodiscard]] bool next_is(Tag tag) const noexcept {
    return !rest_.empty() && rest_.front() == static_cast<std::uint8_t>(tag);
  }
  /// The next element, which must be a positive INTEGER in its shortest form, without its sign byte.
  ByteView take_positive_integer() noexcept;
  /// The next element, which must be a BIT STRING of whole bytes.
  ByteView take_bit_string() noexcept;

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  /// All was well, and nothing is left.
  [[nodiscard]] bool finished() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] bool ok() const noexcept { return ok_; }

 private:
  ByteView stop() noexcept;
  std::optional<std::size_t> take_length() noexcept;

  ByteView rest_;
  bool ok_ = true;
};

}  // namespace keyway::crypto::der
