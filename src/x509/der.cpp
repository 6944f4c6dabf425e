#include "x509/der.hpp"

#include <string>

namespace keyway::x509::der {
namespace {

constexpr std::uint8_t max_depth = 24;

/// Two decimal digits at `at`; -1 for anything else.
int two_digits(ByteView text, std::size_t at) noexcept {
  const int high = text[at] - '0';
  const int low = text[at + 1] - '0';
  if (high < 0 || high > 9 || low < 0 || low > 9) return -1;
  return high * 10 + low;
}

/// MMDDHHMMSSZ from `at` on; nothing where it is no moment.
std::optional<Time> moment(int year, ByteView text, std::size_t at) noexcept {
  using namespace std::chrono;
  const int month_number = two_digits(text, at);
  const int day_number = two_digits(text, at + 2);
  const int hour = two_digits(text, at + 4);
  const int minute = two_digits(text, at + 6);
  const int second = two_digits(text, at + 8);
  if (text[at + 10] != 'Z' || month_number < 1 || day_number < 1) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  const year_month_day date{std::chrono::year(year), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

}  // namespace

std::string_view describe(Problem problem) noexcept {
  switch (problem) {
    case Problem::none:
      return "nothing is wrong";
    case Problem::truncated:
      return "it claims more bytes than there are";
    case Problem::long_tag:
      return "a tag of more than one byte";
    case Problem::indefinite_length:
      return "an indefinite length, which is BER";
    case Problem::long_length:
      return "a length that is not in its shortest form";
    case Problem::wrong_tag:
      return "an element of another type stands in its place";
    case Problem::trailing:
      return "bytes follow its last field";
    case Problem::nesting:
      return "nested too deeply";
    case Problem::bad_boolean:
      return "a BOOLEAN that is neither 00 nor FF";
    case Problem::bad_integer:
      return "an INTEGER that is not in its shortest form or out of range";
    case Problem::bad_bit_string:
      return "a BIT STRING whose unused bits are wrong";
    case Problem::bad_identifier:
      return "a malformed OBJECT IDENTIFIER";
    case Problem::bad_null:
      return "a NULL that is not empty";
    case Problem::bad_time:
      return "not a moment in the form of RFC 5280 4.1.2.5";
    case Problem::own:
      return "a rule of the format is broken";
  }
  return "unknown";
}

Error Status::error(std::string_view where, ErrorCode own_code) const {
  auto code = ErrorCode::InvalidDer;
  if (problem_ == Problem::own) code = own_code;
  if (problem_ == Problem::bad_time) code = ErrorCode::InvalidTime;
  std::string place(where);
  if (!field_.empty()) place.append(", ").append(field_);
  return fail(code).at(place).received(text_.empty() ? describe(problem_) : text_);
}

Element Reader::any(std::string_view field) noexcept {
  if (!ok()) return {};
  const auto stop = [&](Problem problem) {
    status_->stop(problem, field);
    return Element{};
  };
  if (rest_.size() < 2) return stop(Problem::truncated);
  const std::uint8_t tag = rest_[0];
  if ((tag & 0x1fU) == 0x1fU) return stop(Problem::long_tag);

  std::size_t length = rest_[1];
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t octets = length & 0x7fU;
    if (octets == 0) return stop(Problem::indefinite_length);
    if (octets > 4) return stop(Problem::long_length);
    if (rest_.size() < 2 + octets) return stop(Problem::truncated);
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8U | rest_[2 + i];
    header += octets;
    const bool minimal = length >= 0x80 && (length >> (8U * (octets - 1))) != 0;
    if (!minimal) return stop(Problem::long_length);
  }
  if (rest_.size() - header < length) return stop(Problem::truncated);
  const Element found{static_cast<Tag>(tag), rest_.first(header + length), rest_.subspan(header, length)};
  rest_ = rest_.subspan(header + length);
  return found;
}

Element Reader::element(Tag tag, std::string_view field) noexcept {
  if (!ok()) return {};
  if (rest_.empty()) {
    status_->stop(Problem::truncated, field);
    return {};
  }
  if (rest_.front() != static_cast<std::uint8_t>(tag)) {
    status_->stop(Problem::wrong_tag, field);
    return {};
  }
  return any(field);
}

Reader Reader::enter(Tag tag, std::string_view field) noexcept {
  const ByteView inside = contents(tag, field);
  if (depth_ >= max_depth) status_->stop(Problem::nesting, field);
  return {inside, *status_, static_cast<std::uint8_t>(depth_ + 1)};
}

bool Reader::boolean_contents(ByteView contents, std::string_view field) noexcept {
  if (!ok()) return false;
  if (contents.size() != 1 || (contents[0] != 0 && contents[0] != 0xff)) {
    status_->stop(Problem::bad_boolean, field);
    return false;
  }
  return contents[0] != 0;
}

ByteView Reader::integer_contents(ByteView contents, std::string_view field) noexcept {
  if (!ok()) return {};
  const bool padded =
      contents.size() > 1 && ((contents[0] == 0 && contents[1] < 0x80) || (contents[0] == 0xff && contents[1] >= 0x80));
  if (contents.empty() || padded) {
    status_->stop(Problem::bad_integer, field);
    return {};
  }
  return contents;
}

std::uint32_t Reader::small(ByteView contents, std::string_view field) noexcept {
  if (!ok()) return 0;
  if (contents.empty() || contents.size() > 4 || contents[0] >= 0x80) {
    status_->stop(Problem::bad_integer, field);
    return 0;
  }
  std::uint32_t value = 0;
  for (const std::uint8_t byte : contents) value = value << 8U | byte;
  return value;
}

ByteView Reader::bit_string(std::string_view field) noexcept {
  const ByteView inside = contents(Tag::bit_string, field);
  if (!ok()) return {};
  if (inside.empty() || inside[0] != 0) {
    status_->stop(Problem::bad_bit_string, field);
    return {};
  }
  return inside.subspan(1);
}

std::uint16_t Reader::named_bits_contents(ByteView contents, std::string_view field) noexcept {
  if (!ok()) return 0;
  const auto refuse = [&]() -> std::uint16_t {
    status_->stop(Problem::bad_bit_string, field);
    return 0;
  };
  if (contents.empty() || contents.size() > 3) return refuse();
  const unsigned unused = contents[0];
  if (unused > 7 || (contents.size() == 1 && unused != 0)) return refuse();
  std::uint16_t bits = 0;
  for (std::size_t i = 0; i + 1 < contents.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const bool set = (contents[i + 1] >> (7U - bit) & 1U) != 0;
      if (set) bits = static_cast<std::uint16_t>(bits | 1U << (8U * i + bit));
    }
  }
  if (contents.size() > 1 && (contents.back() & ((1U << unused) - 1U)) != 0) return refuse();
  // X.690 11.2.2: with named bits, trailing zeros are cut off.
  if (contents.size() > 1 && (contents.back() >> unused & 1U) == 0) return refuse();
  return bits;
}

bool is_identifier(ByteView contents) noexcept {
  if (contents.empty() || contents.size() > max_identifier_size || contents.back() >= 0x80) return false;
  bool starts_arc = true;
  for (const std::uint8_t byte : contents) {
    if (starts_arc && byte == 0x80) return false;
    starts_arc = byte < 0x80;
  }
  return true;
}

ByteView Reader::identifier(std::string_view field) noexcept {
  const ByteView inside = contents(Tag::object_identifier, field);
  if (ok() && !is_identifier(inside)) status_->stop(Problem::bad_identifier, field);
  return ok() ? inside : ByteView{};
}

void Reader::null(std::string_view field) noexcept {
  const ByteView inside = contents(Tag::null, field);
  if (ok() && !inside.empty()) status_->stop(Problem::bad_null, field);
}

Time Reader::time(std::string_view field) noexcept {
  const Element found = any(field);
  if (!ok()) return {};
  const ByteView text = found.contents;
  std::optional<Time> at;
  if (found.tag == Tag::utc_time && text.size() == 13) {
    const int two = two_digits(text, 0);
    if (two >= 0) at = moment(two >= 50 ? 1900 + two : 2000 + two, text, 2);
  } else if (found.tag == Tag::generalized_time && text.size() == 15) {
    const int century = two_digits(text, 0);
    const int two = two_digits(text, 2);
    if (century >= 0 && two >= 0) at = moment(century * 100 + two, text, 4);
  }
  if (!at) status_->stop(Problem::bad_time, field);
  return at.value_or(Time{});
}

}  // namespace keyway::x509::der
