#pragma once
/// \file
/// The code points of TLS, with IANA's names and wire values. Each enum can hold any value that a peer sends:
/// an unknown one survives a round trip and is named by its number.

#include <cstdint>
#include <string>
#include <string_view>

namespace keyway {

/// Which end of a connection.
enum class Side : std::uint8_t { client, server };

[[nodiscard]] constexpr Side peer_of(Side side) noexcept {
  return side == Side::client ? Side::server : Side::client;
}

/// RFC 8446 4.1.2, `ProtocolVersion`.
enum class ProtocolVersion : std::uint16_t {
  SSL3_0 = 0x0300,
  TLS1_0 = 0x0301,
  TLS1_1 = 0x0302,
  TLS1_2 = 0x0303,
  TLS1_3 = 0x0304,
};

/// RFC 8446 5.1.
enum class ContentType : std::uint8_t {
  invalid = 0,
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

/// RFC 8446 4, RFC 5246 7.4, RFC 8879, RFC 6066, RFC 9261, RFC 8446 4.4.1 (`message_hash`).
enum class HandshakeType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  end_of_early_data = 5,
  encrypted_extensions = 8,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  client_certificate_request = 17,
  finished = 20,
  certificate_status = 22,
  key_update = 24,
  compressed_certificate = 25,
  message_hash = 254,
};

/// RFC 8446 6 and the alerts of later RFCs.
enum class AlertDescription : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  handshake_failure = 40,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  inappropriate_fallback = 86,
  user_canceled = 90,
  no_renegotiation = 100,
  missing_extension = 109,
  unsupported_extension = 110,
  unrecognized_name = 112,
  bad_certificate_status_response = 113,
  unknown_psk_identity = 115,
  certificate_required = 116,
  no_application_protocol = 120,
  ech_required = 121,
};

enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };

/// IANA's TLS Cipher Suites, those that Keyway names.
enum class CipherSuite : std::uint16_t {
  TLS_RSA_WITH_AES_128_GCM_SHA256 = 0x009c,
  TLS_RSA_WITH_AES_256_GCM_SHA384 = 0x009d,
  TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff,
  TLS_AES_128_GCM_SHA256 = 0x1301,
  TLS_AES_256_GCM_SHA384 = 0x1302,
  TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
  TLS_AES_128_CCM_SHA256 = 0x1304,
  TLS_AES_128_CCM_8_SHA256 = 0x1305,
  TLS_FALLBACK_SCSV = 0x5600,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
};

/// RFC 5246 6.1: `null` is the only method that is ever chosen; the others are named to be shown.
enum class CompressionMethod : std::uint8_t { null = 0, DEFLATE = 1, LZS = 64 };

/// IANA's TLS Supported Groups, those that Keyway names.
enum class NamedGroup : std::uint16_t {
  secp256r1 = 0x0017,
  secp384r1 = 0x0018,
  secp521r1 = 0x0019,
  x25519 = 0x001d,
  x448 = 0x001e,
  ffdhe2048 = 0x0100,
  ffdhe3072 = 0x0101,
  MLKEM768 = 0x0201,
  MLKEM1024 = 0x0202,
  SecP256r1MLKEM768 = 0x11eb,
  X25519MLKEM768 = 0x11ec,
};

/// IANA's TLS SignatureScheme, those that Keyway names.
enum class SignatureScheme : std::uint16_t {
  rsa_pkcs1_sha1 = 0x0201,
  ecdsa_sha1 = 0x0203,
  rsa_pkcs1_sha256 = 0x0401,
  ecdsa_secp256r1_sha256 = 0x0403,
  rsa_pkcs1_sha384 = 0x0501,
  ecdsa_secp384r1_sha384 = 0x0503,
  rsa_pkcs1_sha512 = 0x0601,
  ecdsa_secp521r1_sha512 = 0x0603,
  rsa_pss_rsae_sha256 = 0x0804,
  rsa_pss_rsae_sha384 = 0x0805,
  rsa_pss_rsae_sha512 = 0x0806,
  ed25519 = 0x0807,
  ed448 = 0x0808,
  rsa_pss_pss_sha256 = 0x0809,
  rsa_pss_pss_sha384 = 0x080a,
  rsa_pss_pss_sha512 = 0x080b,
  mldsa44 = 0x0904,
  mldsa65 = 0x0905,
  mldsa87 = 0x0906,
};

/// IANA's TLS ExtensionType, those that Keyway names.
enum class ExtensionType : std::uint16_t {
  server_name = 0,
  max_fragment_length = 1,
  status_request = 5,
  supported_groups = 10,
  ec_point_formats = 11,
  signature_algorithms = 13,
  use_srtp = 14,
  heartbeat = 15,
  application_layer_protocol_negotiation = 16,
  signed_certificate_timestamp = 18,
  client_certificate_type = 19,
  server_certificate_type = 20,
  padding = 21,
  encrypt_then_mac = 22,
  extended_master_secret = 23,
  compress_certificate = 27,
  record_size_limit = 28,
  delegated_credential = 34,
  session_ticket = 35,
  pre_shared_key = 41,
  early_data = 42,
  supported_versions = 43,
  cookie = 44,
  psk_key_exchange_modes = 45,
  certificate_authorities = 47,
  oid_filters = 48,
  post_handshake_auth = 49,
  signature_algorithms_cert = 50,
  key_share = 51,
  quic_transport_parameters = 57,
  ticket_request = 58,
  ech_outer_extensions = 0xfd00,  ///< within what encrypted_client_hello hides
  encrypted_client_hello = 0xfe0d,
  renegotiation_info = 0xff01,
};

/// The registered name, or for an unknown value its number (`0x1234`), or `GREASE (0x1a1a)` for the values that
/// RFC 8701 sets aside.
[[nodiscard]] std::string to_string(ProtocolVersion value);
[[nodiscard]] std::string to_string(ContentType value);
[[nodiscard]] std::string to_string(HandshakeType value);
[[nodiscard]] std::string to_string(AlertDescription value);
[[nodiscard]] std::string to_string(CipherSuite value);
[[nodiscard]] std::string to_string(CompressionMethod value);
[[nodiscard]] std::string to_string(NamedGroup value);
[[nodiscard]] std::string to_string(SignatureScheme value);
[[nodiscard]] std::string to_string(ExtensionType value);
[[nodiscard]] std::string_view to_string(Side value) noexcept;

/// One of the sixteen values of RFC 8701 2 that are sent to keep implementations tolerant.
[[nodiscard]] constexpr bool is_grease(std::uint16_t value) noexcept {
  return (value & 0x0f0fU) == 0x0a0aU && (value >> 8U) == (value & 0xffU);
}

}  // namespace keyway
