#include "tls/record/protection.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace keyway::tls {

namespace {

// Records that may still go out after needs_key_update() has become true: alerts and the KeyUpdate itself.
constexpr std::uint64_t reserve = 1024;

constexpr std::size_t max_inner_plaintext = max_plaintext_fragment + 1;

// RFC 8446 5.4: padding is zeros after the content type. They are sealed from here, never written by anybody.
constexpr std::array<std::uint8_t, max_plaintext_fragment> zeros{};

// RFC 8446 5.3: a sequence number must not wrap. The last one is left unused.
constexpr std::uint64_t last_sequence = std::numeric_limits<std::uint64_t>::max();

std::uint64_t soft_limit(std::uint64_t most) noexcept {
  return most > 2 * reserve ? most - reserve : most / 2;
}

Error exhausted() {
  return fail(ErrorCode::SequenceExhausted).at("record").advice("update the keys or end the connection sooner");
}

}  // namespace

Result<ProtectionTls13> ProtectionTls13::create(const crypto::Provider& provider, const SuiteTls13& suite,
                                                const TrafficSecret& secret, std::uint64_t sequence) {
  const crypto::AeadLimits limits = crypto::limits(suite.aead);
  const TrafficSecret::Keys keys = secret.keys(limits.key_size);
  auto aead = provider.aead(suite.aead, keys.key.view());
  if (!aead) return std::unexpected(std::move(aead).error());
  ProtectionTls13 protection(std::move(*aead), keys.iv, limits.max_records_sealed);
  protection.advance_to(sequence);
  return protection;
}

ProtectionTls13::ProtectionTls13(std::unique_ptr<crypto::Aead> aead, const crypto::Nonce& iv,
                                 std::uint64_t max_records) noexcept
    : aead_(std::move(aead)), nonce_(iv), soft_limit_(soft_limit(max_records)), hard_limit_(max_records) {}

void ProtectionTls13::advance_to(std::uint64_t sequence) noexcept {
  // RFC 8446 5.3: the nonce is the IV, its last eight bytes combined with the sequence number. Only what changes is
  // written, and long before the next record reads it: a nonce built afresh for each would stall its own loading.
  std::uint64_t changes = sequence_ ^ sequence;
  for (std::size_t at = nonce_.size() - 1; changes != 0; --at) {
    nonce_[at] ^= static_cast<std::uint8_t>(changes);
    changes >>= 8U;
  }
  sequence_ = sequence;
}

Result<std::size_t> ProtectionTls13::seal(ContentType type, std::span<const ByteView> parts, std::size_t padding,
                                          ByteSpan out) {
  if (parts.size() > max_parts) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("record").expected("at most 16 parts"));
  }
  // Most records have one or two parts: no need to clear the long list for them.
  constexpr std::size_t few = 2;
  return parts.size() <= few ? seal_parts<few>(type, parts, padding, out)
                             : seal_parts<max_parts>(type, parts, padding, out);
}

template <std::size_t MaxParts>
Result<std::size_t> ProtectionTls13::seal_parts(ContentType type, std::span<const ByteView> parts, std::size_t padding,
                                                ByteSpan out) {
  std::array<ByteView, MaxParts + 2> inner{};
  std::size_t count = 0;
  std::size_t content = 0;
  for (const ByteView part : parts) {
    if (part.size() > max_plaintext_fragment - content) {
      return std::unexpected(fail(ErrorCode::InvalidArgument).at("record").expected("at most 2^14 bytes of content"));
    }
    content += part.size();
    inner[count++] = part;
  }
  if (padding > max_plaintext_fragment - content) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("record").expected("padding within the record limit"));
  }
  const std::array<std::uint8_t, 1> type_byte{static_cast<std::uint8_t>(type)};
  inner[count++] = type_byte;
  if (padding > 0) inner[count++] = ByteView(zeros).first(padding);
  return seal_inner(std::span(inner).first(count), content + 1 + padding, out);
}

Result<std::size_t> ProtectionTls13::seal_inner(std::span<const ByteView> inner, std::size_t inner_size, ByteSpan out) {
  const std::size_t sealed = inner_size + crypto::aead_tag_size;
  const std::size_t size = record_header_size + sealed;
  if (out.size() < size) {
    return std::unexpected(fail(ErrorCode::OutputTooSmall)
                               .at("record")
                               .expected(std::to_string(size) + " bytes")
                               .received(std::to_string(out.size())));
  }
  if (sequence_ >= hard_limit_ || sequence_ == last_sequence) return std::unexpected(exhausted());

  // RFC 8446 5.2: the header, with the length of what follows it, is the associated data.
  const RecordHeader header{.type = ContentType::application_data, .length = static_cast<std::uint16_t>(sealed)};
  header.write_to(out);
  auto done = aead_->seal(nonce_, out.first(record_header_size), inner, out.subspan(record_header_size, sealed));
  // The number is spent whatever came of the call: after a failure, too, its nonce must not be used again.
  advance_to(sequence_ + 1);
  if (!done) return std::unexpected(std::move(done).error());
  return size;
}

Result<ProtectionTls13::Opened> ProtectionTls13::open(ByteView header, ByteSpan fragment) {
  if (sequence_ == last_sequence) return std::unexpected(exhausted());
  if (!aead_->open(nonce_, header, fragment)) {
    return std::unexpected(fail(ErrorCode::BadRecordMac).at("record " + std::to_string(sequence_)));
  }
  advance_to(sequence_ + 1);

  const ByteSpan inner = fragment.first(fragment.size() - crypto::aead_tag_size);
  if (inner.size() > max_inner_plaintext) {
    return std::unexpected(fail(ErrorCode::RecordTooLong)
                               .at("TLSInnerPlaintext")
                               .expected("at most 2^14 + 1 bytes")
                               .received(std::to_string(inner.size())));
  }
  std::size_t end = inner.size();
  while (end > 0 && inner[end - 1] == 0) --end;
  if (end == 0) return std::unexpected(fail(ErrorCode::NoContentType).at("TLSInnerPlaintext"));
  return Opened{.type = static_cast<ContentType>(inner[end - 1]), .content = inner.first(end - 1)};
}

}  // namespace keyway::tls
