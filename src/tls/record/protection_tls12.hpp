#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "tls/record/protection.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/suites.hpp"

namespace keyway::tls {

/// TLS 1.2's AEAD protection of one direction (RFC 5246 6.2.3.3): key, IV and sequence number. The nonce is the
/// sequence number's alone: with AES-GCM it is also what is sent as the explicit part (RFC 5288 3), so that none is
/// used twice.
class ProtectionTls12 {
 public:
  /// `sequence`: as ProtectionTls13::create() takes it. Errors: the provider's.
  [[nodiscard]] static Result<ProtectionTls12> create(const crypto::Provider& provider, const SuiteTls12& suite,
                                                      const DirectionKeysTls12& keys, std::uint64_t sequence = 0);

  static constexpr std::size_t max_parts = ProtectionTls13::max_parts;

  /// Seals the concatenation of `parts` (at most max_parts, together at most 2^14 bytes) into `out` as a whole
  /// TLSCiphertext, header included. TLS 1.2 has no padding: `padding` is 0. Returns its size. Errors: InvalidArgument,
  /// OutputTooSmall, CryptoFailed, SequenceExhausted: application data stops some records before the AEAD's limit, as
  /// there are no new keys to be had, and alerts still go out.
  [[nodiscard]] Result<std::size_t> seal(ContentType type, std::span<const ByteView> parts, std::size_t padding,
                                         ByteSpan out);

  /// Opens `fragment` in place. `header` is the record_header_size bytes before it, as they came. Errors: BadRecordMac,
  /// InvalidRecordHeader (a version that is not TLS 1.2's), RecordTooLong (plaintext above 2^14), SequenceExhausted.
  [[nodiscard]] Result<OpenedRecord> open(ByteView header, ByteSpan fragment);

  [[nodiscard]] std::uint64_t sequence_number() const noexcept { return sequence_; }
  /// Bytes that protection adds to a fragment, header included.
  [[nodiscard]] std::size_t overhead() const noexcept {
    return record_header_size + explicit_nonce_size() + crypto::aead_tag_size;
  }

 private:
  friend struct ProtectionTls12TestAccess;

  ProtectionTls12(std::unique_ptr<crypto::Aead> aead, const SuiteTls12& suite, ByteView iv) noexcept;
  [[nodiscard]] std::size_t explicit_nonce_size() const noexcept { return sends_nonce_ ? 8 : 0; }
  [[nodiscard]] crypto::Nonce nonce_of(std::uint64_t number) const noexcept;

  std::unique_ptr<crypto::Aead> aead_;
  crypto::Nonce iv_{};  ///< AES-GCM: four bytes and zeros
  std::uint64_t sequence_ = 0;
  std::uint64_t soft_limit_ = 0;  ///< from here on no application data is sealed
  std::uint64_t hard_limit_ = 0;  ///< from here on nothing is
  bool sends_nonce_ = false;
};

/// What a direction's records have around them.
using Protection = std::variant<PlaintextProtection, ProtectionTls13, ProtectionTls12>;
/// Of the next record; 0 without protection.
[[nodiscard]] std::uint64_t sequence_number(const Protection& protection) noexcept;

}  // namespace keyway::tls
