#include "tls/server/flight.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/server/ech_answers.hpp"
#include "tls/server/hello_answers.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/cookie.hpp"
#include "tls/wire/extensions/encrypted_client_hello.hpp"
#include "tls/wire/extensions/key_share.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"
#include "tls/wire/extensions/quic_transport_parameters.hpp"
#include "tls/wire/extensions/supported_versions.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::server {
namespace {

/// Bytes of a flight beside the Certificate message, with its records' headers and tags: what X25519 and a signature of
/// RSA-2048 take. A flight of more makes its buffers grow.
constexpr std::size_t beside_certificate = 512;

/// Writes a ServerHello or HelloRetryRequest whose key_share is `Share`, if it has one. `psk`: the session that is gone
/// on with.
template <typename Share>
void write_server_hello(Bytes& to, const HelloRandom& random, const HelloInHand& hello, CipherSuite suite,
                        const std::optional<Share>& share, std::optional<std::uint16_t> psk, ByteView cookie = {}) {
  Writer out(to);
  out.value(HandshakeType::server_hello);
  out.vector24([&] {
    out.value(ProtocolVersion::TLS1_2);  // legacy_version
    out.bytes(random);
    out.vector8(hello.hello.legacy_session_id);
    out.value(suite);
    out.value(CompressionMethod::null);
    out.vector16([&] {
      write_extension(out, SelectedVersionExtension{ProtocolVersion::TLS1_3});
      if (share) write_extension(out, *share);
      if (psk) write_extension(out, PreSharedKeyServerHello{*psk});
      if (!cookie.empty()) write_extension(out, CookieExtension{cookie});
      const bool is_retry = random == hello_retry_request_random;
      if (is_retry && hello.is_inner()) write_extension(out, EchConfirmationExtension{});
    });
  });
}

/// What EncryptedExtensions say.
struct Answers {
  bool acknowledges_name;  ///< an empty server_name says that the name was used (RFC 6066 3)
  bool takes_early_data = false;
  std::optional<CertificateType> own_type = {};  ///< nothing: no certificate is shown, nor was when it began
  std::optional<CertificateType> client_type = {};
  std::optional<std::size_t> tickets = {};  ///< that the client asked about
  const QuicCarrier* quic = nullptr;
};
void write_encrypted_extensions(Bytes& to, const ServerConfig& config, const HelloInHand& hello, const Answers& answers,
                                std::string_view alpn) {
  Writer out(to);
  out.value(EncryptedExtensions::type);
  out.vector24([&] {
    out.vector16([&] {
      if (answers.acknowledges_name) {
        out.value(ExtensionType::server_name);
        out.u16(0);
      }
      if (!alpn.empty()) {
        out.value(ExtensionType::application_layer_protocol_negotiation);
        out.vector16([&] { out.vector16([&] { out.vector8(as_bytes(alpn)); }); });
      }
      if (answers.quic != nullptr) {
        write_extension(out, QuicTransportParametersExtension{answers.quic->own_parameters()});
      } else {
        write_record_limits(out, config, hello, ProtocolVersion::TLS1_3);
      }
      write_retry_configs(out, hello);
      if (answers.own_type) write_certificate_types(out, hello, *answers.own_type, answers.client_type);
      if (answers.takes_early_data) {
        out.value(ExtensionType::early_data);
        out.u16(0);
      }
      if (answers.tickets) write_extension(out, TicketRequestAnswer{static_cast<std::uint8_t>(*answers.tickets)});
    });
  });
}

/// RFC 9149 3: how many tickets will come, for a client that asked.
std::optional<std::size_t> tickets_told(const HelloInHand& hello, const TicketOrder* order) noexcept {
  if (!hello.extensions.ticket_request) return std::nullopt;
  return order != nullptr ? order->count : 0;
}

/// The credential's Certificate, or what stands for it.
ByteView choose_certificate(Flow& flow, const ServerConfig& config, const Credential& credential,
                            const HelloInHand& hello) {
  const auto& offered = hello.extensions.compress_certificate;
  const auto chosen =
      credential.messages().choose_tls13(proofs_asked(hello), config.common().certificate_compressors,
                                         offered ? offered->algorithms : WireList<CertificateCompressionAlgorithm>());
  flow.info().certificate_compression = chosen.compressed_by;
  return chosen.message;
}

/// What a flight rests on in place of a certificate.
struct PskInUse {
  ByteView secret;
  std::uint16_t index;
  PskKeyExchangeMode mode;
  bool is_session;
  std::optional<CertificateType> own_type = {};  ///< of what was shown when the session began
};

/// What a flight answers.
struct Occasion {
  const ServerConfig& config;
  const Choice& choice;
  const HelloInHand& hello;
  const PskInUse* psk;  ///< null: a full handshake with a certificate
  bool after_retry;
  const EarlyDataTaken* early = nullptr;  ///< null: no early data is taken

  [[nodiscard]] bool is_without_exchange() const noexcept {
    return psk != nullptr && psk->mode == PskKeyExchangeMode::psk_ke;
  }
};

/// Our half of the key exchange, and its secret. Both empty in psk_ke mode, where zeros stand for the secret (RFC
/// 8446 7.1).
Result<crypto::KeyExchangeAnswer> answer_share(const Occasion& to) {
  if (to.is_without_exchange()) return crypto::KeyExchangeAnswer{};
  const CommonConfig& config = to.config.common();
  const auto client_share = find_share(to.hello, to.choice.group);
  if (!client_share) return std::unexpected(fail(ErrorCode::KeyShareMismatch).at("ClientHello, key_share"));
  auto answer = config.provider->group(to.choice.group)->answer(config.randomness(), client_share->key_exchange);
  if (!answer) return std::unexpected(std::move(answer.error()).at("ClientHello, key_share"));
  return std::move(*answer);
}

/// Sends the ServerHello and, after the first message, ChangeCipherSpec: RFC 8446 D.4 asks for it where the client sent
/// a session ID, and allows it always. `scratch` is empty, and is emptied again.
Result<crypto::SharedSecret> send_server_hello(Flow& flow, const Occasion& to, Transcript& transcript, Bytes& scratch) {
  const NamedGroup group = to.choice.group;
  auto answer = answer_share(to);
  if (!answer) return std::unexpected(std::move(answer.error()));
  const bool has_share = !answer->share.empty();
  HelloRandom random{};
  if (auto filled = to.config.common().randomness().fill(random); !filled) {
    return std::unexpected(std::move(filled.error()));
  }
  const auto psk = to.psk != nullptr ? std::optional(to.psk->index) : std::nullopt;
  const auto share = has_share ? std::optional(KeyShareServerHello{{group, answer->share}}) : std::nullopt;
  prepare_confirmation(random, to.hello);
  write_server_hello(scratch, random, to.hello, to.choice.suite->id, share, psk);
  confirm_inner_hello(scratch, to.hello, transcript);
  if (auto sent = flow.send(scratch); !sent) return std::unexpected(std::move(sent.error()));
  transcript.add(scratch);
  scratch.clear();
  if (has_share) {
    const std::size_t client_size = find_share(to.hello, group)->key_exchange.size();
    flow.emit(event::KeyAgreement{group, client_size, answer->share.size()});
  }
  if (!to.after_retry) {
    if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  }
  return std::move(answer->secret);
}

/// What there is once the ServerHello is out.
struct Begun {
  TrafficSecrets handshake;
  MasterSchedule master;
};

/// Tells what was chosen, sends the ServerHello and turns to the handshake keys. `scratch`: as above.
Result<Begun> begin(Flow& flow, const Occasion& to, Transcript& transcript, Bytes& scratch) {
  const SuiteTls13& suite = *to.choice.suite;
  flow.info().version = ProtocolVersion::TLS1_3;
  flow.info().cipher_suite = suite.id;
  flow.info().group = to.is_without_exchange() ? NamedGroup{} : to.choice.group;
  flow.info().alpn = to.choice.alpn;
  flow.info().is_resumption = to.psk != nullptr && to.psk->is_session;
  if (to.config.late_client_authentication() != nullptr && to.hello.extensions.post_handshake_auth) {
    flow.info().late_authentication = ClientProofLater::possible;
  }
  flow.emit_parameters();

  const TranscriptHash at_client_hello = to.early != nullptr ? transcript.hash() : TranscriptHash();
  auto shared_secret = send_server_hello(flow, to, transcript, scratch);
  if (!shared_secret) return std::unexpected(std::move(shared_secret.error()));
  const crypto::HashFunction& hash = transcript.function();
  EarlySchedule early = to.psk != nullptr ? EarlySchedule(hash, to.psk->secret) : EarlySchedule(hash);
  const auto early_secret =
      to.early != nullptr ? std::optional(early.client_early_traffic_secret(at_client_hello)) : std::nullopt;
  HandshakeSchedule schedule = std::move(early).into_handshake(shared_secret->view());
  TrafficSecrets secrets = schedule.traffic_secrets(transcript.hash());
  flow.emit_secrets(SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET, SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET, secrets,
                    to.hello.hello.random);
  if (flow.quic() == nullptr) agree_on_record_limits(flow, to.config, to.hello);
  const crypto::Provider& provider = *to.config.common().provider;
  if (early_secret) {
    flow.emit_secret(SecretLabel::CLIENT_EARLY_TRAFFIC_SECRET, early_secret->bytes(), to.hello.hello.random);
    flow.reader().take_early_data();
    flow.reader().limit_protected(max_plaintext_fragment);  // the client sent it before it could know of a limit
  }
  if (early_secret) {
    auto done = flow.protect_reading(EncryptionLevel::early_data, provider, suite, *early_secret);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  // Over records, the handshake's keys follow EndOfEarlyData.
  if (!early_secret || flow.quic() != nullptr) {
    auto done = flow.protect_reading(EncryptionLevel::handshake, provider, suite, secrets.client);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  // A client that fails before it has keys says so in the clear.
  flow.reader().allow_plaintext_alerts(true);
  if (auto done = flow.protect_writing(EncryptionLevel::handshake, provider, suite, secrets.server); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Begun{std::move(secrets), std::move(schedule).into_master()};
}

/// Adds the Finished, sends all that was not sent yet, and turns to the application keys. The client's part of the
/// transcript begins here.
Result<AwaitedClient> finish(Flow& flow, ProvenFlight flight) {
  Transcript& transcript = flight.transcript;
  Writer out(flight.messages);
  const std::size_t at_finished = flight.messages.size();
  const HashSecret verify_data = flight.handshake.server.finished(transcript.hash());
  write_handshake(out, Finished{verify_data.view()});
  transcript.add(ByteView(flight.messages).subspan(at_finished));
  if (auto sent = flow.send(flight.messages); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});

  const TranscriptHash hash = transcript.hash();
  TrafficSecrets application = flight.master.traffic_secrets(hash);
  Exporter exporter = flight.master.exporter(hash);
  flow.emit_secrets(SecretLabel::CLIENT_TRAFFIC_SECRET, SecretLabel::SERVER_TRAFFIC_SECRET, application,
                    flight.client_random);
  flow.emit_secret(SecretLabel::EXPORTER_SECRET, exporter.bytes(), flight.client_random);
  auto done = flow.protect_writing(EncryptionLevel::application, *flight.config->common().provider, *flight.suite,
                                   application.server);
  if (!done) return std::unexpected(std::move(done.error()));
  return AwaitedClient{flight.config,
                       flight.suite,
                       transcript,
                       flight.client_random,
                       std::move(flight.handshake.client),
                       std::move(flight.master),
                       std::move(application),
                       std::move(exporter),
                       std::move(flight.tickets)};
}

}  // namespace

Result<UnsignedFlight::Next> UnsignedFlight::finish(Flow& flow, ByteView signature) && {
  add_certificate_verify(flow, wanted, signature, rest.messages, rest.transcript);
  auto awaited = server::finish(flow, std::move(rest));
  if (!awaited) return std::unexpected(std::move(awaited.error()));
  const ServerConfig& config = *awaited->config;
  if (config.client_authentication() != nullptr) return Next(ExpectCertificate(std::move(*awaited)));
  return Next(ExpectFinished(std::move(*awaited), admit_unasked(config)));
}

Result<AfterFlight> send_flight(Flow& flow, Decision decision, const HelloInHand& hello, Transcript transcript,
                                bool after_retry) {
  const ServerConfig& config = *decision.config;
  const ByteView certificate = choose_certificate(flow, config, *decision.credential, hello);
  const auto client_type = choose_client_type(config, hello);
  if (!client_type) return std::unexpected(client_type.error());
  flow.info().peer_certificate_type = client_type->value_or(CertificateType::X509);
  flow.info().own_certificate_type = decision.credential->certificate_type();
  flow.info().signature_scheme = decision.scheme;
  if (const Delegation* delegation = decision.credential->delegation()) {
    flow.info().is_delegated = true;
    flow.emit(event::DelegatedCredential{Direction::sent, delegation->scheme, delegation->signature_scheme,
                                         delegation->until});
  }
  flow.expect_to_send(certificate.size() + beside_certificate);
  Bytes messages;
  messages.reserve(certificate.size() + beside_certificate);
  auto begun = begin(flow, {config, decision.choice, hello, nullptr, after_retry}, transcript, messages);
  if (!begun) return std::unexpected(std::move(begun.error()));

  const bool acknowledges_name = hello.server_name.has_value() && config.acknowledges_server_name();
  auto tickets = order_tickets(config, hello, decision.choice, nullptr);
  if (tickets) tickets->session.own_certificate_type = decision.credential->certificate_type();
  write_encrypted_extensions(messages, config, hello,
                             {acknowledges_name, false, decision.credential->certificate_type(), *client_type,
                              tickets_told(hello, tickets.get()), flow.quic()},
                             decision.choice.alpn);
  if (const auto* asks = config.client_authentication()) Writer(messages).bytes(asks->request_tls13);
  messages.insert(messages.end(), certificate.begin(), certificate.end());
  transcript.add(messages);

  Bytes content = certificate_verify_content(Side::server, transcript.hash().view());
  ProvenFlight rest{&config,
                    decision.choice.suite,
                    transcript,
                    hello.hello.random,
                    std::move(begun->handshake),
                    std::move(begun->master),
                    std::move(messages),
                    std::move(tickets)};
  return sign<AfterFlight>(
      flow, UnsignedFlight{std::move(rest), {std::move(decision.credential), decision.scheme, std::move(content)}});
}

namespace {

/// ServerHello, EncryptedExtensions, Finished.
Result<AwaitedClient> send_short_flight(Flow& flow, const Occasion& to, Transcript transcript,
                                        std::unique_ptr<TicketOrder> tickets) {
  flow.expect_to_send(beside_certificate);
  Bytes messages;
  messages.reserve(beside_certificate);
  auto begun = begin(flow, to, transcript, messages);
  if (!begun) return std::unexpected(std::move(begun.error()));
  // RFC 6066 3: a server that resumes says nothing of the name.
  const bool acknowledges_name =
      !to.psk->is_session && to.hello.server_name.has_value() && to.config.acknowledges_server_name();
  const Answers answers{
      acknowledges_name, to.early != nullptr, to.psk->own_type, {}, tickets_told(to.hello, tickets.get()), flow.quic()};
  write_encrypted_extensions(messages, to.config, to.hello, answers, to.choice.alpn);
  transcript.add(messages);
  return finish(
      flow, ProvenFlight{&to.config, to.choice.suite, transcript, to.hello.hello.random, std::move(begun->handshake),
                         std::move(begun->master), std::move(messages), std::move(tickets)});
}

/// The same for a session, with what is known of the client since it began.
Result<AwaitedClient> send_short_flight(Flow& flow, const Occasion& to, const Session& session, Transcript transcript) {
  auto awaited = send_short_flight(flow, to, transcript, order_tickets(to.config, to.hello, to.choice, &session));
  if (!awaited) return awaited;
  recall_client(flow, session.peer_scheme, session.peer_certificate_type, session.client.get());
  const auto& psks = to.config.common().psks;
  const ReadyPsk* known = psks ? psks->find(session.client_identity) : nullptr;
  flow.info().psk = known != nullptr ? known->psk : nullptr;
  return awaited;
}

PskInUse in_use(const ResumedSession& resumed) noexcept {
  const Session& session = resumed.session();
  return {session.secret.view(), resumed.index(), resumed.mode(), /*is_session=*/true, session.own_certificate_type};
}

}  // namespace

Result<std::variant<ExpectFinished, ExpectEndOfEarlyData>> send_resumed_flight(
    Flow& flow, const ServerConfig& config, const Choice& choice, const ResumedSession& resumed,
    const std::variant<EarlyDataTaken, EarlyData>& judged, const HelloInHand& hello, Transcript transcript) {
  using Next = std::variant<ExpectFinished, ExpectEndOfEarlyData>;
  const auto* early = std::get_if<EarlyDataTaken>(&judged);
  flow.info().early_data = early != nullptr ? EarlyData::accepted : std::get<EarlyData>(judged);
  const PskInUse psk = in_use(resumed);
  const Occasion to{config, choice, hello, &psk, /*after_retry=*/false, early};
  auto awaited = send_short_flight(flow, to, resumed.session(), transcript);
  if (!awaited) return std::unexpected(std::move(awaited.error()));
  if (early != nullptr && flow.quic() == nullptr)
    return Next(ExpectEndOfEarlyData(std::move(*awaited), resumed.client(), *early));
  return Next(ExpectFinished(std::move(*awaited), resumed.client()));
}

Result<ExpectFinished> send_resumed_flight_after_retry(Flow& flow, const ServerConfig& config, const Choice& choice,
                                                       const ResumedSession& resumed, const HelloInHand& hello,
                                                       Transcript transcript) {
  const PskInUse psk = in_use(resumed);
  const Occasion to{config, choice, hello, &psk, /*after_retry=*/true};
  auto awaited = send_short_flight(flow, to, resumed.session(), transcript);
  if (!awaited) return std::unexpected(std::move(awaited.error()));
  return ExpectFinished(std::move(*awaited), resumed.client());
}

Result<ExpectFinished> send_psk_flight(Flow& flow, const ServerConfig& config, const Choice& choice,
                                       const KnownPsk& known, const HelloInHand& hello, Transcript transcript,
                                       bool after_retry) {
  const PskInUse psk{known.key().secret.view(), known.index(), known.mode(), /*is_session=*/false};
  flow.info().psk = known.key().psk;
  // A resolver is asked each time whether its key is still good: no session stands in for that.
  if (known.resolved()) flow.keep_alive(known.resolved());
  auto tickets = known.resolved() ? nullptr : order_tickets(config, hello, choice, nullptr, &known.key());
  auto awaited = send_short_flight(flow, {config, choice, hello, &psk, after_retry}, transcript, std::move(tickets));
  if (!awaited) return std::unexpected(std::move(awaited.error()));
  return ExpectFinished(std::move(*awaited), known.client());
}

Bytes write_hello_retry_request(const Choice& choice, const HelloInHand& hello, ByteView cookie) {
  Bytes retry;
  write_server_hello(retry, hello_retry_request_random, hello, choice.suite->id,
                     std::optional(KeyShareHelloRetryRequest{choice.group}), std::nullopt, cookie);
  return retry;
}

Result<void> send_hello_retry_request(Flow& flow, const Choice& choice, const HelloInHand& hello,
                                      Transcript& transcript, ByteView cookie) {
  Bytes retry = write_hello_retry_request(choice, hello, cookie);
  transcript.replace_with_message_hash();
  confirm_inner_hello_in_retry(retry, hello, transcript);
  transcript.add(retry);
  flow.info().after_hello_retry_request = true;
  if (auto sent = flow.send(retry); !sent) return sent;
  return flow.send_change_cipher_spec();
}

}  // namespace keyway::tls::server
