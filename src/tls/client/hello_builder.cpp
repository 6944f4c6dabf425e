#include "tls/client/hello_builder.hpp"

#include <array>

#include "core/writer.hpp"
#include "tls/client/extension_answers.hpp"
#include "tls/handshake/raw_public_key.hpp"
#include "tls/suites.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/quic_transport_parameters.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client {
namespace {

void write_grease(Writer& out, const HelloParts& parts, Grease::Place place) {
  if (parts.grease != nullptr) out.u16(parts.grease->value(place));
}

/// RFC 8701 3.1: an extension that nobody knows.
void write_grease_extension(Writer& out, const HelloParts& parts, Grease::Place place) {
  if (parts.grease == nullptr) return;
  write_grease(out, parts, place);
  out.u16(0);
}

/// Writes an extension whose body is one list of code points with a length before it.
template <typename E>
void write_list16(Writer& out, const HelloParts& parts, ExtensionType type, std::span<const E> values) {
  out.value(type);
  out.vector16([&] {
    out.vector16([&] {
      write_grease(out, parts, Grease::Place::scheme);
      for (const E value : values) out.value(value);
    });
  });
}

/// RFC 9345 4.1.1.
void write_delegated_schemes(Writer& out, const ClientConfig& config) {
  if (config.delegated_credential_schemes().empty()) return;
  out.value(ExtensionType::delegated_credential);
  out.vector16([&] {
    out.vector16([&] {
      for (const SignatureScheme scheme : config.delegated_credential_schemes()) out.value(scheme);
    });
  });
}

void write_server_name(Writer& out, const HelloParts& parts) {
  // RFC 6066 3: literal addresses are not permitted in server_name.
  const bool is_wanted = parts.config.sends_server_name() || parts.kind == HelloKind::outer;
  if (!is_wanted || !parts.server_name.is_dns()) return;
  write_extension(out, ServerNameExtension{as_bytes(parts.server_name.dns())});
}

void write_alpn(Writer& out, const std::vector<std::string>& protocols) {
  if (protocols.empty()) return;
  out.value(ExtensionType::application_layer_protocol_negotiation);
  out.vector16([&] {
    out.vector16([&] {
      for (const std::string& protocol : protocols) out.vector8(as_bytes(protocol));
    });
  });
}

/// RFC 6066 8: any responder, no extensions. RFC 6962 3.3.1.
void write_proofs_asked(Writer& out, const ClientConfig& config) {
  if (config.asks_for_ocsp()) write_extension(out, StatusRequestExtension{});
  if (config.asks_for_scts()) write_extension(out, SctRequestExtension{});
}

/// RFC 6066 4, RFC 8449 4.
void write_record_limits(Writer& out, const ClientConfig& config) {
  if (config.max_fragment_length()) write_extension(out, MaxFragmentLengthExtension{*config.max_fragment_length()});
  const std::uint16_t limit = config.common().record_size_limit;
  if (limit != 0) write_extension(out, RecordSizeLimitExtension{limit});
}

void write_versions(Writer& out, const HelloParts& parts, const Policy& policy) {
  out.value(ExtensionType::supported_versions);
  out.vector16([&] {
    out.vector8([&] {
      write_grease(out, parts, Grease::Place::version);
      for (const ProtocolVersion version : policy.versions) {
        if (parts.may_offer(version)) out.value(version);
      }
    });
  });
}

void write_key_shares(Writer& out, const HelloParts& parts) {
  static constexpr std::array<std::uint8_t, 1> unknown_share{0};
  out.value(ExtensionType::key_share);
  out.vector16([&] {
    out.vector16([&] {
      if (parts.grease != nullptr && !parts.is_retry) {
        KeyShareEntry{static_cast<NamedGroup>(parts.grease->value(Grease::Place::group)), unknown_share}.write(out);
      }
      for (const auto& exchange : parts.key_shares) KeyShareEntry{exchange->group(), exchange->share()}.write(out);
    });
  });
}

/// RFC 8879 3.
void write_compressors(Writer& out, const CertificateCompressors& compressors) {
  if (compressors.empty()) return;
  out.value(ExtensionType::compress_certificate);
  out.vector16([&] {
    out.vector8([&] {
      for (const auto& compressor : compressors) out.value(compressor->algorithm());
    });
  });
}

/// RFC 8446 4.2.9. Without it, a server has no reason to give tickets.
void write_psk_modes(Writer& out, bool allows_psk_ke) {
  out.value(ExtensionType::psk_key_exchange_modes);
  out.vector16([&] {
    out.vector8([&] {
      out.value(PskKeyExchangeMode::psk_dhe_ke);
      if (allows_psk_ke) out.value(PskKeyExchangeMode::psk_ke);
    });
  });
}

/// RFC 9149 3.
void write_ticket_wish(Writer& out, const ClientConfig& config) {
  const auto& wish = config.ticket_wish();
  if (!wish || config.session_store() == nullptr) return;
  write_extension(out, TicketRequestClientHello{wish->after_full_handshake, wish->after_resumption});
}

void write_psks(Writer& out, std::span<const PskOffer> psks) {
  static constexpr std::array<std::uint8_t, crypto::max_hash_size> zeros{};
  out.value(ExtensionType::pre_shared_key);
  out.vector16([&] {
    out.vector16([&] {
      for (const PskOffer& psk : psks) psk.identity.write(out);
    });
    out.vector16([&] {
      for (const PskOffer& psk : psks) out.vector8(ByteView(zeros).first(psk.hash->output_size()));
    });
  });
}

/// RFC 7250 4.1: left out where they say nothing.
void write_certificate_types(Writer& out, const ClientConfig& config) {
  const auto write = [&](ExtensionType type, const std::vector<CertificateType>& types) {
    if (!says_something(types)) return;
    out.value(type);
    out.vector16([&] {
      out.vector8([&] {
        for (const CertificateType one : types) out.value(one);
      });
    });
  };
  write(ExtensionType::client_certificate_type, config.client_certificate_types());
  if (!config.requires_psk()) write(ExtensionType::server_certificate_type, config.server_certificate_types());
}

/// What a TLS 1.2 server must know of us: RFC 7627 5.1, RFC 5746 3.4, RFC 8422 5.1.2, RFC 5077 3.2.
void write_for_tls12(Writer& out, const HelloParts& parts) {
  static constexpr std::array<std::uint8_t, 1> uncompressed{0};
  write_extension(out, ExtendedMasterSecretExtension{});
  write_extension(out, RenegotiationInfoExtension{});
  write_extension(out, EcPointFormatsExtension{WireList<EcPointFormat>(uncompressed)});
  if (parts.config.session_store() != nullptr) write_extension(out, SessionTicketExtension{parts.session_ticket});
}

void write_groups(Writer& out, const HelloParts& parts, const Policy& policy) {
  out.value(ExtensionType::supported_groups);
  out.vector16([&] {
    out.vector16([&] {
      write_grease(out, parts, Grease::Place::group);
      for (const NamedGroup group : policy.groups) {
        // RFC 8422 5.1.1: TLS 1.2 alone has use for curves alone.
        if (policy.has(ProtocolVersion::TLS1_3) || is_ecdhe_group(group)) out.value(group);
      }
    });
  });
}

void write_extensions(Writer& out, const HelloParts& parts) {
  const Policy& policy = parts.config.common().policy;
  write_grease_extension(out, parts, Grease::Place::first_extension);
  write_server_name(out, parts);
  write_groups(out, parts, policy);
  const bool takes_certificates = !parts.config.requires_psk();
  if (takes_certificates) {
    write_list16(out, parts, ExtensionType::signature_algorithms,
                 std::span<const SignatureScheme>(policy.signature_schemes));
  }
  if (takes_certificates && policy.signature_schemes_in_certificates != policy.signature_schemes) {
    write_list16(out, parts, ExtensionType::signature_algorithms_cert,
                 std::span<const SignatureScheme>(policy.signature_schemes_in_certificates));
  }
  if (policy.has(ProtocolVersion::TLS1_3)) write_delegated_schemes(out, parts.config);
  write_alpn(out, offered_protocols(parts.config, parts.kind == HelloKind::outer));
  write_proofs_asked(out, parts.config);
  if (parts.quic != nullptr) {
    write_extension(out, QuicTransportParametersExtension{parts.quic->own_parameters()});
  } else {
    write_record_limits(out, parts.config);
  }
  write_certificate_types(out, parts.config);
  if (policy.has(ProtocolVersion::TLS1_2) && parts.may_offer(ProtocolVersion::TLS1_2)) write_for_tls12(out, parts);
  write_grease_extension(out, parts, Grease::Place::last_extension);
  if (!policy.has(ProtocolVersion::TLS1_3)) return;
  write_versions(out, parts, policy);
  if (!parts.cookie.empty()) write_extension(out, CookieExtension{parts.cookie});
  if (!parts.encrypted_client_hello.empty()) {
    out.value(ExtensionType::encrypted_client_hello);
    out.vector16(parts.encrypted_client_hello);
  }
  write_key_shares(out, parts);
  write_compressors(out, parts.config.common().certificate_compressors);
  const bool knows_psks = parts.config.session_store() != nullptr || parts.config.common().psks != nullptr;
  if (parts.config.allows_late_authentication()) write_extension(out, PostHandshakeAuthExtension{});
  write_ticket_wish(out, parts.config);
  if (knows_psks) write_psk_modes(out, parts.config.common().allows_psk_ke);
  if (parts.has_early_data) {  // RFC 8446 4.2.10: empty
    out.value(ExtensionType::early_data);
    out.u16(0);
  }
  if (!parts.psks.empty()) write_psks(out, parts.psks);  // RFC 8446 4.2.11: the last
}

/// Some bytes more than the extensions take.
std::size_t size_hint(const HelloParts& parts) noexcept {
  std::size_t size = 384 + parts.session_ticket.size() + parts.encrypted_client_hello.size();
  for (const PskOffer& psk : parts.psks) size += psk.identity.identity.size() + crypto::max_hash_size;
  return size;
}

/// The body, whose extensions `write_all()` writes.
template <typename Extensions>
void write_hello(Writer& out, const HelloParts& parts, Extensions&& write_all) {
  out.value(ProtocolVersion::TLS1_2);  // legacy_version
  out.bytes(parts.random);
  out.vector8(parts.session_id);
  out.vector16([&] {
    write_grease(out, parts, Grease::Place::suite);
    for (const CipherSuite suite : parts.config.common().policy.cipher_suites) {
      const bool is_tls13 = find_suite_tls13(suite) != nullptr;
      if (is_tls13 || parts.may_offer(ProtocolVersion::TLS1_2)) out.value(suite);
    }
    if (parts.config.is_fallback() && parts.kind != HelloKind::inner) out.value(CipherSuite::TLS_FALLBACK_SCSV);
  });
  out.vector8([&] { out.value(CompressionMethod::null); });
  out.vector16(write_all);
}

}  // namespace

Bytes build_extensions(const HelloParts& parts) {
  Bytes extensions;
  extensions.reserve(size_hint(parts));
  Writer out(extensions);
  write_extensions(out, parts);
  return extensions;
}

void write_client_hello(Writer& out, const HelloParts& parts, ByteView extensions) {
  write_hello(out, parts, [&] { out.bytes(extensions); });
}

Bytes build_client_hello(const HelloParts& parts, ByteView extensions) {
  Bytes message;
  message.reserve(128 + extensions.size());
  Writer out(message);
  out.value(HandshakeType::client_hello);
  out.vector24([&] { write_client_hello(out, parts, extensions); });
  return message;
}

Bytes build_client_hello(const HelloParts& parts) {
  if (parts.grease != nullptr) return build_client_hello(parts, parts.grease->rearrange(build_extensions(parts)));
  Bytes message;
  message.reserve(128 + size_hint(parts));
  Writer out(message);
  out.value(HandshakeType::client_hello);
  out.vector24([&] { write_hello(out, parts, [&] { write_extensions(out, parts); }); });
  return message;
}

}  // namespace keyway::tls::client
