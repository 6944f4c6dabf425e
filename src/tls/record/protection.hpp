#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "tls/schedule/key_schedule.hpp"
#include "tls/suites.hpp"
#include "tls/wire/record.hpp"

namespace keyway::tls {

/// No protection yet: TLSPlaintext (RFC 8446 5.1).
struct PlaintextProtection {
  /// The record version that goes out: TLS 1.0 on a first ClientHello, else TLS 1.2 (RFC 8446 5.1).
  ProtocolVersion record_version = ProtocolVersion::TLS1_2;
};

/// What was inside a record.
struct OpenedRecord {
  ContentType type{};
  ByteSpan content;  ///< in the caller's buffer
};

/// TLS 1.3's protection of one direction (RFC 8446 5.2, 5.3): key, IV and sequence number. A nonce is the sequence
/// number's alone and the number only goes up, so none is used twice.
class ProtectionTls13 {
 public:
  /// `sequence`: of the next record; other than 0 only where somebody else has protected those before. Errors: the
  /// provider's.
  [[nodiscard]] static Result<ProtectionTls13> create(const crypto::Provider& provider, const SuiteTls13& suite,
                                                      const TrafficSecret& secret, std::uint64_t sequence = 0);

  /// The most parts that one record is gathered from.
  static constexpr std::size_t max_parts = 16;

  /// Seals one TLSInnerPlaintext: the concatenation of `parts` (at most max_parts of them, content and padding at most
  /// 2^14 bytes), `type`, and `padding` zeros, into `out` as a whole TLSCiphertext, header included. Returns its size.
  /// Nothing is copied beforehand. Errors: InvalidArgument, OutputTooSmall, SequenceExhausted (the AEAD's limit is
  /// reached, or the numbers are), CryptoFailed.
  [[nodiscard]] Result<std::size_t> seal(ContentType type, std::span<const ByteView> parts, std::size_t padding,
                                         ByteSpan out);

  using Opened = OpenedRecord;
  /// Opens `fragment` in place. `header` is the record_header_size bytes before it, as they came. Errors: BadRecordMac,
  /// NoContentType, RecordTooLong (inner plaintext above 2^14 + 1), SequenceExhausted.
  [[nodiscard]] Result<Opened> open(ByteView header, ByteSpan fragment);

  [[nodiscard]] std::uint64_t sequence_number() const noexcept { return sequence_; }
  /// True when the AEAD's limit is near and new keys are due (RFC 8446 5.5). Some records are left then, for alerts
  /// and the KeyUpdate.
  [[nodiscard]] bool needs_key_update() const noexcept { return sequence_ >= soft_limit_; }
  /// Bytes that protection adds to a fragment without padding, header included.
  static constexpr std::size_t overhead = record_header_size + 1 + crypto::aead_tag_size;

 private:
  friend struct ProtectionTls13TestAccess;

  ProtectionTls13(std::unique_ptr<crypto::Aead> aead, const crypto::Nonce& iv, std::uint64_t max_records) noexcept;
  template <std::size_t MaxParts>
  [[nodiscard]] Result<std::size_t> seal_parts(ContentType type, std::span<const ByteView> parts, std::size_t padding,
                                               ByteSpan out);
  [[nodiscard]] Result<std::size_t> seal_inner(std::span<const ByteView> inner, std::size_t inner_size, ByteSpan out);
  void advance_to(std::uint64_t sequence) noexcept;

  std::unique_ptr<crypto::Aead> aead_;
  crypto::Nonce nonce_;  ///< of sequence_
  std::uint64_t sequence_ = 0;
  std::uint64_t soft_limit_ = 0;  ///< from here on new keys are due
  std::uint64_t hard_limit_ = 0;  ///< from here on nothing is sealed
};

}  // namespace keyway::tls
