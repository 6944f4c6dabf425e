#include <keyway/types.hpp>

#include <cstddef>

namespace keyway {
namespace {

/// `0x` and two hexadecimal digits for each byte of the value's type.
template <typename E>
std::string number(E value) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto wire = static_cast<std::uint32_t>(value);
  std::string text = "0x";
  for (std::size_t i = 2 * sizeof(E); i-- > 0;) text += digits[(wire >> (4 * i)) & 0xfU];
  return text;
}

template <typename E>
std::string number_or_grease(E value) {
  if (is_grease(static_cast<std::uint16_t>(value))) return "GREASE (" + number(value) + ")";
  return number(value);
}

}  // namespace

// Each switch has no default, so that the compiler tells when a new value has no name.
#define KEYWAY_NAMED(value) \
  case value:               \
    return #value

std::string to_string(ProtocolVersion value) {
  switch (value) {
    case ProtocolVersion::SSL3_0:
      return "SSL 3.0";
    case ProtocolVersion::TLS1_0:
      return "TLS 1.0";
    case ProtocolVersion::TLS1_1:
      return "TLS 1.1";
    case ProtocolVersion::TLS1_2:
      return "TLS 1.2";
    case ProtocolVersion::TLS1_3:
      return "TLS 1.3";
  }
  return number_or_grease(value);
}

std::string to_string(ContentType value) {
  switch (value) {
    using enum ContentType;
    KEYWAY_NAMED(invalid);
    KEYWAY_NAMED(change_cipher_spec);
    KEYWAY_NAMED(alert);
    KEYWAY_NAMED(handshake);
    KEYWAY_NAMED(application_data);
  }
  return number(value);
}

std::string to_string(HandshakeType value) {
  switch (value) {
    using enum HandshakeType;
    KEYWAY_NAMED(hello_request);
    KEYWAY_NAMED(client_hello);
    KEYWAY_NAMED(server_hello);
    KEYWAY_NAMED(new_session_ticket);
    KEYWAY_NAMED(end_of_early_data);
    KEYWAY_NAMED(encrypted_extensions);
    KEYWAY_NAMED(certificate);
    KEYWAY_NAMED(server_key_exchange);
    KEYWAY_NAMED(certificate_request);
    KEYWAY_NAMED(server_hello_done);
    KEYWAY_NAMED(certificate_verify);
    KEYWAY_NAMED(client_key_exchange);
    KEYWAY_NAMED(client_certificate_request);
    KEYWAY_NAMED(finished);
    KEYWAY_NAMED(certificate_status);
    KEYWAY_NAMED(key_update);
    KEYWAY_NAMED(compressed_certificate);
    KEYWAY_NAMED(message_hash);
  }
  return number(value);
}

std::string to_string(AlertDescription value) {
  switch (value) {
    using enum AlertDescription;
    KEYWAY_NAMED(close_notify);
    KEYWAY_NAMED(unexpected_message);
    KEYWAY_NAMED(bad_record_mac);
    KEYWAY_NAMED(record_overflow);
    KEYWAY_NAMED(handshake_failure);
    KEYWAY_NAMED(bad_certificate);
    KEYWAY_NAMED(unsupported_certificate);
    KEYWAY_NAMED(certificate_revoked);
    KEYWAY_NAMED(certificate_expired);
    KEYWAY_NAMED(certificate_unknown);
    KEYWAY_NAMED(illegal_parameter);
    KEYWAY_NAMED(unknown_ca);
    KEYWAY_NAMED(access_denied);
    KEYWAY_NAMED(decode_error);
    KEYWAY_NAMED(decrypt_error);
    KEYWAY_NAMED(protocol_version);
    KEYWAY_NAMED(insufficient_security);
    KEYWAY_NAMED(internal_error);
    KEYWAY_NAMED(inappropriate_fallback);
    KEYWAY_NAMED(user_canceled);
    KEYWAY_NAMED(no_renegotiation);
    KEYWAY_NAMED(missing_extension);
    KEYWAY_NAMED(unsupported_extension);
    KEYWAY_NAMED(unrecognized_name);
    KEYWAY_NAMED(bad_certificate_status_response);
    KEYWAY_NAMED(unknown_psk_identity);
    KEYWAY_NAMED(certificate_required);
    KEYWAY_NAMED(no_application_protocol);
    KEYWAY_NAMED(ech_required);
  }
  return number(value);
}

std::string to_string(CipherSuite value) {
  switch (value) {
    using enum CipherSuite;
    KEYWAY_NAMED(TLS_RSA_WITH_AES_128_GCM_SHA256);
    KEYWAY_NAMED(TLS_RSA_WITH_AES_256_GCM_SHA384);
    KEYWAY_NAMED(TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
    KEYWAY_NAMED(TLS_AES_128_GCM_SHA256);
    KEYWAY_NAMED(TLS_AES_256_GCM_SHA384);
    KEYWAY_NAMED(TLS_CHACHA20_POLY1305_SHA256);
    KEYWAY_NAMED(TLS_AES_128_CCM_SHA256);
    KEYWAY_NAMED(TLS_AES_128_CCM_8_SHA256);
    KEYWAY_NAMED(TLS_FALLBACK_SCSV);
    KEYWAY_NAMED(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    KEYWAY_NAMED(TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384);
    KEYWAY_NAMED(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    KEYWAY_NAMED(TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384);
    KEYWAY_NAMED(TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256);
    KEYWAY_NAMED(TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
  }
  return number_or_grease(value);
}

std::string to_string(CompressionMethod value) {
  switch (value) {
    using enum CompressionMethod;
    KEYWAY_NAMED(null);
    KEYWAY_NAMED(DEFLATE);
    KEYWAY_NAMED(LZS);
  }
  return number(value);
}

std::string to_string(NamedGroup value) {
  switch (value) {
    using enum NamedGroup;
    KEYWAY_NAMED(secp256r1);
    KEYWAY_NAMED(secp384r1);
    KEYWAY_NAMED(secp521r1);
    KEYWAY_NAMED(x25519);
    KEYWAY_NAMED(x448);
    KEYWAY_NAMED(ffdhe2048);
    KEYWAY_NAMED(ffdhe3072);
    KEYWAY_NAMED(MLKEM768);
    KEYWAY_NAMED(MLKEM1024);
    KEYWAY_NAMED(SecP256r1MLKEM768);
    KEYWAY_NAMED(X25519MLKEM768);
  }
  return number_or_grease(value);
}

std::string to_string(SignatureScheme value) {
  switch (value) {
    using enum SignatureScheme;
    KEYWAY_NAMED(rsa_pkcs1_sha1);
    KEYWAY_NAMED(ecdsa_sha1);
    KEYWAY_NAMED(rsa_pkcs1_sha256);
    KEYWAY_NAMED(ecdsa_secp256r1_sha256);
    KEYWAY_NAMED(rsa_pkcs1_sha384);
    KEYWAY_NAMED(ecdsa_secp384r1_sha384);
    KEYWAY_NAMED(rsa_pkcs1_sha512);
    KEYWAY_NAMED(ecdsa_secp521r1_sha512);
    KEYWAY_NAMED(rsa_pss_rsae_sha256);
    KEYWAY_NAMED(rsa_pss_rsae_sha384);
    KEYWAY_NAMED(rsa_pss_rsae_sha512);
    KEYWAY_NAMED(ed25519);
    KEYWAY_NAMED(ed448);
    KEYWAY_NAMED(rsa_pss_pss_sha256);
    KEYWAY_NAMED(rsa_pss_pss_sha384);
    KEYWAY_NAMED(rsa_pss_pss_sha512);
    KEYWAY_NAMED(mldsa44);
    KEYWAY_NAMED(mldsa65);
    KEYWAY_NAMED(mldsa87);
  }
  return number_or_grease(value);
}

std::string to_string(ExtensionType value) {
  switch (value) {
    using enum ExtensionType;
    KEYWAY_NAMED(server_name);
    KEYWAY_NAMED(max_fragment_length);
    KEYWAY_NAMED(status_request);
    KEYWAY_NAMED(supported_groups);
    KEYWAY_NAMED(ec_point_formats);
    KEYWAY_NAMED(signature_algorithms);
    KEYWAY_NAMED(use_srtp);
    KEYWAY_NAMED(heartbeat);
    KEYWAY_NAMED(application_layer_protocol_negotiation);
    KEYWAY_NAMED(signed_certificate_timestamp);
    KEYWAY_NAMED(client_certificate_type);
    KEYWAY_NAMED(server_certificate_type);
    KEYWAY_NAMED(padding);
    KEYWAY_NAMED(encrypt_then_mac);
    KEYWAY_NAMED(extended_master_secret);
    KEYWAY_NAMED(compress_certificate);
    KEYWAY_NAMED(record_size_limit);
    KEYWAY_NAMED(delegated_credential);
    KEYWAY_NAMED(session_ticket);
    KEYWAY_NAMED(pre_shared_key);
    KEYWAY_NAMED(early_data);
    KEYWAY_NAMED(supported_versions);
    KEYWAY_NAMED(cookie);
    KEYWAY_NAMED(psk_key_exchange_modes);
    KEYWAY_NAMED(certificate_authorities);
    KEYWAY_NAMED(oid_filters);
    KEYWAY_NAMED(post_handshake_auth);
    KEYWAY_NAMED(signature_algorithms_cert);
    KEYWAY_NAMED(key_share);
    KEYWAY_NAMED(quic_transport_parameters);
    KEYWAY_NAMED(ticket_request);
    KEYWAY_NAMED(ech_outer_extensions);
    KEYWAY_NAMED(encrypted_client_hello);
    KEYWAY_NAMED(renegotiation_info);
  }
  return number_or_grease(value);
}

#undef KEYWAY_NAMED

std::string_view to_string(Side value) noexcept {
  return value == Side::client ? "client" : "server";
}

}  // namespace keyway
