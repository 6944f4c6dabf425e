#pragma once

#include <cstddef>
#include <cstdint>

#include <keyway/bytes.hpp>

namespace keyway {

/// Writes TLS's presentation language (RFC 8446 3) to the end of a buffer that the caller keeps.
class Writer {
 public:
  explicit Writer(Bytes& out KEYWAY_LIFETIMEBOUND) noexcept : out_(&out) {}

  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u24(std::uint32_t value) { number(value, 3); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }

  /// An enum with the wire width of its underlying type.
  template <typename E>
  void value(E value) {
    number(static_cast<std::uint64_t>(value), sizeof(E));
  }

  void bytes(ByteView data) { out_->insert(out_->end(), data.begin(), data.end()); }

  /// `opaque<…>` with a length of 1, 2 or 3 bytes before it.
  void vector8(ByteView data) { prefixed(1, [&] { bytes(data); }); }
  void vector16(ByteView data) { prefixed(2, [&] { bytes(data); }); }
  void vector24(ByteView data) { prefixed(3, [&] { bytes(data); }); }

  /// The same around whatever `body()` writes.
  template <typename Body>
  void vector8(Body&& body) requires requires { body(); } { prefixed(1, body); }
  template <typename Body>
  void vector16(Body&& body) requires requires { body(); } { prefixed(2, body); }
  template <typename Body>
  void vector24(Body&& body) requires requires { body(); } { prefixed(3, body); }

  /// False once something did not fit the length field before it: the caller's own data broke a bound.
  [[nodiscard]] bool ok() const noexcept { return ok_; }

  [[nodiscard]] std::size_t size() const noexcept { return out_->size(); }

 private:
  void number(std::uint64_t value, std::size_t size) {
    for (std::size_t i = size; i-- > 0;) out_->push_back(static_cast<std::uint8_t>(value >> (8U * i)));
  }

  template <typename Body>
  void prefixed(std::size_t prefix, Body&& body) {
    const std::size_t at = out_->size();
    out_->resize(at + prefix);
    body();
    const std::size_t length = out_->size() - at - prefix;
    if (length >> (8U * prefix) != 0) ok_ = false;
    for (std::size_t i = 0; i < prefix; ++i) {
      (*out_)[at + i] = static_cast<std::uint8_t>(length >> (8U * (prefix - 1 - i)));
    }
  }

  Bytes* out_;
  bool ok_ = true;
};

}  // namespace keyway
