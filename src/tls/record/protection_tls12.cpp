#include "tls/record/protection_tls12.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace keyway::tls {
namespace {

// Records that may still go out when application data may not: alerts.
constexpr std::uint64_t reserve = 1024;

// RFC 5246 6.1: a sequence number must not wrap. The last one is left unused.
constexpr std::uint64_t last_sequence = std::numeric_limits<std::uint64_t>::max();

constexpr std::size_t number_size = 8;
using AssociatedData = std::array<std::uint8_t, 13>;

std::array<std::uint8_t, number_size> big_endian(std::uint64_t number) noexcept {
  std::array<std::uint8_t, number_size> bytes{};
  for (std::size_t i = number_size; i-- > 0; number >>= 8U) bytes[i] = static_cast<std::uint8_t>(number);
  return bytes;
}

/// RFC 5246 6.2.3.3: sequence number, type, version, and the length of the plaintext.
AssociatedData associated_data(std::uint64_t sequence, ContentType type, std::size_t length) noexcept {
  AssociatedData data{};
  std::ranges::copy(big_endian(sequence), data.begin());
  RecordHeader{.type = type, .length = static_cast<std::uint16_t>(length)}.write_to(
      ByteSpan(data).subspan(number_size));
  return data;
}

Error exhausted() {
  return fail(ErrorCode::SequenceExhausted)
      .at("record")
      .advice("TLS 1.2 can't change its keys: make a new connection, or use TLS 1.3");
}

}  // namespace

Result<ProtectionTls12> ProtectionTls12::create(const crypto::Provider& provider, const SuiteTls12& suite,
                                                const DirectionKeysTls12& keys, std::uint64_t sequence) {
  auto aead = provider.aead(suite.aead, keys.key.view());
  if (!aead) return std::unexpected(std::move(aead).error());
  ProtectionTls12 protection(std::move(*aead), suite, keys.iv.view());
  protection.sequence_ = sequence;
  return protection;
}

ProtectionTls12::ProtectionTls12(std::unique_ptr<crypto::Aead> aead, const SuiteTls12& suite, ByteView iv) noexcept
    : aead_(std::move(aead)), sends_nonce_(suite.aead != crypto::AeadAlgorithm::chacha20_poly1305) {
  std::ranges::copy(iv.first(std::min(iv.size(), iv_.size())), iv_.begin());
  hard_limit_ = crypto::limits(suite.aead).max_records_sealed;
  soft_limit_ = hard_limit_ - reserve;
}

crypto::Nonce ProtectionTls12::nonce_of(std::uint64_t number) const noexcept {
  // RFC 7905 2 combines the number with the IV; where the IV ends in zeros, that is RFC 5288 3's salt and number.
  crypto::Nonce nonce = iv_;
  const auto bytes = big_endian(number);
  for (std::size_t i = 0; i < bytes.size(); ++i) nonce[nonce.size() - number_size + i] ^= bytes[i];
  return nonce;
}

Result<std::size_t> ProtectionTls12::seal(ContentType type, std::span<const ByteView> parts, std::size_t padding,
                                          ByteSpan out) {
  if (parts.size() > max_parts || padding != 0) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("record").expected("at most 16 parts, no padding"));
  }
  std::size_t content = 0;
  for (const ByteView part : parts) {
    if (part.size() > max_plaintext_fragment - content) {
      return std::unexpected(fail(ErrorCode::InvalidArgument).at("record").expected("at most 2^14 bytes of content"));
    }
    content += part.size();
  }
  const std::size_t size = content + overhead();
  if (out.size() < size) {
    return std::unexpected(fail(ErrorCode::OutputTooSmall)
                               .at("record")
                               .expected(std::to_string(size) + " bytes")
                               .received(std::to_string(out.size())));
  }
  const std::uint64_t limit = type == ContentType::application_data ? soft_limit_ : hard_limit_;
  if (sequence_ >= limit || sequence_ == last_sequence) return std::unexpected(exhausted());

  RecordHeader{.type = type, .length = static_cast<std::uint16_t>(size - record_header_size)}.write_to(out);
  const ByteSpan explicit_nonce = out.subspan(record_header_size, explicit_nonce_size());
  std::ranges::copy(ByteView(big_endian(sequence_)).first(explicit_nonce.size()), explicit_nonce.begin());
  auto done = aead_->seal(nonce_of(sequence_), associated_data(sequence_, type, content), parts,
                          out.first(size).subspan(record_header_size + explicit_nonce.size()));
  // The number is spent whatever came of the call: after a failure, too, its nonce must not be used again.
  ++sequence_;
  if (!done) return std::unexpected(std::move(done).error());
  return size;
}

Result<OpenedRecord> ProtectionTls12::open(ByteView header, ByteSpan fragment) {
  if (sequence_ == last_sequence) return std::unexpected(exhausted());
  const RecordHeader record = RecordHeader::parse(header);
  if (record.legacy_record_version != ProtocolVersion::TLS1_2) {
    return std::unexpected(fail(ErrorCode::InvalidRecordHeader)
                               .at("record")
                               .expected(to_string(ProtocolVersion::TLS1_2))
                               .received(to_string(record.legacy_record_version))
                               .alert(AlertDescription::protocol_version));
  }
  const std::size_t nonce_size = explicit_nonce_size();
  const auto bad = [&] {
    return std::unexpected(fail(ErrorCode::BadRecordMac).at("record " + std::to_string(sequence_)));
  };
  if (fragment.size() < nonce_size + crypto::aead_tag_size) return bad();

  std::uint64_t number = sends_nonce_ ? 0 : sequence_;
  for (const std::uint8_t byte : fragment.first(nonce_size)) number = number << 8U | byte;
  const ByteSpan sealed = fragment.subspan(nonce_size);
  const std::size_t size = sealed.size() - crypto::aead_tag_size;
  if (!aead_->open(nonce_of(number), associated_data(sequence_, record.type, size), sealed)) return bad();
  ++sequence_;
  if (size > max_plaintext_fragment) {
    return std::unexpected(fail(ErrorCode::RecordTooLong)
                               .at("TLSCompressed")
                               .expected("at most 2^14 bytes")
                               .received(std::to_string(size)));
  }
  return OpenedRecord{.type = record.type, .content = sealed.first(size)};
}

std::uint64_t sequence_number(const Protection& protection) noexcept {
  if (const auto* tls13 = std::get_if<ProtectionTls13>(&protection)) return tls13->sequence_number();
  const auto* tls12 = std::get_if<ProtectionTls12>(&protection);
  return tls12 != nullptr ? tls12->sequence_number() : 0;
}

}  // namespace keyway::tls
