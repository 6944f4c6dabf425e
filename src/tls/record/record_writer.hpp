#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "tls/record/protection.hpp"
#include "tls/record/protection_tls12.hpp"

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
      : padding_(padding) {
    set_max_fragment(max_fragment);
  }

  void set_protection(ProtectionTls13 protection) noexcept {
    protection_ = std::move(protection);
    apply_protected_limit();
  }
  void set_protection(ProtectionTls12 protection) noexcept {
    protection_ = std::move(protection);
    apply_protected_limit();
  }
  /// Back to records in the clear: a client whose early data was refused by a HelloRetryRequest.
  void clear_protection() noexcept { protection_ = PlaintextProtection(); }
  void set_record_version(ProtocolVersion version) noexcept;  ///< for plaintext records alone
  /// The most content of a record, in bytes, padding included; cut to 1 … 2^14.
  void set_max_fragment(std::size_t size) noexcept;
  /// The same for protected records alone, now or once there is protection: the smaller of the two holds.
  void limit_protected(std::size_t size) noexcept;
  /// New keys of TLS 1.3 are due after this many records, if not sooner for the AEAD's sake; 0: for its sake alone.
  void set_max_records_per_key(std::uint64_t records) noexcept { max_records_per_key_ = records; }
  [[nodiscard]] bool is_protected() const noexcept { return !std::holds_alternative<PlaintextProtection>(protection_); }
  /// Of the next record; 0 without protection.
  [[nodiscard]] std::uint64_t sequence_number() const noexcept;
  [[nodiscard]] std::size_t max_fragment() const noexcept { return max_fragment_; }
  [[nodiscard]] std::size_t max_protected() const noexcept { return max_protected_; }
  /// Never with TLS 1.2, which has no way to change keys.
  [[nodiscard]] bool needs_key_update() const noexcept;

  /// Writes `data`, of any length, as records at the end of `out`. For handshake messages, alerts and
  /// ChangeCipherSpec (which is never protected: RFC 8446 5). Errors: NotReady for application data without
  /// protection; those of ProtectionTls13::seal.
  [[nodiscard]] Result<void> append(ContentType type, ByteView data, Bytes& out);

  /// What a call of seal() has taken and made.
  struct Sealed {
    std::size_t consumed = 0;  ///< bytes of the input's concatenation
    std::size_t written = 0;   ///< bytes of `out`
  };
  /// Encrypts as much of the concatenation of `parts` as fits into `out`, as whole records of application data,
  /// straight from the caller's bytes. Stops early when new keys are due (then maybe with nothing taken: see
  /// needs_key_update()). More than ProtectionTls13::max_parts parts in one record's reach make smaller records.
  /// Errors: NotReady without protection; OutputTooSmall when not even one byte fits; those of ProtectionTls13::seal.
  [[nodiscard]] Result<Sealed> seal(std::span<const ByteView> parts, ByteSpan out);

  /// Bytes of output that `size` bytes of application data need in one call of seal(), from up to
  /// ProtectionTls13::max_parts parts a record.
  [[nodiscard]] std::size_t sealed_size(std::size_t size) const noexcept;

 private:
  [[nodiscard]] bool is_due(const ProtectionTls13& protection) const noexcept {
    return protection.needs_key_update() ||
           (max_records_per_key_ != 0 && protection.sequence_number() >= max_records_per_key_);
  }
  [[nodiscard]] static bool is_due(const ProtectionTls12& /*protection*/) noexcept { return false; }
  void apply_protected_limit() noexcept {
    if (is_protected()) max_fragment_ = std::min(max_fragment_, max_protected_);
  }
  [[nodiscard]] std::size_t padding_for(std::size_t content) const noexcept;
  /// Bytes that a record has beside content and padding, under the protection in force.
  [[nodiscard]] std::size_t overhead() const noexcept;
  /// How much of `wanted` goes into a record for which there are `room` bytes of output; 0 when none does.
  [[nodiscard]] std::size_t content_for(std::size_t wanted, std::size_t room) const noexcept;
  template <typename Protection>
  [[nodiscard]] Result<void> append_protected(Protection& protection, ContentType type, ByteView data,
                                              Bytes& out) const;
  template <typename Protection>
  [[nodiscard]] Result<Sealed> seal_with(Protection& protection, std::span<const ByteView> parts, ByteSpan out) const;
  template <std::size_t MaxParts, typename Protection>
  [[nodiscard]] Result<Sealed> seal_gathered(Protection& protection, std::span<const ByteView> parts,
                                             ByteSpan out) const;
  [[nodiscard]] ProtocolVersion plaintext_version() const noexcept;

  Protection protection_;
  PaddingPolicy padding_;
  std::size_t max_fragment_ = max_plaintext_fragment;
  std::size_t max_protected_ = max_plaintext_fragment;
  std::uint64_t max_records_per_key_ = 0;
};

}  // namespace keyway::tls
