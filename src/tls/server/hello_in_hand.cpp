#include "tls/server/hello_in_hand.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <keyway/name.hpp>

#include "core/text.hpp"
#include "core/writer.hpp"
#include "tls/wire/extension_rules.hpp"

namespace keyway::tls::server {

Result<HelloInHand> HelloInHand::take(const HandshakeMessage& message) {
  HelloInHand taken;
  taken.raw.assign(message.raw.begin(), message.raw.end());
  auto hello = ClientHello::parse(ByteView(taken.raw).subspan(handshake_header_size));
  if (!hello) return std::unexpected(std::move(hello.error()));
  taken.hello = *hello;
  auto placed = check_extensions(hello->extensions, ExtensionHome::client_hello, {}, "ClientHello");
  if (!placed) return std::unexpected(std::move(placed.error()));
  auto extensions = ClientHelloExtensions::parse(hello->extensions);
  if (!extensions) return std::unexpected(std::move(extensions.error()));
  taken.extensions = *extensions;
  if (extensions->server_name) {
    const std::string_view text = as_text(extensions->server_name->host_name);
    auto name = ServerName::parse(text);
    if (!name) {
      return std::unexpected(fail(ErrorCode::InvalidServerNameExtension)
                                 .at("ClientHello, server_name")
                                 .expected("a host name")
                                 .received(printable(text)));
    }
    if (name->is_dns()) taken.server_name = std::string(name->dns());
  }
  return taken;
}

namespace {

bool may_change(ExtensionType type) noexcept {
  constexpr std::array changeable{ExtensionType::key_share, ExtensionType::early_data,
                                  ExtensionType::cookie,    ExtensionType::pre_shared_key,
                                  ExtensionType::padding,   ExtensionType::encrypted_client_hello};
  return std::ranges::find(changeable, type) != changeable.end();
}

/// The next extension at or after `at` that may not change.
ExtensionBlock::Iterator skip_changeable(ExtensionBlock::Iterator at, ExtensionBlock::Iterator end) {
  while (at != end && may_change((*at).type)) ++at;
  return at;
}

/// RFC 9001 8.1, 8.2, 8.4.
Result<void> check_for_quic(const ClientHello& hello) {
  if (!hello.legacy_session_id.empty()) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at("ClientHello, legacy_session_id")
                               .expected("none, as QUIC has no compatibility mode")
                               .received(std::to_string(hello.legacy_session_id.size()) + " bytes"));
  }
  if (hello.extensions.has(ExtensionType::quic_transport_parameters)) return {};
  return std::unexpected(
      fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension quic_transport_parameters"));
}

Result<void> check_for_stream(const ClientHello& hello) {
  if (!hello.extensions.has(ExtensionType::quic_transport_parameters)) return {};
  return std::unexpected(fail(ErrorCode::UnsolicitedExtension)
                             .at("ClientHello, extension quic_transport_parameters")
                             .expected("none over a stream"));
}

/// True where the hello gives this cookie back; an empty one stands for none.
bool has_cookie(const ClientHello& hello, ByteView cookie) {
  const auto body = hello.extensions.find(ExtensionType::cookie);
  if (!body) return cookie.empty();
  const auto extension = CookieExtension::parse(*body);
  return extension && std::ranges::equal(extension->cookie, cookie);
}

std::unexpected<Error> changed(std::string_view field) {
  return std::unexpected(fail(ErrorCode::ChangedSecondClientHello).at("ClientHello, " + std::string(field)));
}

}  // namespace

Result<void> check_carriage(const ClientHello& hello, bool is_over_quic) {
  return is_over_quic ? check_for_quic(hello) : check_for_stream(hello);
}

Result<void> check_second_hello(const ClientHello& first, const ClientHello& second, ByteView cookie) {
  if (first.legacy_version != second.legacy_version) return changed("legacy_version");
  if (first.random != second.random) return changed("random");
  if (!std::ranges::equal(first.legacy_session_id, second.legacy_session_id)) return changed("legacy_session_id");
  if (!std::ranges::equal(first.cipher_suites.bytes(), second.cipher_suites.bytes())) return changed("cipher_suites");
  if (!std::ranges::equal(first.legacy_compression_methods.bytes(), second.legacy_compression_methods.bytes())) {
    return changed("legacy_compression_methods");
  }
  // RFC 8446 4.2.2: the cookie is that of the HelloRetryRequest. An early_data that should not be there any more
  // (4.2.10) says nothing: no early data is taken or passed over behind a second ClientHello.
  if (!has_cookie(second, cookie)) return changed("extension cookie");
  auto a = skip_changeable(first.extensions.begin(), first.extensions.end());
  auto b = skip_changeable(second.extensions.begin(), second.extensions.end());
  while (a != first.extensions.end() && b != second.extensions.end()) {
    const ExtensionView before = *a;
    const ExtensionView after = *b;
    if (before.type != after.type || !std::ranges::equal(before.body, after.body)) {
      return changed("extension " + to_string(before.type));
    }
    a = skip_changeable(++a, first.extensions.end());
    b = skip_changeable(++b, second.extensions.end());
  }
  if (a != first.extensions.end()) return changed("extension " + to_string((*a).type));
  if (b != second.extensions.end()) return changed("extension " + to_string((*b).type));
  return {};
}

TranscriptHash digest_of_unchangeable(const ClientHello& hello, const crypto::HashFunction& sha256) {
  Bytes fields;
  Writer out(fields);
  out.value(hello.legacy_version);
  out.bytes(hello.random);
  out.vector8(hello.legacy_session_id);
  out.vector16(hello.cipher_suites.bytes());
  out.vector8(hello.legacy_compression_methods.bytes());
  const auto end = hello.extensions.end();
  for (auto at = skip_changeable(hello.extensions.begin(), end); at != end; at = skip_changeable(++at, end)) {
    const ExtensionView extension = *at;
    out.value(extension.type);
    out.vector16(extension.body);
  }
  Transcript digest(sha256);
  digest.add(fields);
  return digest.hash();
}

}  // namespace keyway::tls::server
