#include "tls/client12/server_hello.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "tls/client/extension_answers.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/extensions/ec_point_formats.hpp"
#include "tls/wire/extensions/extended_master_secret.hpp"
#include "tls/wire/extensions/renegotiation_info.hpp"

namespace keyway::tls::client12 {
namespace {

Result<const SuiteTls12*> check_fields(const ServerHello& hello, const client::Offer& offer) {
  const auto& offered = offer.config->common().policy.cipher_suites;
  const SuiteTls12* suite = find_suite_tls12(hello.cipher_suite);
  if (suite == nullptr || std::ranges::find(offered, hello.cipher_suite) == offered.end()) {
    return std::unexpected(
        fail(ErrorCode::CipherSuiteNotOffered).at("ServerHello, cipher_suite").received(to_string(hello.cipher_suite)));
  }
  // RFC 5246 7.4.1.3: the client's session ID back would resume a session, and the one sent names none.
  const ByteView sent = offer.session_id();
  if (!sent.empty() && std::ranges::equal(hello.legacy_session_id_echo, sent)) {
    return std::unexpected(fail(ErrorCode::SessionNotOffered)
                               .at("ServerHello, session_id")
                               .received(to_hex(hello.legacy_session_id_echo)));
  }
  if (hello.legacy_compression_method != CompressionMethod::null) {
    return std::unexpected(fail(ErrorCode::CompressionNotNull)
                               .at("ServerHello, compression_method")
                               .received(to_string(hello.legacy_compression_method)));
  }
  return suite;
}

/// RFC 7627 5.2: the handshake is given up where the extension is missing.
Result<void> check_extended_master_secret(const ExtensionBlock& extensions) {
  const auto body = extensions.find(ExtensionType::extended_master_secret);
  if (!body) return std::unexpected(fail(ErrorCode::ExtendedMasterSecretMissing).at("ServerHello"));
  if (auto parsed = ExtendedMasterSecretExtension::parse(*body); !parsed) {
    return std::unexpected(std::move(parsed.error()).at("ServerHello"));
  }
  return {};
}

/// RFC 5746 3.4.
Result<void> check_renegotiation_info(const ExtensionBlock& extensions) {
  const auto body = extensions.find(ExtensionType::renegotiation_info);
  if (!body) return std::unexpected(fail(ErrorCode::SecureRenegotiationMissing).at("ServerHello"));
  auto parsed = RenegotiationInfoExtension::parse(*body);
  if (!parsed) return std::unexpected(std::move(parsed.error()).at("ServerHello"));
  if (parsed->renegotiated_connection.empty()) return {};
  return std::unexpected(fail(ErrorCode::RenegotiationInfoNotEmpty).at("ServerHello, renegotiation_info"));
}

/// RFC 8422 5.2.
Result<void> check_point_formats(const ExtensionBlock& extensions) {
  const auto body = extensions.find(ExtensionType::ec_point_formats);
  if (!body) return {};
  auto parsed = EcPointFormatsExtension::parse(*body);
  if (!parsed) return std::unexpected(std::move(parsed.error()).at("ServerHello"));
  if (parsed->ec_point_format_list.contains(EcPointFormat::uncompressed)) return {};
  return std::unexpected(
      fail(ErrorCode::InvalidValue).at("ServerHello, ec_point_formats").expected("uncompressed among them"));
}

Result<void> check_answers(const ServerHello& hello, const ExtensionSet& offered) {
  auto placed = check_extensions(hello.extensions, ExtensionHome::server_hello_tls12, offered, "ServerHello");
  if (!placed) return placed;
  if (auto checked = check_extended_master_secret(hello.extensions); !checked) return checked;
  if (auto checked = check_renegotiation_info(hello.extensions); !checked) return checked;
  if (auto checked = check_point_formats(hello.extensions); !checked) return checked;
  return client::check_plain_answers(hello.extensions, "ServerHello");
}

}  // namespace

Result<std::variant<ExpectCertificate>> accept(Flow& flow, client::Offer& offer, const ServerHello& hello,
                                               ByteView client_hello, const HandshakeMessage& message) {
  // While TLS 1.3 was possible, a ChangeCipherSpec meant nothing. Here it would have changed keys too early.
  if (flow.reader().saw_change_cipher_spec()) {
    return std::unexpected(fail(ErrorCode::UnexpectedChangeCipherSpec).at("record").received("one before ServerHello"));
  }
  flow.reader().allow_change_cipher_spec(false);
  auto suite = check_fields(hello, offer);
  if (!suite) return std::unexpected(std::move(suite.error()));
  if (auto checked = check_answers(hello, offer.extensions); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  const CommonConfig& config = offer.config->common();
  auto alpn = client::chosen_alpn(hello.extensions, config.alpn, "ServerHello");
  if (!alpn) return std::unexpected(std::move(alpn.error()));

  flow.info().version = ProtocolVersion::TLS1_2;
  flow.info().cipher_suite = (*suite)->id;
  flow.info().alpn = std::move(*alpn);
  flow.emit_parameters();
  TranscriptTls12 transcript(*config.provider->hash((*suite)->hash), offer.config->has_credentials());
  transcript.add(client_hello);
  transcript.add(message.raw);
  return ExpectCertificate({offer.config, *suite, std::move(transcript), {offer.random, hello.random}},
                           std::move(offer.server_name));
}

}  // namespace keyway::tls::client12
