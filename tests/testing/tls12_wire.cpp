#include "testing/tls12_wire.hpp"

#include <algorithm>
#include <array>

#include "tls/wire/record.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::testing {

Policy tls12_policy() {
  return Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2});
}

std::shared_ptr<const ClientConfig> client_with(const Policy& policy) {
  auto builder = client_builder();
  builder.policy(policy);
  return build(std::move(builder));
}

std::shared_ptr<const ServerConfig> server_with(const Policy& policy, crypto::KeyType key) {
  auto builder = server_builder(key);
  builder.policy(policy);
  return build(std::move(builder));
}

Bytes plain_record(ContentType type, ByteView content) {
  Bytes record;
  Writer out(record);
  out.value(type);
  out.value(ProtocolVersion::TLS1_2);
  out.vector16(content);
  return record;
}

std::vector<Bytes> split_records(ByteView wire) {
  std::vector<Bytes> records;
  while (!wire.empty()) {
    const std::size_t size = tls::record_header_size + tls::RecordHeader::parse(wire).length;
    records.emplace_back(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(size));
    wire = wire.subspan(size);
  }
  return records;
}

std::vector<Bytes> plain_messages(ByteView wire) {
  Bytes joined;
  for (const Bytes& record : split_records(wire)) {
    if (record[0] != static_cast<std::uint8_t>(ContentType::handshake)) break;
    joined.insert(joined.end(), record.begin() + tls::record_header_size, record.end());
  }
  std::vector<Bytes> messages;
  for (ByteView rest = joined; !rest.empty();) {
    const std::size_t size = tls::handshake_header_size + tls::parse_handshake_header(rest).length;
    messages.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    rest = rest.subspan(size);
  }
  return messages;
}

void Tls12Tap::on(const EventOrigin& /*origin*/, const Event& event) noexcept {
  if (const auto* chosen = std::get_if<event::ParametersChosen>(&event)) {
    suite_ = tls::find_suite_tls12(chosen->cipher_suite);
  }
  const auto* message = std::get_if<event::HandshakeMessage>(&event);
  if (message == nullptr) return;
  const ByteView body = message->raw.subspan(tls::handshake_header_size);
  if (message->type != HandshakeType::server_hello) return;
  // A test may send one that is none.
  if (const auto hello = tls::ServerHello::parse(body)) randoms_.server = hello->random;
}

void Tls12Tap::on_secret(const EventOrigin& /*origin*/, SecretLabel label, std::uint32_t /*generation*/,
                         ByteView client_random, ByteView secret) noexcept {
  if (label != SecretLabel::CLIENT_RANDOM) return;
  std::ranges::copy(client_random, randoms_.client.begin());
  master_.assign(secret.begin(), secret.end());
}

tls::ProtectionTls12 Tls12Tap::protection(Side writer) const {
  const std::size_t key_size = crypto::limits(suite_->aead).key_size;
  const std::size_t iv_size = suite_->aead == crypto::AeadAlgorithm::chacha20_poly1305 ? 12 : 4;
  Bytes block(2 * (key_size + iv_size));
  const std::array<ByteView, 2> seed{randoms_.server, randoms_.client};
  tls::prf_tls12(*provider()->hash(suite_->hash), master_, "key expansion", seed, block);
  const std::size_t which = writer == Side::client ? 0 : 1;
  tls::DirectionKeysTls12 keys;
  keys.key = SecretBuffer<32>(ByteView(block).subspan(which * key_size, key_size));
  keys.iv = SecretBuffer<12>(ByteView(block).subspan(2 * key_size + which * iv_size, iv_size));
  return tls::ProtectionTls12::create(*provider(), *suite_, keys).value();
}

Bytes Tls12Tap::seal(Side writer, std::uint64_t number, ContentType type, ByteView content) const {
  auto keys = protection(writer);
  Bytes record;
  for (std::uint64_t i = 0; i <= number; ++i) {
    record.resize(content.size() + keys.overhead());
    const std::array<ByteView, 1> parts{content};
    record.resize(keys.seal(type, parts, 0, record).value());
  }
  return record;
}

}  // namespace keyway::testing
