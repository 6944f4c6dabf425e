#include "crypto/der.hpp"

namespace keyway::crypto::der {

ByteView Elements::stop() noexcept {
  ok_ = false;
  rest_ = {};
  return {};
}

std::optional<std::size_t> Elements::take_length() noexcept {
  if (rest_.empty()) return std::nullopt;
  const std::uint8_t first = rest_.front();
  rest_ = rest_.subspan(1);
  if (first < 0x80) return first;
  const std::size_t count = first & 0x7fU;
  if (count == 0 || count > 3 || rest_.size() < count || rest_.front() == 0) return std::nullopt;
  std::size_t length = 0;
  for (const std::uint8_t byte : rest_.first(count)) length = (length << 8U) | byte;
  rest_ = rest_.subspan(count);
  if (length < 0x80) return std::nullopt;
  return length;
}

ByteView Elements::take(Tag tag) noexcept {
  if (!next_is(tag)) return stop();
  rest_ = rest_.subspan(1);
  const auto length = take_length();
  if (!length || *length > rest_.size()) return stop();
  const ByteView contents = rest_.first(*length);
  rest_ = rest_.subspan(*length);
  return contents;
}

Elements Elements::enter(Tag tag) noexcept {
  Elements inner(take(tag));
  inner.ok_ = ok_;
  return inner;
}

Elements Elements::enter_last(Tag tag) noexcept {
  Elements inner = enter(tag);
  if (!rest_.empty()) inner.stop();
  return inner;
}

ByteView Elements::take_positive_integer() noexcept {
  const ByteView number = take(Tag::integer);
  if (number.empty() || number.front() >= 0x80) return stop();
  if (number.front() != 0) return number;
  // A zero byte stands in front only of a number that would otherwise read as negative; zero itself is not positive.
  if (number.size() == 1 || number[1] < 0x80) return stop();
  return number.subspan(1);
}

ByteView Elements::take_bit_string() noexcept {
  const ByteView bits = take(Tag::bit_string);
  if (bits.empty() || bits.front() != 0) return stop();
  return bits.subspan(1);
}

}  // namespace keyway::crypto::der
