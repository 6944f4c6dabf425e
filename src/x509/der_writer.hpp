#pragma once

#include <cstdint>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>

namespace keyway::x509 {

/// Writes DER (X.690) to the end of a buffer that the caller keeps. Nesting follows the code: what `body()` writes
/// becomes the contents of the element.
class DerWriter {
 public:
  explicit DerWriter(Bytes& out) noexcept : out_(&out) {}

  // Identifier octets (X.690 8.1.2) of the universal types that X.509 uses.
  static constexpr std::uint8_t boolean_tag = 0x01;
  static constexpr std::uint8_t integer_tag = 0x02;
  static constexpr std::uint8_t bit_string_tag = 0x03;
  static constexpr std::uint8_t octet_string_tag = 0x04;
  static constexpr std::uint8_t null_tag = 0x05;
  static constexpr std::uint8_t oid_tag = 0x06;
  static constexpr std::uint8_t enumerated_tag = 0x0a;
  static constexpr std::uint8_t utf8_string_tag = 0x0c;
  static constexpr std::uint8_t printable_string_tag = 0x13;
  static constexpr std::uint8_t ia5_string_tag = 0x16;
  static constexpr std::uint8_t utc_time_tag = 0x17;
  static constexpr std::uint8_t generalized_time_tag = 0x18;
  static constexpr std::uint8_t sequence_tag = 0x30;
  static constexpr std::uint8_t set_tag = 0x31;

  /// One element with these identifier octets around whatever `body()` writes.
  template <typename Body>
    requires requires(Body& body) { body(); }
  void element(std::uint8_t tag, Body&& body) {
    const std::size_t contents = open(tag);
    body();
    close(contents);
  }
  void element(std::uint8_t tag, ByteView contents);

  template <typename Body>
  void sequence(Body&& body) {
    element(sequence_tag, body);
  }
  /// The caller writes the members of a SET OF in DER's order (X.690 11.6).
  template <typename Body>
  void set(Body&& body) {
    element(set_tag, body);
  }

  /// `[number]`, constructed: EXPLICIT around an element, or IMPLICIT in place of a SEQUENCE. `number` is below 31.
  template <typename Body>
  void context(std::uint8_t number, Body&& body) {
    element(static_cast<std::uint8_t>(0xa0U | number), body);
  }
  /// `[number] IMPLICIT` of a primitive type. `number` is below 31.
  void context_primitive(std::uint8_t number, ByteView contents) {
    element(static_cast<std::uint8_t>(0x80U | number), contents);
  }

  void boolean(bool value);
  void null() { element(null_tag, ByteView{}); }
  void integer(std::uint64_t value);
  /// A non-negative INTEGER from its big-endian bytes; leading zeros are dropped, one is put where the sign needs it.
  void integer_bytes(ByteView magnitude);
  void enumerated(std::uint8_t value);

  /// From dotted decimal text, which is the program's own: two arcs or more, digits and dots alone.
  void oid(std::string_view dotted);
  void oid_contents(ByteView contents) { element(oid_tag, contents); }

  void octet_string(ByteView contents) { element(octet_string_tag, contents); }
  /// An OCTET STRING around the DER that `body()` writes.
  template <typename Body>
    requires requires(Body& body) { body(); }
  void octet_string(Body&& body) {
    element(octet_string_tag, body);
  }
  /// A BIT STRING of whole bytes.
  void bit_string(ByteView contents);
  /// A BIT STRING with named bits: bit n of `bits` is the type's bit n; trailing zeros are cut (X.690 11.2.2).
  void named_bits(std::uint16_t bits);

  void utf8_string(std::string_view text) { element(utf8_string_tag, as_bytes(text)); }
  void printable_string(std::string_view text) { element(printable_string_tag, as_bytes(text)); }
  void ia5_string(std::string_view text) { element(ia5_string_tag, as_bytes(text)); }

  /// RFC 5280 4.1.2.5: UTCTime through the year 2049, GeneralizedTime from 2050 on and before 1950. The year is from
  /// 0 to 9999.
  void time(Time at);

  /// GeneralizedTime, whatever the year: OCSP's (RFC 6960 4.2.2.1).
  void generalized_time(Time at);

  /// An element that is encoded already.
  void raw(ByteView der) { append(der); }

 private:
  [[nodiscard]] std::size_t open(std::uint8_t tag);
  void close(std::size_t contents);
  void append(ByteView data) { out_->insert(out_->end(), data.begin(), data.end()); }
  void decimal(unsigned value, unsigned digits);
  void time_element(Time at, bool two_digits);

  Bytes* out_;
};

/// What `body(writer)` writes, as bytes.
template <typename Body>
[[nodiscard]] Bytes encode_der(Body&& body) {
  Bytes out;
  DerWriter writer(out);
  body(writer);
  return out;
}

}  // namespace keyway::x509
