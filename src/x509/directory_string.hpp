#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <keyway/bytes.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// Goes through the characters of an attribute's value (RFC 5280 4.1.2.4's string types), without allocating.
class Characters {
 public:
  explicit Characters(const der::Element& value) noexcept : tag_(value.tag), rest_(value.contents) {}

  /// The next character; nothing at the end and where the text is malformed (then malformed() tells).
  [[nodiscard]] std::optional<char32_t> next() noexcept;
  [[nodiscard]] bool malformed() const noexcept { return malformed_; }

 private:
  [[nodiscard]] std::optional<char32_t> next_utf8() noexcept;
  [[nodiscard]] std::optional<char32_t> next_wide(std::size_t size) noexcept;
  std::optional<char32_t> stop() noexcept;

  der::Tag tag_;
  ByteView rest_;
  bool malformed_ = false;
};

/// The same, made ready to compare (RFC 5280 7.1, RFC 4518 2.6.1): ASCII letters in lower case, spaces at the ends
/// gone, runs of spaces as one.
class ComparableCharacters {
 public:
  explicit ComparableCharacters(const der::Element& value) noexcept : characters_(value) {}
  [[nodiscard]] std::optional<char32_t> next() noexcept;
  [[nodiscard]] bool malformed() const noexcept { return characters_.malformed(); }

 private:
  Characters characters_;
  std::optional<char32_t> held_;
  bool started_ = false;
};

/// True for the types that RFC 5280 7.1 compares as text; all others compare byte for byte.
[[nodiscard]] bool compares_as_text(der::Tag tag) noexcept;

/// The value as UTF-8, as it stands; malformed or foreign types come out as `#` and the hexadecimal of their DER.
[[nodiscard]] std::string to_utf8(const der::Element& value);

}  // namespace keyway::x509
