#include "tls/client12/server_hello.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "tls/client/extension_answers.hpp"
#include "tls/handshake/next.hpp"
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
  if (hello.legacy_compression_method != CompressionMethod::null) {
    return std::unexpected(fail(ErrorCode::CompressionNotNull)
                               .at("ServerHello, compression_method")
                               .received(to_string(hello.legacy_compression_method)));
  }
  return suite;
}

/// RFC 7627 5.2: the handshake is given up where the extension is missing.
Result<void> check_extended_master_secret(const ExtensionBlock& extensions, bool is_required) {
  const auto body = extensions.find(ExtensionType::extended_master_secret);
  if (!body) {
    if (!is_required) return {};
    return std::unexpected(fail(ErrorCode::ExtendedMasterSecretMissing).at("ServerHello"));
  }
  if (auto parsed = ExtendedMasterSecretExtension::parse(*body); !parsed) {
    return std::unexpected(std::move(parsed.error()).at("ServerHello"));
  }
  return {};
}

/// RFC 5077 3.2.
Result<void> check_session_ticket(const ExtensionBlock& extensions) {
  const auto body = extensions.find(ExtensionType::session_ticket);
  if (!body || body->empty()) return {};
  return std::unexpected(fail(ErrorCode::TrailingData).at("ServerHello, session_ticket").expected("an empty answer"));
}

/// RFC 5746 3.4.
Result<void> check_renegotiation_info(const ExtensionBlock& extensions, bool is_required) {
  const auto body = extensions.find(ExtensionType::renegotiation_info);
  if (!body && !is_required) return {};
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

/// RFC 6962 3.3.1: the timestamps of a certificate that is yet to come.
Result<void> take_sct_list(const ExtensionBlock& extensions, Flow& flow) {
  const auto body = extensions.find(ExtensionType::signed_certificate_timestamp);
  if (!body) return {};
  auto parsed = SctListExtension::parse(*body);
  if (!parsed) return std::unexpected(std::move(parsed.error()).at("ServerHello"));
  flow.peer_proofs().sct_lists.assign(1, Bytes(parsed->list.begin(), parsed->list.end()));
  return {};
}

Result<void> check_answers(const ServerHello& hello, const client::Offer& offer) {
  auto placed = check_extensions(hello.extensions, ExtensionHome::server_hello_tls12, offer.extensions, "ServerHello");
  if (!placed) return placed;
  const CommonConfig& common = offer.config->common();
  auto extended = check_extended_master_secret(hello.extensions, common.requires_extended_master_secret);
  if (!extended) return extended;
  if (auto checked = check_session_ticket(hello.extensions); !checked) return checked;
  auto renegotiation = check_renegotiation_info(hello.extensions, common.requires_secure_renegotiation);
  if (!renegotiation) return renegotiation;
  if (auto checked = check_point_formats(hello.extensions); !checked) return checked;
  return client::check_plain_answers(hello.extensions, "ServerHello");
}

/// Whether the server goes on with the session that was offered. RFC 5246 7.4.1.3: it says so by the client's session
/// ID.
Result<std::optional<SessionAccepted>> read_session_answer(const ServerHello& hello, const client::Offer& offer) {
  const ByteView sent = offer.session_id();
  if (sent.empty() || !std::ranges::equal(hello.legacy_session_id_echo, sent)) return std::nullopt;
  if (const ClientSession* offered = offer.offered(ProtocolVersion::TLS1_2)) {
    return accept_session(hello, *offered, hello.extensions.has(ExtensionType::extended_master_secret));
  }
  return std::unexpected(
      fail(ErrorCode::SessionNotOffered).at("ServerHello, session_id").received(to_hex(hello.legacy_session_id_echo)));
}

}  // namespace

Result<AfterServerHello> accept(Flow& flow, client::Offer& offer, const ServerHello& hello, ByteView client_hello,
                                const HandshakeMessage& message) {
  // While TLS 1.3 was possible, a ChangeCipherSpec meant nothing. Here it would have changed keys too early.
  if (flow.reader().saw_change_cipher_spec()) {
    return std::unexpected(fail(ErrorCode::UnexpectedChangeCipherSpec).at("record").received("one before ServerHello"));
  }
  flow.reader().allow_change_cipher_spec(false);
  auto resumed = read_session_answer(hello, offer);
  if (!resumed) return std::unexpected(std::move(resumed.error()));
  auto suite = check_fields(hello, offer);
  if (!suite) return std::unexpected(std::move(suite.error()));
  if (auto checked = check_answers(hello, offer); !checked) return std::unexpected(std::move(checked.error()));
  auto alpn = client::chosen_alpn(hello.extensions, *offer.config, flow.info().ech, "ServerHello");
  if (!alpn) return std::unexpected(std::move(alpn.error()));

  flow.info().version = ProtocolVersion::TLS1_2;
  flow.info().cipher_suite = (*suite)->id;
  flow.info().alpn = std::move(*alpn);
  auto limits = client::take_record_limits(hello.extensions, *offer.config, flow, "ServerHello");
  if (!limits) return std::unexpected(std::move(limits.error()));
  if (!*resumed) {  // RFC 6962 3.3.1: a resumption shows no certificate, so what comes with it is of none
    if (auto taken = take_sct_list(hello.extensions, flow); !taken) return std::unexpected(std::move(taken.error()));
    auto types = client::take_certificate_types(hello.extensions, *offer.config, flow, "ServerHello");
    if (!types) return std::unexpected(std::move(types.error()));
  }
  flow.info().is_resumption = resumed->has_value();
  if (*resumed) flow.info().group = offer.offered(ProtocolVersion::TLS1_2)->session.group;
  flow.emit_parameters();
  // A CertificateVerify may be needed where there is something to show.
  TranscriptTls12 transcript(*offer.config->common().provider->hash((*suite)->hash),
                             offer.config->has_credentials() && !*resumed);
  transcript.add(client_hello);
  transcript.add(message.raw);
  std::unique_ptr<SessionDraft> draft;
  if (offer.sessions) {
    const ByteView id = hello.legacy_session_id_echo;
    draft =
        std::make_unique<SessionDraft>(SessionDraft{std::move(*offer.sessions), Bytes(id.begin(), id.end()), {}, {}});
  }
  Common12 common{offer.config,
                  *suite,
                  std::move(transcript),
                  {offer.random, hello.random},
                  std::move(draft),
                  hello.extensions.has(ExtensionType::extended_master_secret),
                  hello.extensions.has(ExtensionType::session_ticket)};
  const bool promises_status = hello.extensions.has(ExtensionType::status_request);
  if (!*resumed) return ExpectCertificate(std::move(common), std::move(offer.server_name), promises_status);
  return widen<AfterServerHello>(go_on_with_session(flow, std::move(common), std::move(offer.server_name), **resumed));
}

}  // namespace keyway::tls::client12
