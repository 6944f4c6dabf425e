#include "tls/server/encrypted_hello.hpp"

#include <utility>

#include "tls/server/inner_hello.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/hello_places.hpp"

namespace keyway::tls::server {
namespace {

using Extension = EncryptedClientHelloExtension;

crypto::hpke::Suite suite_of(const EchConfig& config, const Extension& extension) noexcept {
  return {crypto::hpke::Kem{config.kem_id}, crypto::hpke::Kdf{extension.kdf_id},
          crypto::hpke::AeadId{extension.aead_id}};
}

/// True where the client could have sealed by this configuration.
bool is_of(const EchConfig& config, const Extension& extension) noexcept {
  const std::uint32_t suite = std::uint32_t{extension.kdf_id} << 16U | extension.aead_id;
  return config.config_id == extension.config_id && config.cipher_suites.contains(suite);
}

/// ClientHelloOuterAAD (RFC 9849 5.2).
Bytes associated_data(const HelloInHand& outer) {
  const auto place = find_ech_payload(outer.hello.extensions, outer.raw.size());
  Bytes message = with_zeros(outer.raw, *place);
  message.erase(message.begin(), message.begin() + handshake_header_size);
  return message;
}

/// RFC 9849 7.1: it says that it is one, and offers nothing below TLS 1.3.
Result<void> check_inner(const HelloInHand& inner) {
  const auto refuse = [](std::string_view expected) {
    return std::unexpected(fail(ErrorCode::InvalidInnerHello).at("inner ClientHello").expected(expected));
  };
  if (!inner.is_inner()) return refuse("extension encrypted_client_hello, as an inner one has it");
  const auto& versions = inner.extensions.supported_versions;
  if (!versions || !versions->versions.contains(ProtocolVersion::TLS1_3)) return refuse("TLS 1.3 among its versions");
  for (const ProtocolVersion version : versions->versions) {
    const bool is_older = version < ProtocolVersion::TLS1_3 && !is_grease(static_cast<std::uint16_t>(version));
    if (is_older) return refuse("no version below TLS 1.3");
  }
  return {};
}

/// `encoded` is what `outer` hides.
Result<HelloInHand> take_inner(Flow& flow, ByteView encoded, const HelloInHand& outer) {
  auto message = reconstruct_inner_hello(encoded, outer.hello);
  if (!message) return std::unexpected(std::move(message.error()));
  flow.emit(event::InnerClientHello{Direction::received, *message});
  const HandshakeMessage hidden{HandshakeType::client_hello, ByteView(*message).subspan(handshake_header_size),
                                *message};
  auto inner = HelloInHand::take(hidden);
  if (!inner) return std::unexpected(std::move(inner.error()).at("inner ClientHello"));
  if (auto checked = check_inner(*inner); !checked) return std::unexpected(std::move(checked.error()));
  return inner;
}

/// What hides in `outer`, by this key; nothing where another one sealed it.
std::optional<Bytes> open_with(const EchKeySet& keys, const EchKeySet::Entry& entry, const Extension& extension,
                               ByteView associated, HelloEch& ech) {
  auto context = crypto::hpke::set_up_recipient(keys.provider(), suite_of(entry.config, extension), extension.enc,
                                                entry.key.private_key(), entry.info);
  if (!context) return std::nullopt;  // what was sent is no key share: as good as any that does not open
  auto opened = context->open(associated, extension.payload);
  if (opened) ech.context = std::move(*context);
  return opened;
}

}  // namespace

Result<HelloInHand> open_first_hello(Flow& flow, const ServerConfig& config, HelloInHand hello) {
  const auto& extension = hello.extensions.encrypted_client_hello;
  if (config.ech_keys() == nullptr || !extension || extension->kind != Extension::Kind::outer) return hello;
  auto ech = std::make_unique<HelloEch>(HelloEch{config.ech_keys()->current(), std::nullopt, extension->kdf_id,
                                                 extension->aead_id, extension->config_id});
  flow.ech_progress().told.public_name = hello.server_name.value_or("");
  const Bytes associated = associated_data(hello);
  for (const EchKeySet::Entry& entry : ech->keys->entries()) {
    if (!is_of(entry.config, *extension)) continue;
    const auto encoded = open_with(*ech->keys, entry, *extension, associated, *ech);
    if (!encoded) continue;
    auto inner = take_inner(flow, *encoded, hello);
    if (!inner) return inner;
    flow.info().ech = EchStatus::accepted;
    inner->ech = std::move(ech);
    return inner;
  }
  flow.info().ech = EchStatus::rejected;
  hello.ech = std::move(ech);
  return hello;
}

Result<HelloInHand> open_second_hello(Flow& flow, HelloInHand& first, HelloInHand hello) {
  if (!first.ech) return hello;
  const auto& extension = hello.extensions.encrypted_client_hello;
  HelloEch& ech = *first.ech;
  if (!ech.context) {
    if (extension) hello.ech = std::move(first.ech);  // still to be told of other configurations
    return hello;
  }
  if (!extension || extension->kind != Extension::Kind::outer) {
    return std::unexpected(fail(ErrorCode::MissingExtension)
                               .at("ClientHello")
                               .expected("extension encrypted_client_hello, as in the first"));
  }
  const bool is_same = extension->kdf_id == ech.kdf_id && extension->aead_id == ech.aead_id &&
                       extension->config_id == ech.config_id && extension->enc.empty();
  if (!is_same) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at("ClientHello, encrypted_client_hello")
                               .expected("the configuration and the suite of the first, and no key share"));
  }
  const auto encoded = ech.context->open(associated_data(hello), extension->payload);
  if (!encoded) return std::unexpected(fail(ErrorCode::EchNotOpened).at("ClientHello, encrypted_client_hello"));
  return take_inner(flow, *encoded, hello);
}

}  // namespace keyway::tls::server
