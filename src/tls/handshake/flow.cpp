#include "tls/handshake/flow.hpp"

#include <array>
#include <utility>

namespace keyway::tls {

Result<void> Flow::send(ByteView messages) {
  for (ByteView rest = messages; !rest.empty();) {
    const HandshakeHeader header = parse_handshake_header(rest);
    const ByteView raw = rest.first(handshake_header_size + header.length);
    parts_.emit(event::HandshakeMessage{Direction::sent, header.type, raw});
    rest = rest.subspan(raw.size());
  }
  if (parts_.quic != nullptr) {
    parts_.quic->send(messages);
    return {};
  }
  const std::size_t before = parts_.outbox.size();
  auto written = parts_.writer.append(ContentType::handshake, messages, parts_.outbox);
  if (!written) return written;
  parts_.emit.records_sent(ContentType::handshake, parts_.writer.is_protected(),
                           ByteView(parts_.outbox).subspan(before), messages.size());
  return {};
}

Result<void> Flow::send_change_cipher_spec() {
  static constexpr std::array<std::uint8_t, 1> body{1};
  if (parts_.quic != nullptr) return {};
  const std::size_t before = parts_.outbox.size();
  auto written = parts_.writer.append(ContentType::change_cipher_spec, body, parts_.outbox);
  if (!written) return written;
  parts_.emit.records_sent(ContentType::change_cipher_spec, false, ByteView(parts_.outbox).subspan(before),
                           body.size());
  return {};
}

Result<void> Flow::check_record_ends() const {
  if (!parts_.joiner.has_rest()) return {};
  return std::unexpected(fail(ErrorCode::DataAfterKeyChange).expected("the end of the record before the new keys"));
}

Result<void> Flow::protect_reading(EncryptionLevel level, const crypto::Provider& provider, const SuiteTls13& suite,
                                   const TrafficSecret& secret) {
  if (auto ends = check_record_ends(); !ends) return ends;
  if (parts_.quic != nullptr) {
    parts_.quic->use({level, Direction::received, suite.id, SecretBuffer<64>(secret.bytes())});
    return {};
  }
  auto protection = ProtectionTls13::create(provider, suite, secret);
  if (!protection) return std::unexpected(std::move(protection.error()));
  parts_.reader.set_protection(std::move(*protection));
  return {};
}

Result<void> Flow::protect_reading(ProtectionTls12 protection) {
  if (auto ends = check_record_ends(); !ends) return ends;
  parts_.reader.set_protection(std::move(protection));
  return {};
}

Result<void> Flow::protect_writing(EncryptionLevel level, const crypto::Provider& provider, const SuiteTls13& suite,
                                   const TrafficSecret& secret) {
  if (parts_.quic != nullptr) {
    parts_.quic->use({level, Direction::sent, suite.id, SecretBuffer<64>(secret.bytes())});
    return {};
  }
  auto protection = ProtectionTls13::create(provider, suite, secret);
  if (!protection) return std::unexpected(std::move(protection.error()));
  parts_.writer.set_protection(std::move(*protection));
  return {};
}

void Flow::open_early_data(std::size_t size) {
  parts_.early = std::make_unique<EarlySent>();
  parts_.early->left = size;
  parts_.info.early_data = EarlyData::offered;
}

void Flow::accept_early_data() noexcept {
  parts_.info.early_data = EarlyData::accepted;
  if (parts_.early) Bytes().swap(parts_.early->kept);
}

void Flow::refuse_early_data(EarlyData why) noexcept {
  parts_.info.early_data = why;
  if (!parts_.early) return;
  if (parts_.early->kept.empty()) {
    parts_.early.reset();
  } else {
    parts_.early->is_open = false;
  }
}

void Flow::close_early_data() noexcept {
  parts_.early.reset();
}

void Flow::agree_on_max_fragment_length(const MaxFragmentLengthExtension& agreed) noexcept {
  parts_.info.max_fragment_length = agreed.max_fragment_length;
  parts_.writer.limit_protected(agreed.bytes());
  parts_.reader.limit_protected(agreed.bytes());
}

void Flow::agree_on_record_size_limits(const RecordSizeLimitExtension& peer, std::uint16_t own) noexcept {
  // TLS 1.3 counts the content type, which no record is without (RFC 8449 4).
  const std::size_t content_type = parts_.info.version == ProtocolVersion::TLS1_3 ? 1 : 0;
  parts_.info.peer_record_size_limit = peer.record_size_limit;
  parts_.writer.limit_protected(peer.record_size_limit - content_type);
  if (own != 0) parts_.reader.limit_protected(own - content_type);
}

void Flow::emit_parameters() const noexcept {
  const ConnectionInfo& info = parts_.info;
  parts_.emit(event::ParametersChosen{info.version, info.cipher_suite, info.group, CompressionMethod::null,
                                      info.after_hello_retry_request, info.alpn, info.is_resumption, info.ech});
}

void Flow::emit_secrets(SecretLabel client_label, SecretLabel server_label, const TrafficSecrets& secrets,
                        const HelloRandom& client_random) const noexcept {
  parts_.emit.secret(client_label, 0, client_random, secrets.client.bytes());
  parts_.emit.secret(server_label, 0, client_random, secrets.server.bytes());
}

}  // namespace keyway::tls
