#pragma once

#include <array>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/alpn.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/certificate_type.hpp"
#include "tls/wire/extensions/compress_certificate.hpp"
#include "tls/wire/extensions/cookie.hpp"
#include "tls/wire/extensions/delegated_credential.hpp"
#include "tls/wire/extensions/ec_point_formats.hpp"
#include "tls/wire/extensions/encrypted_client_hello.hpp"
#include "tls/wire/extensions/extended_master_secret.hpp"
#include "tls/wire/extensions/key_share.hpp"
#include "tls/wire/extensions/max_fragment_length.hpp"
#include "tls/wire/extensions/post_handshake_auth.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"
#include "tls/wire/extensions/psk_key_exchange_modes.hpp"
#include "tls/wire/extensions/record_size_limit.hpp"
#include "tls/wire/extensions/renegotiation_info.hpp"
#include "tls/wire/extensions/server_name.hpp"
#include "tls/wire/extensions/session_ticket.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"
#include "tls/wire/extensions/signed_certificate_timestamp.hpp"
#include "tls/wire/extensions/status_request.hpp"
#include "tls/wire/extensions/supported_groups.hpp"
#include "tls/wire/extensions/supported_versions.hpp"
#include "tls/wire/extensions/ticket_request.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

using HelloRandom = std::array<std::uint8_t, 32>;

/// RFC 8446 4.1.2.
struct ClientHello {
  static constexpr HandshakeType type = HandshakeType::client_hello;

  ProtocolVersion legacy_version = ProtocolVersion::TLS1_2;
  HelloRandom random{};
  ByteView legacy_session_id;  ///< 0 to 32 bytes
  WireList<CipherSuite> cipher_suites;
  WireList<CompressionMethod> legacy_compression_methods;
  ExtensionBlock extensions;
  bool has_extensions = true;  ///< TLS 1.2 and older may leave the block out (RFC 5246 7.4.1.2)

  /// Errors: the reader's, DuplicateExtension, PreSharedKeyNotLast.
  [[nodiscard]] static Result<ClientHello> parse(ByteView body);
  void write(Writer& out) const;
};

/// The extensions of a ClientHello that Keyway reads, each decoded.
struct ClientHelloExtensions {
  std::optional<ServerNameExtension> server_name;
  std::optional<SupportedVersionsExtension> supported_versions;
  std::optional<SupportedGroupsExtension> supported_groups;
  std::optional<SignatureAlgorithmsExtension> signature_algorithms;
  std::optional<SignatureAlgorithmsCertExtension> signature_algorithms_cert;
  std::optional<AlpnExtension> alpn;
  std::optional<KeyShareClientHello> key_share;
  std::optional<CookieExtension> cookie;
  std::optional<DelegatedCredentialOffered> delegated_credential;
  std::optional<EcPointFormatsExtension> ec_point_formats;
  std::optional<ExtendedMasterSecretExtension> extended_master_secret;
  std::optional<RenegotiationInfoExtension> renegotiation_info;
  std::optional<SessionTicketExtension> session_ticket;
  std::optional<CertificateAuthoritiesExtension> certificate_authorities;
  std::optional<CompressCertificateExtension> compress_certificate;
  std::optional<ServerCertificateTypesOffered> server_certificate_type;
  std::optional<ClientCertificateTypesOffered> client_certificate_type;
  std::optional<StatusRequestExtension> status_request;
  std::optional<SctRequestExtension> signed_certificate_timestamp;
  std::optional<MaxFragmentLengthExtension> max_fragment_length;
  std::optional<RecordSizeLimitExtension> record_size_limit;
  std::optional<PostHandshakeAuthExtension> post_handshake_auth;
  std::optional<TicketRequestClientHello> ticket_request;
  std::optional<PskKeyExchangeModesExtension> psk_key_exchange_modes;
  std::optional<PreSharedKeyClientHello> pre_shared_key;
  std::optional<EncryptedClientHelloExtension> encrypted_client_hello;

  /// Decodes them all; the first that is malformed is the error, with its name in where().
  [[nodiscard]] static Result<ClientHelloExtensions> parse(const ExtensionBlock& block);
};

}  // namespace keyway::tls
