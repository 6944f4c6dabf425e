#include "tls/wire/seen_codes.hpp"

#include <algorithm>
#include <span>

namespace keyway::tls {

bool SeenCodes::add(std::uint16_t code) {
  if (code < 64) {
    const std::uint64_t bit = std::uint64_t{1} << code;
    const bool is_new = (low_ & bit) == 0;
    low_ |= bit;
    return is_new;
  }
  if (!many_.empty()) return add_to_many(code);

  const auto seen = std::span(few_).first(count_);
  if (std::ranges::find(seen, code) != seen.end()) return false;
  if (count_ < few_.size()) {
    few_[count_++] = code;
    return true;
  }
  many_.resize(1U << 16U);
  for (const std::uint16_t earlier : few_) many_[earlier] = true;
  return add_to_many(code);
}

bool SeenCodes::add_to_many(std::uint16_t code) {
  const bool is_new = !many_[code];
  many_[code] = true;
  return is_new;
}

}  // namespace keyway::tls
