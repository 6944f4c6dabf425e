#include "x509/der_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace keyway::x509 {
namespace {

/// Base 128, most significant group first, all but the last with the top bit set (X.690 8.19.2).
void append_arc(Bytes& out, std::uint64_t arc) {
  std::size_t groups = 1;
  for (std::uint64_t rest = arc >> 7U; rest != 0; rest >>= 7U) ++groups;
  for (std::size_t i = groups; i-- > 0;) {
    const auto group = static_cast<std::uint8_t>(arc >> (7U * i) & 0x7fU);
    out.push_back(i == 0 ? group : static_cast<std::uint8_t>(group | 0x80U));
  }
}

std::uint64_t take_arc(std::string_view& text) {
  std::uint64_t arc = 0;
  std::size_t used = 0;
  while (used < text.size() && text[used] != '.') arc = arc * 10 + static_cast<std::uint64_t>(text[used++] - '0');
  text.remove_prefix(std::min(used + 1, text.size()));
  return arc;
}

}  // namespace

void DerWriter::element(std::uint8_t tag, ByteView contents) {
  element(tag, [&] { append(contents); });
}

std::size_t DerWriter::open(std::uint8_t tag) {
  out_->push_back(tag);
  return out_->size();
}

void DerWriter::close(std::size_t contents) {
  const std::size_t length = out_->size() - contents;
  Bytes octets;
  if (length < 0x80) {
    octets.push_back(static_cast<std::uint8_t>(length));
  } else {
    for (std::size_t rest = length; rest != 0; rest >>= 8U) octets.push_back(static_cast<std::uint8_t>(rest));
    octets.push_back(static_cast<std::uint8_t>(0x80U | octets.size()));
    std::ranges::reverse(octets);
  }
  out_->insert(out_->begin() + static_cast<std::ptrdiff_t>(contents), octets.begin(), octets.end());
}

void DerWriter::boolean(bool value) {
  const std::array<std::uint8_t, 1> contents{value ? std::uint8_t{0xff} : std::uint8_t{0}};
  element(boolean_tag, contents);
}

void DerWriter::integer(std::uint64_t value) {
  std::array<std::uint8_t, 8> magnitude{};
  for (std::size_t i = 0; i < magnitude.size(); ++i) {
    magnitude[i] = static_cast<std::uint8_t>(value >> (8U * (magnitude.size() - 1 - i)));
  }
  integer_bytes(magnitude);
}

void DerWriter::integer_bytes(ByteView magnitude) {
  while (!magnitude.empty() && magnitude.front() == 0) magnitude = magnitude.subspan(1);
  element(integer_tag, [&] {
    if (magnitude.empty() || magnitude.front() >= 0x80) out_->push_back(0);
    append(magnitude);
  });
}

void DerWriter::enumerated(std::uint8_t value) {
  element(enumerated_tag, [&] {
    if (value >= 0x80) out_->push_back(0);
    out_->push_back(value);
  });
}

void DerWriter::oid(std::string_view dotted) {
  element(oid_tag, [&] {
    std::string_view rest = dotted;
    const std::uint64_t first = take_arc(rest);
    append_arc(*out_, first * 40 + take_arc(rest));
    while (!rest.empty()) append_arc(*out_, take_arc(rest));
  });
}

void DerWriter::bit_string(ByteView contents) {
  element(bit_string_tag, [&] {
    out_->push_back(0);
    append(contents);
  });
}

void DerWriter::named_bits(std::uint16_t bits) {
  element(bit_string_tag, [&] {
    std::array<std::uint8_t, 2> octets{};
    std::size_t used = 0;
    for (std::size_t bit = 0; bit < 16; ++bit) {
      if ((bits >> bit & 1U) == 0) continue;
      auto& octet = octets.at(bit / 8);
      octet = static_cast<std::uint8_t>(octet | 0x80U >> bit % 8);
      used = bit + 1;
    }
    out_->push_back(static_cast<std::uint8_t>((8 - used % 8) % 8));
    append(ByteView(octets).first((used + 7) / 8));
  });
}

void DerWriter::decimal(unsigned value, unsigned digits) {
  std::array<std::uint8_t, 4> text{};
  for (std::size_t i = digits; i-- > 0; value /= 10) text.at(i) = static_cast<std::uint8_t>('0' + value % 10);
  append(ByteView(text).first(digits));
}

void DerWriter::time(Time at) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(at));
  const int year = static_cast<int>(date.year());
  time_element(at, year >= 1950 && year <= 2049);
}

void DerWriter::generalized_time(Time at) {
  time_element(at, /*two_digits=*/false);
}

void DerWriter::time_element(Time at, bool two_digits) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  element(two_digits ? utc_time_tag : generalized_time_tag, [&] {
    if (two_digits) {
      decimal(year % 100, 2);
    } else {
      decimal(year, 4);
    }
    decimal(static_cast<unsigned>(date.month()), 2);
    decimal(static_cast<unsigned>(date.day()), 2);
    decimal(static_cast<unsigned>(clock.hours().count()), 2);
    decimal(static_cast<unsigned>(clock.minutes().count()), 2);
    decimal(static_cast<unsigned>(clock.seconds().count()), 2);
    out_->push_back('Z');
  });
}

}  // namespace keyway::x509
