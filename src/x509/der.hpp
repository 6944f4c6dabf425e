#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/error.hpp>

namespace keyway::x509::der {

/// The identifier octets that X.509 uses. All are of one byte: longer ones are refused.
enum class Tag : std::uint8_t {
  boolean = 0x01,
  integer = 0x02,
  bit_string = 0x03,
  octet_string = 0x04,
  null = 0x05,
  object_identifier = 0x06,
  enumerated = 0x0a,
  utf8_string = 0x0c,
  numeric_string = 0x12,
  printable_string = 0x13,
  teletex_string = 0x14,
  ia5_string = 0x16,
  utc_time = 0x17,
  generalized_time = 0x18,
  visible_string = 0x1a,
  universal_string = 0x1c,
  bmp_string = 0x1e,
  sequence = 0x30,
  set = 0x31,
};

/// Context-specific tags: [n] IMPLICIT of a primitive type, and [n] of a constructed one.
[[nodiscard]] constexpr Tag context(std::uint8_t number) noexcept {
  return static_cast<Tag>(0x80U | number);
}
[[nodiscard]] constexpr Tag constructed(std::uint8_t number) noexcept {
  return static_cast<Tag>(0xa0U | number);
}

/// What is wrong with some DER.
enum class Problem : std::uint8_t {
  none,
  truncated,          ///< an element claims more bytes than there are
  long_tag,           ///< a tag number above 30
  indefinite_length,  ///< BER's indefinite form
  long_length,        ///< a length that is not minimal, or of more than 4 bytes
  wrong_tag,
  trailing,        ///< bytes after the last field
  nesting,         ///< deeper than anything of X.509
  bad_boolean,     ///< neither 00 nor ff
  bad_integer,     ///< empty or not minimal
  bad_bit_string,  ///< unused bits out of range or not zero
  bad_identifier,  ///< an OBJECT IDENTIFIER that is empty, over-long or not minimal
  bad_null,
  bad_time,  ///< not RFC 5280 4.1.2.5's form, or no such day
  own,       ///< a rule of the format that is read, not of DER
};
[[nodiscard]] std::string_view describe(Problem problem) noexcept;

/// The first failure of a parse; every Reader of one parse shares it. It sticks: from then on every reader of the
/// parse is empty and gives zeros, so a parser reads field after field and asks once, at the end.
class Status {
 public:
  [[nodiscard]] bool ok() const noexcept { return problem_ == Problem::none; }
  [[nodiscard]] Problem problem() const noexcept { return problem_; }
  [[nodiscard]] std::string_view field() const noexcept { return field_; }

  /// Keeps the first failure. `field` and `text` must live as long as the program: they are literals.
  [[gnu::cold]] void stop(Problem problem, std::string_view field, std::string_view text = {}) noexcept {
    if (!ok()) return;
    problem_ = problem;
    field_ = field;
    text_ = text;
  }
  /// A rule of the format that is broken: "serialNumber", "longer than 20 bytes".
  [[gnu::cold]] void reject(std::string_view field, std::string_view text) noexcept { stop(Problem::own, field, text); }

  /// The failure as an error: InvalidDer, InvalidTime, or `own_code` where a rule of the format was broken.
  [[nodiscard]] Error error(std::string_view where, ErrorCode own_code) const;

 private:
  Problem problem_ = Problem::none;
  std::string_view field_;
  std::string_view text_;
};

[[nodiscard]] inline bool same_bytes(ByteView a, ByteView b) noexcept {
  return std::ranges::equal(a, b);
}

/// One element: identifier, length and contents.
struct Element {
  Tag tag = Tag::null;
  ByteView whole;     ///< header included
  ByteView contents;  ///< without the header
};

/// An OBJECT IDENTIFIER longer than this is refused (CVE-2023-2650: quadratic printing).
inline constexpr std::size_t max_identifier_size = 64;

/// Reads DER (X.690 10, 11) from bytes that somebody else owns, never past their end. Views only; no allocation.
class Reader {
 public:
  Reader(ByteView data, Status& status) noexcept : rest_(data), status_(&status) {}

  [[nodiscard]] bool ok() const noexcept { return status_->ok(); }
  /// True at the end, and after a failure: loops over elements end by themselves.
  [[nodiscard]] bool empty() const noexcept { return rest_.empty() || !status_->ok(); }
  [[nodiscard]] bool next_is(Tag tag) const noexcept {
    return !empty() && rest_.front() == static_cast<std::uint8_t>(tag);
  }
  [[nodiscard]] Status& status() const noexcept { return *status_; }

  /// The next element, whatever it is.
  [[nodiscard]] Element any(std::string_view field) noexcept;
  /// The next element, which must have this tag.
  [[nodiscard]] Element element(Tag tag, std::string_view field) noexcept;
  /// Its contents.
  [[nodiscard]] ByteView contents(Tag tag, std::string_view field) noexcept {
    // Most elements of a certificate are short, and are what is expected.
    const bool is_plain = next_is(tag) && rest_.size() >= 2 && rest_[1] < 0x80 && rest_.size() - 2 >= rest_[1];
    if (!is_plain) return element(tag, field).contents;
    const ByteView inside = rest_.subspan(2, rest_[1]);
    rest_ = rest_.subspan(std::size_t{2} + rest_[1]);
    return inside;
  }
  /// A reader of its contents: for SEQUENCE, SET and explicit tags.
  [[nodiscard]] Reader enter(Tag tag, std::string_view field) noexcept;

  [[nodiscard]] bool boolean(std::string_view field) noexcept {
    return boolean_contents(contents(Tag::boolean, field), field);
  }
  /// The contents octets of a minimal INTEGER; at least one.
  [[nodiscard]] ByteView integer(std::string_view field) noexcept {
    return integer_contents(contents(Tag::integer, field), field);
  }
  /// An INTEGER of 0 to 2^31-1.
  [[nodiscard]] std::uint32_t small_integer(std::string_view field) noexcept { return small(integer(field), field); }
  /// A BIT STRING of whole bytes.
  [[nodiscard]] ByteView bit_string(std::string_view field) noexcept;
  /// A BIT STRING with named bits; bit n of the result is the string's bit n. At most 16 bits.
  [[nodiscard]] std::uint16_t named_bits(std::string_view field) noexcept {
    return named_bits_contents(contents(Tag::bit_string, field), field);
  }
  [[nodiscard]] ByteView identifier(std::string_view field) noexcept;
  void null(std::string_view field) noexcept;
  /// UTCTime or GeneralizedTime in the forms of RFC 5280 4.1.2.5: seconds present, `Z`, no fraction.
  [[nodiscard]] Time time(std::string_view field) noexcept;

  /// The same for contents that stand under an implicit tag.
  [[nodiscard]] bool boolean_contents(ByteView contents, std::string_view field) noexcept;
  [[nodiscard]] ByteView integer_contents(ByteView contents, std::string_view field) noexcept;
  [[nodiscard]] std::uint32_t small(ByteView contents, std::string_view field) noexcept;
  [[nodiscard]] std::uint16_t named_bits_contents(ByteView contents, std::string_view field) noexcept;

  /// Nothing may be left.
  void end(std::string_view field) noexcept {
    if (ok() && !rest_.empty()) status_->stop(Problem::trailing, field);
  }

 private:
  Reader(ByteView data, Status& status, std::uint8_t depth) noexcept : rest_(data), status_(&status), depth_(depth) {}

  ByteView rest_;
  Status* status_;
  std::uint8_t depth_ = 0;
};

/// True for the contents octets of an OBJECT IDENTIFIER with whole, minimal arcs.
[[nodiscard]] bool is_identifier(ByteView contents) noexcept;

}  // namespace keyway::x509::der
