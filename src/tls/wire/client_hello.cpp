#include "tls/wire/client_hello.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {
namespace {

/// RFC 8446 4.2.11: the binders cover everything before them, so pre_shared_key ends the ClientHello.
bool has_pre_shared_key_before_the_end(const ExtensionBlock& block) noexcept {
  bool found = false;
  for (const ExtensionView extension : block) {
    if (found) return true;
    found = extension.type == ExtensionType::pre_shared_key;
  }
  return false;
}

template <typename E>
Result<void> decode(std::optional<E>& into, ByteView body) {
  Result<E> extension = E::parse(body);
  if (!extension) return std::unexpected(std::move(extension).error().at("ClientHello"));
  into = *extension;
  return {};
}

Result<void> decode(ClientHelloExtensions& into, const ExtensionView& extension) {
  switch (extension.type) {
    case ExtensionType::server_name:
      return decode(into.server_name, extension.body);
    case ExtensionType::supported_versions:
      return decode(into.supported_versions, extension.body);
    case ExtensionType::supported_groups:
      return decode(into.supported_groups, extension.body);
    case ExtensionType::signature_algorithms:
      return decode(into.signature_algorithms, extension.body);
    case ExtensionType::signature_algorithms_cert:
      return decode(into.signature_algorithms_cert, extension.body);
    case ExtensionType::application_layer_protocol_negotiation:
      return decode(into.alpn, extension.body);
    case ExtensionType::key_share:
      return decode(into.key_share, extension.body);
    case ExtensionType::cookie:
      return decode(into.cookie, extension.body);
    case ExtensionType::delegated_credential:
      return decode(into.delegated_credential, extension.body);
    case ExtensionType::ec_point_formats:
      return decode(into.ec_point_formats, extension.body);
    case ExtensionType::extended_master_secret:
      return decode(into.extended_master_secret, extension.body);
    case ExtensionType::renegotiation_info:
      return decode(into.renegotiation_info, extension.body);
    case ExtensionType::session_ticket:
      return decode(into.session_ticket, extension.body);
    case ExtensionType::certificate_authorities:
      return decode(into.certificate_authorities, extension.body);
    case ExtensionType::compress_certificate:
      return decode(into.compress_certificate, extension.body);
    case ExtensionType::server_certificate_type:
      return decode(into.server_certificate_type, extension.body);
    case ExtensionType::client_certificate_type:
      return decode(into.client_certificate_type, extension.body);
    case ExtensionType::status_request:
      return decode(into.status_request, extension.body);
    case ExtensionType::signed_certificate_timestamp:
      return decode(into.signed_certificate_timestamp, extension.body);
    case ExtensionType::max_fragment_length:
      return decode(into.max_fragment_length, extension.body);
    case ExtensionType::record_size_limit:
      return decode(into.record_size_limit, extension.body);
    case ExtensionType::post_handshake_auth:
      return decode(into.post_handshake_auth, extension.body);
    case ExtensionType::ticket_request:
      return decode(into.ticket_request, extension.body);
    case ExtensionType::psk_key_exchange_modes:
      return decode(into.psk_key_exchange_modes, extension.body);
    case ExtensionType::pre_shared_key:
      return decode(into.pre_shared_key, extension.body);
    case ExtensionType::encrypted_client_hello:
      return decode(into.encrypted_client_hello, extension.body);
    default:
      return {};
  }
}

}  // namespace

Result<ClientHello> ClientHello::parse(ByteView body) {
  Reader in(body, "ClientHello");
  ClientHello hello;
  hello.legacy_version = in.value<ProtocolVersion>("legacy_version");
  hello.random = in.array<32>("random");
  hello.legacy_session_id = in.vector8("legacy_session_id", 0, 32);
  hello.cipher_suites = read_list16<CipherSuite>(in, "cipher_suites");
  hello.legacy_compression_methods = read_list8<CompressionMethod>(in, "legacy_compression_methods");
  hello.has_extensions = !in.empty();
  if (hello.has_extensions) {
    hello.extensions = ExtensionBlock::read(in, "extensions");
    if (has_pre_shared_key_before_the_end(hello.extensions)) in.reject(ErrorCode::PreSharedKeyNotLast, "extensions");
  }
  if (auto read = in.finish(); !read) {
    return std::unexpected(with_duplicates_as_decode_error(std::move(read).error()));
  }
  return hello;
}

void ClientHello::write(Writer& out) const {
  out.value(legacy_version);
  out.bytes(random);
  out.vector8(legacy_session_id);
  out.vector16(cipher_suites.bytes());
  out.vector8(legacy_compression_methods.bytes());
  if (has_extensions) extensions.write(out);
}

Result<ClientHelloExtensions> ClientHelloExtensions::parse(const ExtensionBlock& block) {
  ClientHelloExtensions decoded;
  for (const ExtensionView extension : block) {
    if (auto one = decode(decoded, extension); !one) return std::unexpected(std::move(one).error());
  }
  return decoded;
}

}  // namespace keyway::tls
