#include "tls/client/server_hello.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "tls/client/early_data.hpp"
#include "tls/client/encrypted_hello.hpp"
#include "tls/client/hello_sending.hpp"
#include "tls/client/psk_offer.hpp"
#include "tls/handshake/next.hpp"
#include "tls/suites.hpp"
#include "tls/wire/extensions/cookie.hpp"
#include "tls/wire/extensions/key_share.hpp"

namespace keyway::tls::client {
namespace {

/// The version that the server chose: one that was offered, and that has a use for a key without which there is no
/// connection. RFC 8446 4.1.3, 4.2.1.
Result<ProtocolVersion> chosen_version(const ServerHello& hello, const ClientConfig& config) {
  const Policy& policy = config.common().policy;
  const auto version = selected_version(hello);
  if (!version) return std::unexpected(version.error());
  // RFC 8446 D.5: SSL 3.0 in legacy_version is protocol_version, whatever the rest says.
  const bool is_ancient = hello.legacy_version <= ProtocolVersion::SSL3_0;
  const bool has_tls13 = policy.has(ProtocolVersion::TLS1_3);
  if (has_tls13 && !is_ancient && *version == ProtocolVersion::TLS1_3) {
    if (hello.legacy_version == ProtocolVersion::TLS1_2) return ProtocolVersion::TLS1_3;
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at("ServerHello, legacy_version")
                               .expected("TLS 1.2 (0x0303)")
                               .received(to_string(hello.legacy_version)));
  }
  // RFC 8446 4.1.3: a server that knows more of what was offered must not go lower.
  const DowngradeSentinel sentinel = downgrade_sentinel(hello.random);
  const bool is_lower = has_tls13 || *version < ProtocolVersion::TLS1_2;
  if (is_lower && sentinel != DowngradeSentinel::none) {
    return std::unexpected(fail(ErrorCode::DowngradeDetected).at("ServerHello, random"));
  }
  const bool by_extension = hello.extensions.has(ExtensionType::supported_versions);
  if (by_extension && !is_ancient) {
    return std::unexpected(
        fail(ErrorCode::VersionNotOffered).at("ServerHello, supported_versions").received(to_string(*version)));
  }
  const bool is_tls12 = !by_extension && *version == ProtocolVersion::TLS1_2 && !hello.is_hello_retry_request();
  if (is_tls12 && config.requires_psk()) {
    return std::unexpected(fail(ErrorCode::NoCommonVersion)
                               .at("ServerHello")
                               .expected("TLS 1.3, as the pre-shared key is for it")
                               .received("TLS 1.2")
                               .advice("Ask the server's owner to switch TLS 1.3 on."));
  }
  if (is_tls12 && policy.has(ProtocolVersion::TLS1_2)) return ProtocolVersion::TLS1_2;
  std::string offered;
  for (const ProtocolVersion ours : policy.versions) offered += (offered.empty() ? "" : " or ") + to_string(ours);
  return std::unexpected(
      fail(ErrorCode::NoCommonVersion)
          .at("ServerHello")
          .expected(offered)
          .received(to_string(std::min(*version, hello.legacy_version)))
          .advice("The server speaks an older version of TLS; ask its owner to switch " + offered + " on."));
}

/// What TLS 1.3's ServerHello and HelloRetryRequest have in common. Gives the suite.
Result<const SuiteTls13*> check_hello(const ServerHello& hello, const Offer& offer) {
  if (!std::ranges::equal(hello.legacy_session_id_echo, offer.session_id())) {
    return std::unexpected(fail(ErrorCode::SessionIdNotEchoed)
                               .at("ServerHello, legacy_session_id_echo")
                               .received(to_hex(hello.legacy_session_id_echo)));
  }
  if (hello.legacy_compression_method != CompressionMethod::null) {
    return std::unexpected(fail(ErrorCode::CompressionNotNull)
                               .at("ServerHello, legacy_compression_method")
                               .alert(AlertDescription::decode_error)
                               .received(to_string(hello.legacy_compression_method)));
  }
  const auto& offered = offer.config->common().policy.cipher_suites;
  const SuiteTls13* suite = find_suite_tls13(hello.cipher_suite);
  if (suite == nullptr || std::ranges::find(offered, hello.cipher_suite) == offered.end()) {
    return std::unexpected(
        fail(ErrorCode::CipherSuiteNotOffered).at("ServerHello, cipher_suite").received(to_string(hello.cipher_suite)));
  }
  return suite;
}

/// Finishes the key exchange with the server's share. RFC 8446 4.2.8. Without one in psk_ke mode (4.2.9) there is no
/// secret beside the session's, and zeros stand for it (7.1).
Result<crypto::SharedSecret> agree(Flow& flow, Offer& offer, const ServerHello& hello, bool with_psk) {
  const auto body = hello.extensions.find(ExtensionType::key_share);
  if (!body) {
    if (with_psk && offer.config->common().allows_psk_ke) return crypto::SharedSecret();
    return std::unexpected(fail(ErrorCode::MissingExtension).at("ServerHello").expected("extension key_share"));
  }
  auto key_share = KeyShareServerHello::parse(*body);
  if (!key_share) return std::unexpected(std::move(key_share.error()).at("ServerHello"));
  const KeyShareEntry& entry = key_share->server_share;
  const auto exchange = std::ranges::find(offer.key_exchanges, entry.group, [](const auto& e) { return e->group(); });
  if (exchange == offer.key_exchanges.end()) {
    return std::unexpected(
        fail(ErrorCode::GroupNotOffered).at("ServerHello, key_share").received(to_string(entry.group)));
  }
  auto secret = (*exchange)->complete(entry.key_exchange);
  if (!secret) return std::unexpected(std::move(secret.error()).at("ServerHello, key_share"));
  flow.info().group = entry.group;
  flow.emit(event::KeyAgreement{entry.group, (*exchange)->share().size(), entry.key_exchange.size()});
  return secret;
}

/// Whether the server goes on with the session that was offered, or with a key from outside. It can't take one where
/// none was offered: check_extensions() has seen to that.
Result<std::optional<PskAccepted>> read_psk_answer(const Offer& offer, const ServerHello& hello,
                                                   const SuiteTls13& suite) {
  const auto body = hello.extensions.find(ExtensionType::pre_shared_key);
  if (!body && offer.config->requires_psk()) {
    return std::unexpected(fail(ErrorCode::MissingExtension)
                               .at("ServerHello")
                               .expected("extension pre_shared_key: the server knows none of the keys"));
  }
  if (!body) return std::nullopt;
  auto answer = PreSharedKeyServerHello::parse(*body);
  if (!answer) return std::unexpected(std::move(answer.error()).at("ServerHello"));
  if (const ReadyPsk* external = offered_external(offer, answer->selected_identity)) {
    return accept_external_psk(*external, suite);
  }
  if (const ClientSession* session = offer.offered(ProtocolVersion::TLS1_3)) {
    return accept_psk(*answer, *session, suite);
  }
  return std::unexpected(fail(ErrorCode::PskNotOffered)
                             .at("ServerHello, pre_shared_key, selected_identity")
                             .received(std::to_string(answer->selected_identity)));
}

EarlySchedule begin_schedule(const Offer& offer, const crypto::HashFunction& hash,
                             const std::optional<PskAccepted>& psk) {
  if (!psk) return EarlySchedule(hash);
  const ReadyPsk* external = psk->external();
  return {hash, external != nullptr ? external->secret.view() : offer.sessions->offered->session.secret.view()};
}

/// From the ServerHello on, both directions are protected by the handshake keys.
Result<ExpectEncryptedExtensions> accept(Flow& flow, Offer offer, const ServerHello& hello, const SuiteTls13& suite,
                                         Transcript transcript, const HandshakeMessage& message, bool ccs_sent) {
  ccs_sent = ccs_sent || offer.has_early_data;
  auto checked = check_extensions(hello.extensions, ExtensionHome::server_hello, offer.extensions, "ServerHello");
  if (!checked) return std::unexpected(std::move(checked.error()));
  flow.info().version = ProtocolVersion::TLS1_3;
  flow.info().cipher_suite = suite.id;
  auto psk = read_psk_answer(offer, hello, suite);
  if (!psk) return std::unexpected(std::move(psk.error()));
  const ReadyPsk* external = *psk ? (*psk)->external() : nullptr;
  flow.info().psk = external != nullptr ? external->psk : nullptr;
  flow.info().is_resumption = psk->has_value() && external == nullptr;
  if (offer.sessions) offer.sessions->is_resumed = flow.info().is_resumption;
  auto shared_secret = agree(flow, offer, hello, psk->has_value());
  if (!shared_secret) return std::unexpected(std::move(shared_secret.error()));
  flow.emit_parameters();

  transcript.add(message.raw);
  HandshakeSchedule schedule = begin_schedule(offer, transcript.function(), *psk).into_handshake(shared_secret->view());
  TrafficSecrets secrets = schedule.traffic_secrets(transcript.hash());
  flow.emit_secrets(SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET, SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET, secrets,
                    offer.random);

  const crypto::Provider& provider = *offer.config->common().provider;
  if (auto done = flow.protect_reading(EncryptionLevel::handshake, provider, suite, secrets.server); !done) {
    return std::unexpected(std::move(done.error()));
  }
  if (!ccs_sent) {
    if (auto done = flow.send_change_cipher_spec(); !done) return std::unexpected(std::move(done.error()));
  }
  // RFC 8446 4.2.10: early data goes with the session alone. Where that is gone on with, EncryptedExtensions tell.
  const bool awaits_early_data = offer.has_early_data && flow.info().is_resumption;
  if (offer.has_early_data && !awaits_early_data) flow.refuse_early_data(EarlyData::session_refused);
  // RFC 9001 5: early packets have a number space of their own beside the handshake's.
  if (!awaits_early_data || flow.quic() != nullptr) {
    if (auto done = flow.protect_writing(EncryptionLevel::handshake, provider, suite, secrets.client); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  Common13 common{offer.config,
                  &suite,
                  transcript,
                  offer.random,
                  std::move(secrets),
                  std::move(schedule).into_master(),
                  std::move(offer.sessions),
                  awaits_early_data};
  return ExpectEncryptedExtensions(std::move(common), std::move(offer.server_name), offer.extensions, *psk);
}

Result<std::unique_ptr<crypto::KeyExchange>> start_exchange(const CommonConfig& config, NamedGroup group) {
  const crypto::KeyExchangeGroup* implementation = config.provider->group(group);
  if (implementation == nullptr) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("key_shares")
                               .received(to_string(group) + ", which the provider lacks"));
  }
  return implementation->start(config.randomness());
}

/// What a HelloRetryRequest asks for (RFC 8446 4.1.4).
struct Retry {
  std::optional<NamedGroup> group;
  ByteView cookie;
};

Result<Retry> read_retry(const ServerHello& retry, const Offer& offer) {
  Retry wish;
  if (const auto body = retry.extensions.find(ExtensionType::key_share)) {
    auto key_share = KeyShareHelloRetryRequest::parse(*body);
    if (!key_share) return std::unexpected(std::move(key_share.error()).at("HelloRetryRequest"));
    wish.group = key_share->selected_group;
    const auto& groups = offer.config->common().policy.groups;
    if (std::ranges::find(groups, *wish.group) == groups.end()) {
      return std::unexpected(
          fail(ErrorCode::GroupNotOffered).at("HelloRetryRequest, key_share").received(to_string(*wish.group)));
    }
    if (std::ranges::any_of(offer.key_exchanges, [&](const auto& e) { return e->group() == *wish.group; })) {
      return std::unexpected(fail(ErrorCode::UselessHelloRetryRequest)
                                 .at("HelloRetryRequest, key_share")
                                 .received(to_string(*wish.group) + ", whose share was sent already"));
    }
  }
  if (const auto body = retry.extensions.find(ExtensionType::cookie)) {
    auto cookie = CookieExtension::parse(*body);
    if (!cookie) return std::unexpected(std::move(cookie.error()).at("HelloRetryRequest"));
    wish.cookie = cookie->cookie;
  }
  if (!wish.group && wish.cookie.empty()) {
    return std::unexpected(fail(ErrorCode::UselessHelloRetryRequest).at("HelloRetryRequest"));
  }
  return wish;
}

/// RFC 9849 6.1: what is hidden is of TLS 1.3, and so is the session that it offers.
void tell_ech_begun(Flow& flow, Offer& offer) {
  const bool hides = offer.ech->is_hiding();
  flow.info().ech = hides ? EchStatus::offered : EchStatus::greased;
  if (!hides) return;
  flow.ech_progress().told.public_name = offer.ech->chosen->public_name.to_string();
  if (offer.offered(ProtocolVersion::TLS1_2) != nullptr) offer.sessions->offered = nullptr;
}

}  // namespace

Result<ExpectServerHello> start(Flow& flow, const ClientConfig& config, const ServerName& server_name) {
  Offer offer{&config, server_name, {}, {}, {}, {}, nullptr};
  offer.quic = flow.quic();
  if (config.session_store() != nullptr) {
    offer.sessions = std::make_unique<SessionPlan>();
    offer.sessions->is_over_quic = flow.quic() != nullptr;
    offer.sessions->server_name = server_name.to_string();
    offer.sessions->offered = take_session(config, offer.sessions->server_name, offer.sessions->is_over_quic);
  }
  const crypto::Random& random = config.common().randomness();
  if (auto filled = random.fill(offer.random); !filled) return std::unexpected(std::move(filled.error()));
  if (auto filled = random.fill(offer.compatibility_session_id); !filled)
    return std::unexpected(std::move(filled.error()));
  if (config.common().greases) {
    auto grease = std::make_unique<Grease>();
    if (auto filled = random.fill(grease->seed()); !filled) return std::unexpected(std::move(filled.error()));
    offer.grease = std::move(grease);
  }
  auto ech = begin_ech(config);
  if (!ech) return std::unexpected(std::move(ech.error()));
  offer.ech = std::move(*ech);
  if (offer.ech) tell_ech_begun(flow, offer);
  for (const NamedGroup group : config.common().policy.key_shares) {
    auto exchange = start_exchange(config.common(), group);
    if (!exchange) return std::unexpected(std::move(exchange.error()));
    offer.key_exchanges.push_back(std::move(*exchange));
  }
  if (server_name.is_dns()) flow.info().server_name = std::string(server_name.dns());
  flow.info().early_data = plan_early_data(offer);
  offer.has_early_data = flow.info().early_data == EarlyData::offered;
  flow.writer().set_record_version(ProtocolVersion::TLS1_0);
  auto client_hello = send_client_hello(flow, offer, {}, nullptr);
  if (!client_hello) return std::unexpected(std::move(client_hello.error()));
  flow.writer().set_record_version(ProtocolVersion::TLS1_2);
  if (offer.has_early_data) {
    if (auto begun = begin_early_data(flow, offer, *client_hello); !begun) {
      return std::unexpected(std::move(begun.error()));
    }
  }
  return ExpectServerHello(std::move(offer), std::move(*client_hello));
}

Result<ExpectServerHello::Next> ExpectServerHello::handle(Flow& flow, const HandshakeMessage& message) && {
  auto hello = ServerHello::parse(message.body);
  if (!hello) return std::unexpected(std::move(hello.error()));
  auto version = chosen_version(*hello, *offer_.config);
  if (!version) return std::unexpected(std::move(version.error()));
  if (*version == ProtocolVersion::TLS1_2 && offer_.has_early_data) {  // RFC 8446 D.3
    return std::unexpected(fail(ErrorCode::EarlyDataInOldVersion)
                               .at("ServerHello")
                               .expected("TLS 1.3, as in the session")
                               .received("TLS 1.2")
                               .advice("Try again without early data: the server has changed."));
  }
  if (*version == ProtocolVersion::TLS1_2) {
    auto settled = settle_ech_in_tls12(flow, offer_, client_hello_, *hello);
    if (!settled) return std::unexpected(std::move(settled.error()));
    return widen<Next>(client12::accept(flow, offer_, *hello, client_hello_, message));
  }
  auto suite = check_hello(*hello, offer_);
  if (!suite) return std::unexpected(std::move(suite.error()));
  const crypto::HashFunction& hash = *offer_.config->common().provider->hash((*suite)->hash);
  auto settled = settle_ech(flow, offer_, client_hello_, *hello, message.raw, hash, nullptr);
  if (!settled) return std::unexpected(std::move(settled.error()));
  Transcript transcript(hash);
  transcript.add(client_hello_);
  if (hello->is_hello_retry_request()) return handle_retry(flow, message, *hello, **suite, transcript);
  auto next = accept(flow, std::move(offer_), *hello, **suite, transcript, message, /*ccs_sent=*/false);
  if (!next) return std::unexpected(std::move(next.error()));
  return Next(std::move(*next));
}

Result<ExpectServerHello::Next> ExpectServerHello::handle_retry(Flow& flow, const HandshakeMessage& message,
                                                                const ServerHello& retry, const SuiteTls13& suite,
                                                                Transcript transcript) {
  auto checked =
      check_extensions(retry.extensions, ExtensionHome::hello_retry_request, offer_.extensions, "HelloRetryRequest");
  if (!checked) return std::unexpected(std::move(checked.error()));
  // The server waits for the second ClientHello: what follows in the record is too much.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto wish = read_retry(retry, offer_);
  if (!wish) return std::unexpected(std::move(wish.error()));

  transcript.replace_with_message_hash();
  transcript.add(message.raw);
  flow.info().after_hello_retry_request = true;
  if (wish->group) {
    auto exchange = start_exchange(offer_.config->common(), *wish->group);
    if (!exchange) return std::unexpected(std::move(exchange.error()));
    offer_.key_exchanges.clear();
    offer_.key_exchanges.push_back(std::move(*exchange));
  }
  // RFC 8446 4.1.4: a session of another hash can't be gone on with any more, nor a key that is for another.
  offer_.hash = suite.hash;
  const ClientSession* offered = offer_.offered(ProtocolVersion::TLS1_3);
  if (offered != nullptr && find_suite_tls13(offered->session.cipher_suite)->hash != suite.hash) {
    offer_.sessions->offered = nullptr;
  }
  if (offer_.config->requires_psk() && offered_psks(offer_).empty()) {
    return std::unexpected(fail(ErrorCode::PskNotOffered)
                               .at("HelloRetryRequest, cipher_suite")
                               .expected("one with a hash that a pre-shared key is for")
                               .received(to_string(suite.id)));
  }
  if (offer_.has_early_data) {
    flow.refuse_early_data(EarlyData::retried);
    flow.writer().clear_protection();
    offer_.has_early_data = false;
  } else if (auto done = flow.send_change_cipher_spec(); !done) {
    return std::unexpected(std::move(done.error()));
  }
  auto client_hello = send_client_hello(flow, offer_, wish->cookie, &transcript);
  if (!client_hello) return std::unexpected(std::move(client_hello.error()));
  transcript.add(*client_hello);
  return Next(ExpectServerHelloAfterRetry(std::move(offer_), suite, transcript));
}

Result<ExpectServerHelloAfterRetry::Next> ExpectServerHelloAfterRetry::handle(Flow& flow,
                                                                              const HandshakeMessage& message) && {
  auto hello = ServerHello::parse(message.body);
  if (!hello) return std::unexpected(std::move(hello.error()));
  if (hello->is_hello_retry_request()) {
    return std::unexpected(fail(ErrorCode::SecondHelloRetryRequest).at("ServerHello, random"));
  }
  auto version = chosen_version(*hello, *offer_.config);
  if (!version) return std::unexpected(std::move(version.error()));
  if (*version != ProtocolVersion::TLS1_3) {
    return std::unexpected(fail(ErrorCode::VersionNotOffered)
                               .at("ServerHello")
                               .expected("TLS 1.3, as in the HelloRetryRequest")
                               .received(to_string(*version)));
  }
  auto suite = check_hello(*hello, offer_);
  if (!suite) return std::unexpected(std::move(suite.error()));
  if (*suite != suite_) {
    return std::unexpected(fail(ErrorCode::SuiteChangedAfterRetry)
                               .at("ServerHello, cipher_suite")
                               .expected(to_string(suite_->id))
                               .received(to_string((*suite)->id)));
  }
  Bytes hidden;  // is in the transcript
  auto settled = settle_ech(flow, offer_, hidden, *hello, message.raw, transcript_.function(), &transcript_);
  if (!settled) return std::unexpected(std::move(settled.error()));
  auto next = accept(flow, std::move(offer_), *hello, *suite_, transcript_, message, /*ccs_sent=*/true);
  if (!next) return std::unexpected(std::move(next.error()));
  return Next(std::move(*next));
}

}  // namespace keyway::tls::client
