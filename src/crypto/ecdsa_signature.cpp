#include "crypto/ecdsa_signature.hpp"

#include "crypto/der.hpp"

namespace keyway::crypto {
namespace {

ByteView without_leading_zeros(ByteView number) noexcept {
  while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
  return number;
}

std::size_t content_size(ByteView number) noexcept {
  return number.size() + (number.front() >= 0x80 ? 1 : 0);
}

void append_integer(ByteView number, Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(der::Tag::integer));
  out.push_back(static_cast<std::uint8_t>(content_size(number)));
  if (number.front() >= 0x80) out.push_back(0);
  out.insert(out.end(), number.begin(), number.end());
}

}  // namespace

std::optional<EcdsaSignature> parse_ecdsa_signature(ByteView der) noexcept {
  der::Elements outer(der);
  der::Elements numbers = outer.enter_last(der::Tag::sequence);
  const EcdsaSignature signature{numbers.take_positive_integer(), numbers.take_positive_integer()};
  if (!numbers.finished()) return std::nullopt;
  return signature;
}

void append_ecdsa_signature(ByteView r, ByteView s, Bytes& out) {
  r = without_leading_zeros(r);
  s = without_leading_zeros(s);
  const std::size_t size = 4 + content_size(r) + content_size(s);
  out.reserve(out.size() + 3 + size);
  out.push_back(static_cast<std::uint8_t>(der::Tag::sequence));
  if (size >= 0x80) out.push_back(0x81);
  out.push_back(static_cast<std::uint8_t>(size));
  append_integer(r, out);
  append_integer(s, out);
}

}  // namespace keyway::crypto
