#include "tls/record/record_writer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace keyway::tls {

namespace {

/// Where the gathering of a record's content stands in the caller's parts. A record takes up to `MaxParts` of them.
template <std::size_t MaxParts>
class Gather {
 public:
  explicit Gather(std::span<const ByteView> parts) noexcept : parts_(parts) {}

  /// Views up to `size` bytes of what comes next, in as many parts as one record takes.
  [[nodiscard]] std::size_t take(std::size_t size) noexcept {
    std::size_t taken = 0;
    count_ = 0;
    while (taken < size && count_ < views_.size() && at_ < parts_.size()) {
      const ByteView rest = parts_[at_].subspan(offset_);
      const ByteView view = rest.first(std::min(rest.size(), size - taken));
      if (!view.empty()) views_[count_++] = view;
      taken += view.size();
      offset_ += view.size();
      if (view.size() == rest.size()) next_part();
    }
    return taken;
  }

  [[nodiscard]] std::span<const ByteView> views() const noexcept { return std::span(views_).first(count_); }

 private:
  void next_part() noexcept {
    ++at_;
    offset_ = 0;
  }

  std::span<const ByteView> parts_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
  std::array<ByteView, MaxParts> views_{};
  std::size_t count_ = 0;
};

std::size_t total(std::span<const ByteView> parts) noexcept {
  std::size_t sum = 0;
  for (const ByteView part : parts) sum += part.size();
  return sum;
}

void append_plaintext(ContentType type, ProtocolVersion version, ByteView fragment, Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + record_header_size + fragment.size());
  const ByteSpan record = ByteSpan(out).subspan(start);
  const RecordHeader header{
      .type = type, .legacy_record_version = version, .length = static_cast<std::uint16_t>(fragment.size())};
  header.write_to(record);
  std::ranges::copy(fragment, record.subspan(record_header_size).begin());
}

}  // namespace

void RecordWriter::set_record_version(ProtocolVersion version) noexcept {
  if (auto* plaintext = std::get_if<PlaintextProtection>(&protection_)) plaintext->record_version = version;
}

void RecordWriter::set_max_fragment(std::size_t size) noexcept {
  max_fragment_ = std::clamp<std::size_t>(size, 1, max_plaintext_fragment);
}

void RecordWriter::limit_protected(std::size_t size) noexcept {
  max_protected_ = std::clamp<std::size_t>(size, 1, max_plaintext_fragment);
  apply_protected_limit();
}

std::uint64_t RecordWriter::sequence_number() const noexcept {
  return tls::sequence_number(protection_);
}

bool RecordWriter::needs_key_update() const noexcept {
  const auto* protection = std::get_if<ProtectionTls13>(&protection_);
  return protection != nullptr && is_due(*protection);
}

std::size_t RecordWriter::padding_for(std::size_t content) const noexcept {
  if (padding_.block <= 1 || std::holds_alternative<ProtectionTls12>(protection_)) return 0;
  const std::size_t over = (content + 1) % padding_.block;
  const std::size_t wanted = over == 0 ? 0 : padding_.block - over;
  return std::min(wanted, max_fragment_ - content);
}

std::size_t RecordWriter::overhead() const noexcept {
  const auto* tls12 = std::get_if<ProtectionTls12>(&protection_);
  return tls12 != nullptr ? tls12->overhead() : ProtectionTls13::overhead;
}

std::size_t RecordWriter::content_for(std::size_t wanted, std::size_t room) const noexcept {
  if (room <= overhead()) return 0;
  const std::size_t most = room - overhead();  // of content and padding
  const std::size_t content = std::min({wanted, max_fragment_, most});
  if (content + padding_for(content) <= most) return content;
  // The padding of that much does not fit: as much as fills whole blocks.
  const std::size_t blocks = (most + 1) / padding_.block;
  return blocks == 0 ? 0 : blocks * padding_.block - 1;
}

Result<void> RecordWriter::append(ContentType type, ByteView data, Bytes& out) {
  // RFC 8446 5: change_cipher_spec is never protected (in TLS 1.2, it comes before the keys); application data always.
  if (type != ContentType::change_cipher_spec) {
    if (auto* tls13 = std::get_if<ProtectionTls13>(&protection_)) return append_protected(*tls13, type, data, out);
    if (auto* tls12 = std::get_if<ProtectionTls12>(&protection_)) return append_protected(*tls12, type, data, out);
  }
  if (type == ContentType::application_data) {
    return std::unexpected(fail(ErrorCode::NotReady).at("record").expected("keys before application data"));
  }
  while (!data.empty()) {
    const ByteView fragment = data.first(std::min(data.size(), max_fragment_));
    data = data.subspan(fragment.size());
    append_plaintext(type, plaintext_version(), fragment, out);
  }
  return {};
}

template <typename Protection>
Result<void> RecordWriter::append_protected(Protection& protection, ContentType type, ByteView data, Bytes& out) const {
  while (!data.empty()) {
    const ByteView fragment = data.first(std::min(data.size(), max_fragment_));
    data = data.subspan(fragment.size());
    const std::size_t start = out.size();
    const std::size_t padding = padding_for(fragment.size());
    out.resize(start + fragment.size() + padding + overhead());
    const auto written = protection.seal(type, std::span(&fragment, 1), padding, ByteSpan(out).subspan(start));
    if (written) continue;
    out.resize(start);
    return std::unexpected(written.error());
  }
  return {};
}

ProtocolVersion RecordWriter::plaintext_version() const noexcept {
  const auto* plaintext = std::get_if<PlaintextProtection>(&protection_);
  return plaintext != nullptr ? plaintext->record_version : ProtocolVersion::TLS1_2;
}

Result<RecordWriter::Sealed> RecordWriter::seal(std::span<const ByteView> parts, ByteSpan out) {
  if (auto* tls13 = std::get_if<ProtectionTls13>(&protection_)) return seal_with(*tls13, parts, out);
  if (auto* tls12 = std::get_if<ProtectionTls12>(&protection_)) return seal_with(*tls12, parts, out);
  return std::unexpected(fail(ErrorCode::NotReady).at("record").expected("keys before application data"));
}

template <typename Protection>
Result<RecordWriter::Sealed> RecordWriter::seal_with(Protection& protection, std::span<const ByteView> parts,
                                                     ByteSpan out) const {
  // Most calls have one or two parts: no need to clear the long list for them.
  constexpr std::size_t few = 2;
  return parts.size() <= few ? seal_gathered<few>(protection, parts, out)
                             : seal_gathered<ProtectionTls13::max_parts>(protection, parts, out);
}

template <std::size_t MaxParts, typename Protection>
Result<RecordWriter::Sealed> RecordWriter::seal_gathered(Protection& protection, std::span<const ByteView> parts,
                                                         ByteSpan out) const {
  const std::size_t all = total(parts);
  Gather<MaxParts> gather(parts);
  Sealed sealed;
  while (sealed.consumed < all && !is_due(protection)) {
    const ByteSpan room = out.subspan(sealed.written);
    const std::size_t wanted = content_for(all - sealed.consumed, room.size());
    if (wanted == 0) break;
    const std::size_t content = gather.take(wanted);
    auto written = protection.seal(ContentType::application_data, gather.views(), padding_for(content), room);
    if (!written) {
      // What was sealed before the keys were used up still goes out; the error waits for the next call.
      if (sealed.written > 0 && written.error().code() == ErrorCode::SequenceExhausted) return sealed;
      return std::unexpected(std::move(written).error());
    }
    sealed.consumed += content;
    sealed.written += *written;
  }
  if (all > 0 && sealed.written == 0 && !is_due(protection)) {
    return std::unexpected(fail(ErrorCode::OutputTooSmall)
                               .at("record")
                               .expected("at least " + std::to_string(sealed_size(1)) + " bytes")
                               .received(std::to_string(out.size())));
  }
  return sealed;
}

std::size_t RecordWriter::sealed_size(std::size_t size) const noexcept {
  const std::size_t full = size / max_fragment_;
  const std::size_t last = size % max_fragment_;
  const std::size_t of_last = last == 0 ? 0 : last + padding_for(last) + overhead();
  return full * (max_fragment_ + overhead()) + of_last;
}

}  // namespace keyway::tls
