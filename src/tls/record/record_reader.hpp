#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "tls/record/protection.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/wire/record.hpp"

namespace keyway::tls {

/// The receiving half of the record layer: splits the caller's buffer into records and decrypts them in place. Owns no
/// buffer. Judges headers, lengths and floods; what may come when is the connection's to say.
class RecordReader {
 public:
  RecordReader() noexcept = default;

  void set_protection(ProtectionTls13 protection) noexcept { protection_ = std::move(protection); }
  void set_protection(ProtectionTls12 protection) noexcept { protection_ = std::move(protection); }
  [[nodiscard]] bool is_protected() const noexcept { return !std::holds_alternative<PlaintextProtection>(protection_); }

  /// While true, a plaintext `change_cipher_spec` record with the byte 1 is allowed: in TLS 1.3 (RFC 8446 5, D.4) from
  /// the first ClientHello to the peer's Finished, to be passed over (a peer has a reason for one; two are borne); in
  /// TLS 1.2 only where it changes the keys. It comes out of next() like any other. Under TLS 1.2's protection none is
  /// allowed.
  void allow_change_cipher_spec(bool allowed) noexcept { ccs_allowed_ = allowed; }
  /// True when one has come.
  [[nodiscard]] bool saw_change_cipher_spec() const noexcept { return ccs_records_ > 0; }
  /// While true, plaintext alerts are taken although protection is set (a client that failed before it had keys).
  void allow_plaintext_alerts(bool allowed) noexcept { plaintext_alerts_allowed_ = allowed; }

  /// The most content and padding of a protected record, in bytes, that the peer has been told; more is RecordTooLong.
  void limit_protected(std::size_t size) noexcept { max_protected_ = size; }

  /// Of the next record; 0 without protection.
  [[nodiscard]] std::uint64_t sequence_number() const noexcept { return tls::sequence_number(protection_); }
  [[nodiscard]] std::size_t max_protected() const noexcept { return max_protected_; }
  /// From the next record on, somebody else takes the protection off: what comes are TLSPlaintext records of what was
  /// inside, to be judged as if they had been opened here.
  void opens_elsewhere() noexcept;
  /// The records of a whole handshake were read by another reader.
  void go_on_after_handshake() noexcept { first_ = ccs_allowed_ = false; }

  /// A server that takes no early data passes over what the client sends of it (RFC 8446 4.2.10): before keys, records
  /// of application data up to the next handshake record; with keys, records that don't decrypt up to the first that
  /// does. At most max_skipped_early_data bytes of them; more is TooMuchEarlyData.
  void skip_early_data() noexcept { early_data_left_ = max_skipped_early_data; }
  /// It takes some after all.
  void take_early_data() noexcept { early_data_left_.reset(); }
  static constexpr std::size_t max_skipped_early_data = 16384;

  struct Incoming {
    bool complete = false;  ///< false: nothing was taken, `needed` more bytes at least make the next step
    bool skipped = false;   ///< early data that nobody wants: there is no content
    std::size_t needed = 0;
    std::size_t consumed = 0;  ///< bytes of the input, when complete
    ContentType type{};
    bool was_protected = false;
    ByteSpan content{};  ///< in the caller's buffer; may be empty for application data
  };
  /// Takes one record off the front of `input`. Errors: NotTls (the first bytes are no TLS at all, with a hint what
  /// they look like: HTTP, SSH, …), InvalidRecordHeader, RecordTooLong, UnexpectedContentType, EmptyRecord,
  /// TooManyEmptyRecords, UnexpectedChangeCipherSpec, InvalidChangeCipherSpec, BadRecordMac, NoContentType,
  /// TooMuchEarlyData.
  [[nodiscard]] Result<Incoming> next(ByteSpan input);

 private:
  [[nodiscard]] Result<void> judge_header(const RecordHeader& header, ByteView input) const;
  [[nodiscard]] Result<void> judge_type(const RecordHeader& header) const;
  [[nodiscard]] Result<Incoming> take_plaintext(const RecordHeader& header, ByteSpan fragment);
  [[nodiscard]] Result<Incoming> take_protected(const RecordHeader& header, ByteView header_bytes, ByteSpan fragment);
  [[nodiscard]] Result<Incoming> skip(const RecordHeader& header);
  /// What was inside a protected record. Errors: EmptyRecord, TooManyEmptyRecords, UnexpectedContentType.
  [[nodiscard]] Result<void> judge_content(ContentType type, ByteView content);
  [[nodiscard]] Result<void> count_empty(ByteView content);
  /// True for records that have to decrypt.
  [[nodiscard]] bool opens(const RecordHeader& header) const noexcept;
  /// The longest fragment of a record that is protected.
  [[nodiscard]] std::size_t max_protected_fragment() const noexcept;
  /// Where application data can only be early data: a server without keys, between its HelloRetryRequest and the
  /// answer.
  [[nodiscard]] bool is_early_data(const RecordHeader& header) const noexcept {
    return early_data_left_ && !is_protected() && header.type == ContentType::application_data;
  }

  Protection protection_;
  std::optional<std::size_t> early_data_left_;  ///< bytes to be passed over yet; nothing when there is no early data
  std::size_t max_protected_ = max_plaintext_fragment;
  std::uint32_t empty_records_ = 0;  ///< in a row
  std::uint32_t ccs_records_ = 0;    ///< in all
  bool ccs_allowed_ = true;
  bool plaintext_alerts_allowed_ = false;
  bool first_ = true;
  bool opened_elsewhere_ = false;
};

}  // namespace keyway::tls
