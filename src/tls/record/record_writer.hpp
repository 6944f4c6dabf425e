#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <variant>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "tls/record/protection.hpp"

namespace keyway::tls {

/// How much padding records get (RFC 8446 5.4).
struct PaddingPolicy {
  /// Inner plaintexts are padded up to a multiple of this many bytes (within the record limit); 0 or 1: none.
  std::size_t block = 0;
};

/// The sending half of the record layer: fragments, pads and protects. Owns no buffer.
class RecordWriter {
 public:
  explicit RecordWriter(PaddingPolicy padding, std::size_t max_fragment = max_plaintext_fragment) noexcept
      : padding_(padding), max_fragment_(max_fragment) {}

  void set_protection(ProtectionTls13 protection) noexcept { protection_ = std::move(protection); }
  void set_record_version(ProtocolVersion version) noexcept;  ///< for plaintext records alone
  void set_max_fragment(std::size_t size) noexcept { max_fragment_ = size; }
  [[nodiscard]] bool is_protected() const noexcept { return std::holds_alternative<ProtectionTls13>(protection_); }
  [[nodiscard]] bool needs_key_update() const noexcept;

  /// Writes `data`, of any length, as records at the end of `out`. For handshake messages, alerts and
  /// ChangeCipherSpec (which is never protected: RFC 8446 5).
  [[nodiscard]] Result<void> append(ContentType type, ByteView data, Bytes& out);

  /// What a call of seal() has taken and made.
  struct Sealed {
    std::size_t consumed = 0;  ///< bytes of the input's concatenation
    std::size_t written = 0;   ///< bytes of `out`
  };
  /// Encrypts as much of the concatenation of `parts` as fits into `out`, as whole records of application data,
  /// straight from the caller's bytes. Stops early when new keys are due. Errors: NotReady without protection;
  /// OutputTooSmall when not even one byte fits.
  [[nodiscard]] Result<Sealed> seal(std::span<const ByteView> parts, ByteSpan out);

  /// Bytes of output that `size` bytes of application data need at most.
  [[nodiscard]] std::size_t sealed_size(std::size_t size) const noexcept;

 private:
  [[nodiscard]] std::size_t padding_for(std::size_t content) const noexcept;

  std::variant<PlaintextProtection, ProtectionTls13> protection_;
  PaddingPolicy padding_;
  std::size_t max_fragment_;
};

}  // namespace keyway::tls
