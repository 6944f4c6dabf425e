#include "tls/record/record_reader.hpp"

#include <algorithm>
#include <string>

#include "tls/record/not_tls.hpp"

namespace keyway::tls {

namespace {

// A peer has a reason for one ChangeCipherSpec (RFC 8446 D.4); a second is borne, a flood is not.
constexpr std::uint32_t max_ccs_records = 2;

// Empty application data hides the traffic's shape (RFC 8446 5.1); in a row it is a flood.
constexpr std::uint32_t max_empty_records = 32;

bool is_known(ContentType type) noexcept {
  return type >= ContentType::change_cipher_spec && type <= ContentType::application_data;
}

bool is_version_3(ProtocolVersion version) noexcept {
  return (static_cast<std::uint16_t>(version) >> 8U) == 3;
}

Error unexpected_type(ContentType type, std::string_view expected) {
  return fail(ErrorCode::UnexpectedContentType).at("record").expected(expected).received(to_string(type));
}

}  // namespace

Result<RecordReader::Incoming> RecordReader::next(ByteSpan input) {
  if (input.size() < record_header_size) return Incoming{.needed = record_header_size - input.size()};
  const RecordHeader header = RecordHeader::parse(input);
  if (const auto judged = judge_header(header, input); !judged) return std::unexpected(judged.error());

  const std::size_t size = record_header_size + header.length;
  if (input.size() < size) return Incoming{.needed = size - input.size()};

  first_ = false;
  const ByteSpan fragment = input.subspan(record_header_size, header.length);
  if (opened_elsewhere_) {
    if (auto judged = judge_content(header.type, fragment); !judged) return std::unexpected(std::move(judged.error()));
    return Incoming{
        .complete = true, .consumed = size, .type = header.type, .was_protected = true, .content = fragment};
  }
  auto incoming = is_early_data(header) ? skip(header)
                  : opens(header)       ? take_protected(header, input.first(record_header_size), fragment)
                                        : take_plaintext(header, fragment);
  if (!incoming) return incoming;
  incoming->complete = true;
  incoming->consumed = size;
  return incoming;
}

Result<void> RecordReader::judge_header(const RecordHeader& header, ByteView input) const {
  if (opened_elsewhere_) {
    if (header.length <= max_protected_) return {};
    return std::unexpected(fail(ErrorCode::RecordTooLong)
                               .at("record")
                               .expected("at most " + std::to_string(max_protected_) + " bytes")
                               .received(std::to_string(header.length)));
  }
  // RFC 8446 5.1: legacy_record_version is ignored, but 3 in front is all that tells TLS from something else.
  const bool looks_like_tls = is_known(header.type) && is_version_3(header.legacy_record_version);
  if (first_ && !looks_like_tls) return std::unexpected(not_tls(input));
  if (const auto type = judge_type(header); !type) return type;

  const bool opens = this->opens(header) || is_early_data(header);
  // RFC 8446 5.2: a protected record's version is always 0x0303, as it comes after the negotiation.
  const bool version_fits =
      opens ? header.legacy_record_version == ProtocolVersion::TLS1_2 : is_version_3(header.legacy_record_version);
  if (!version_fits) {
    return std::unexpected(fail(ErrorCode::InvalidRecordHeader)
                               .at("record")
                               .expected(opens ? "version 0x0303" : "a version of 3.x")
                               .received(to_string(header.legacy_record_version)));
  }
  const std::size_t most = opens ? max_protected_fragment() : max_plaintext_fragment;
  if (header.length > most) {
    return std::unexpected(fail(ErrorCode::RecordTooLong)
                               .at("record")
                               .expected("at most " + std::to_string(most) + " bytes")
                               .received(std::to_string(header.length)));
  }
  // RFC 8446 5.1: only application data may be empty.
  if (header.length == 0 && !opens) {
    return std::unexpected(fail(ErrorCode::EmptyRecord).at("record").received("an empty " + to_string(header.type)));
  }
  if (header.type == ContentType::change_cipher_spec && header.length != 1) {
    return std::unexpected(fail(ErrorCode::InvalidChangeCipherSpec)
                               .at("record")
                               .expected("one byte")
                               .received(std::to_string(header.length)));
  }
  return {};
}

std::size_t RecordReader::max_protected_fragment() const noexcept {
  const auto* tls12 = std::get_if<ProtectionTls12>(&protection_);
  const bool is_limited = max_protected_ < max_plaintext_fragment;
  // What a record is longer than its plaintext: exactly, where the peer has been told a limit.
  if (tls12 != nullptr) {
    return is_limited ? max_protected_ + tls12->overhead() - record_header_size : max_ciphertext_fragment_tls12;
  }
  return is_limited ? max_protected_ + ProtectionTls13::overhead - record_header_size : max_ciphertext_fragment;
}

bool RecordReader::opens(const RecordHeader& header) const noexcept {
  if (std::holds_alternative<ProtectionTls12>(protection_)) return true;
  // Handshake messages are never in the clear once there are keys: one that pretends to be has to decrypt first.
  return is_protected() && (header.type == ContentType::application_data || header.type == ContentType::handshake);
}

Result<void> RecordReader::judge_type(const RecordHeader& header) const {
  const ContentType type = header.type;
  if (type == ContentType::change_cipher_spec) {
    if (ccs_allowed_ && !opens(header) && ccs_records_ < max_ccs_records) return {};
    return std::unexpected(fail(ErrorCode::UnexpectedChangeCipherSpec)
                               .at("record")
                               .received(ccs_allowed_ ? "one too many" : "one outside the handshake"));
  }
  if (opens(header)) return {};
  if (is_protected()) {
    if (type == ContentType::alert && plaintext_alerts_allowed_) return {};
    return std::unexpected(unexpected_type(type, "a protected record (outer type application_data)"));
  }
  if (type == ContentType::handshake || type == ContentType::alert || is_early_data(header)) return {};
  return std::unexpected(unexpected_type(type, "handshake or alert before there are keys"));
}

Result<RecordReader::Incoming> RecordReader::take_plaintext(const RecordHeader& header, ByteSpan fragment) {
  if (header.type == ContentType::change_cipher_spec) {
    ++ccs_records_;
    if (fragment[0] != 1) {
      return std::unexpected(fail(ErrorCode::InvalidChangeCipherSpec)
                                 .at("record")
                                 .expected("the value 1")
                                 .received(std::to_string(fragment[0])));
    }
  }
  // After the second ClientHello there is no early data any more.
  if (header.type == ContentType::handshake && !first_) early_data_left_.reset();
  return Incoming{.type = header.type, .content = fragment};
}

Result<RecordReader::Incoming> RecordReader::take_protected(const RecordHeader& header, ByteView header_bytes,
                                                            ByteSpan fragment) {
  auto* tls13 = std::get_if<ProtectionTls13>(&protection_);
  auto opened = tls13 != nullptr ? tls13->open(header_bytes, fragment)
                                 : std::get<ProtectionTls12>(protection_).open(header_bytes, fragment);
  const bool is_foreign = !opened && opened.error().code() == ErrorCode::BadRecordMac;
  if (is_foreign && early_data_left_) return skip(header);
  if (!opened) return std::unexpected(std::move(opened.error()));
  early_data_left_.reset();
  if (tls13 != nullptr && header.type != ContentType::application_data) {
    return std::unexpected(unexpected_type(header.type, "a protected record (outer type application_data)"));
  }
  if (auto judged = judge_content(opened->type, opened->content); !judged) {
    return std::unexpected(std::move(judged.error()));
  }
  return Incoming{.type = opened->type, .was_protected = true, .content = opened->content};
}

Result<void> RecordReader::judge_content(ContentType type, ByteView content) {
  switch (type) {
    case ContentType::application_data:
      return count_empty(content);
    case ContentType::alert:
    case ContentType::handshake:
      if (content.empty()) {
        return std::unexpected(
            fail(ErrorCode::EmptyRecord).at("protected record").received("an empty " + to_string(type)));
      }
      // A warning between empty records does not make a flood of them any better.
      if (type == ContentType::handshake) empty_records_ = 0;
      return {};
    default:
      // RFC 8446 5: a protected change_cipher_spec is an unexpected message like any other type.
      return std::unexpected(unexpected_type(type, "alert, handshake or application_data inside protection"));
  }
}

void RecordReader::opens_elsewhere() noexcept {
  protection_ = PlaintextProtection();
  first_ = false;
  opened_elsewhere_ = true;
}

Result<RecordReader::Incoming> RecordReader::skip(const RecordHeader& header) {
  if (header.length > *early_data_left_) {
    return std::unexpected(fail(ErrorCode::TooMuchEarlyData)
                               .at("record")
                               .expected("at most " + std::to_string(max_skipped_early_data) + " bytes to pass over"));
  }
  *early_data_left_ -= header.length;
  return Incoming{.skipped = true, .type = ContentType::application_data};
}

Result<void> RecordReader::count_empty(ByteView content) {
  if (!content.empty()) {
    empty_records_ = 0;
    return {};
  }
  if (++empty_records_ <= max_empty_records) return {};
  return std::unexpected(fail(ErrorCode::TooManyEmptyRecords)
                             .at("protected record")
                             .expected("at most " + std::to_string(max_empty_records) + " in a row"));
}

}  // namespace keyway::tls
