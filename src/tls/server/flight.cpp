#include "tls/server/flight.hpp"

#include <array>
#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/key_share.hpp"
#include "tls/wire/extensions/supported_versions.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::server {
namespace {

/// Bytes of a flight beside the Certificate message, with its records' headers and tags: what X25519 and a signature of
/// RSA-2048 take. A flight of more makes its buffers grow.
constexpr std::size_t beside_certificate = 512;

/// Writes a ServerHello or HelloRetryRequest whose key_share is `Share`.
template <typename Share>
void write_server_hello(Bytes& to, const HelloRandom& random, const HelloInHand& hello, CipherSuite suite,
                        const Share& share) {
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
      write_extension(out, share);
    });
  });
}

void write_encrypted_extensions(Bytes& to, const HelloInHand& hello, std::string_view alpn) {
  Writer out(to);
  out.value(EncryptedExtensions::type);
  out.vector24([&] {
    out.vector16([&] {
      if (hello.server_name) {  // RFC 6066 3: an empty extension says that the name was used
        out.value(ExtensionType::server_name);
        out.u16(0);
      }
      if (!alpn.empty()) {
        out.value(ExtensionType::application_layer_protocol_negotiation);
        out.vector16([&] { out.vector16([&] { out.vector8(as_bytes(alpn)); }); });
      }
    });
  });
}

/// Sends the ServerHello and, after the first message, ChangeCipherSpec: RFC 8446 D.4 asks for it where the client sent
/// a session ID, and allows it always. `scratch` is empty, and is emptied again.
Result<crypto::SharedSecret> send_server_hello(Flow& flow, const Decision& decision, const HelloInHand& hello,
                                               Transcript& transcript, bool after_retry, Bytes& scratch) {
  const CommonConfig& config = decision.config->common();
  const auto client_share = find_share(hello, decision.choice.group);
  if (!client_share) return std::unexpected(fail(ErrorCode::KeyShareMismatch).at("ClientHello, key_share"));
  auto answer = config.provider->group(decision.choice.group)->answer(config.randomness(), client_share->key_exchange);
  if (!answer) return std::unexpected(std::move(answer.error()).at("ClientHello, key_share"));

  HelloRandom random{};
  if (auto filled = config.randomness().fill(random); !filled) return std::unexpected(std::move(filled.error()));
  write_server_hello(scratch, random, hello, decision.choice.suite->id,
                     KeyShareServerHello{{decision.choice.group, answer->share}});
  if (auto sent = flow.send(scratch); !sent) return std::unexpected(std::move(sent.error()));
  transcript.add(scratch);
  scratch.clear();
  flow.emit(event::KeyAgreement{decision.choice.group, client_share->key_exchange.size(), answer->share.size()});
  if (!after_retry) {
    if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  }
  return std::move(answer->secret);
}

/// Adds the proof and the Finished, sends all that was not sent yet, and turns to the application keys.
Result<ExpectFinished> finish(Flow& flow, UnsignedFlight flight, ByteView signature) {
  Transcript& transcript = flight.transcript;
  const std::size_t at_verify = flight.messages.size();
  Writer out(flight.messages);
  write_handshake(out, CertificateVerify{flight.decision.scheme, signature});
  transcript.add(ByteView(flight.messages).subspan(at_verify));
  flow.emit(event::HandshakeSignature{Direction::sent, flight.decision.scheme});

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
  const ServerConfig& config = *flight.decision.config;
  const SuiteTls13& suite = *flight.decision.choice.suite;
  auto done = flow.protect_writing(*config.common().provider, suite, application.server);
  if (!done) return std::unexpected(std::move(done.error()));
  return ExpectFinished(config, suite, flight.client_random, flight.handshake.client.finished(hash),
                        std::move(application), std::move(exporter));
}

}  // namespace

Result<AwaitSignature::Next> AwaitSignature::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) {
    return std::unexpected(fail(ErrorCode::RejectedByApplication).at(name).alert(refuse->alert));
  }
  const Bytes& signature = std::get<answer::Signature>(answer).signature;
  if (signature.empty() || signature.size() > crypto::max_signature_size) {
    return std::unexpected(fail(ErrorCode::SigningFailed)
                               .at(name)
                               .expected("1 to " + std::to_string(crypto::max_signature_size) + " bytes")
                               .received(std::to_string(signature.size())));
  }
  auto next = finish(flow, std::move(flight_), signature);
  if (!next) return std::unexpected(std::move(next.error()));
  return Next(std::move(*next));
}

Result<AfterFlight> send_flight(Flow& flow, Decision decision, const HelloInHand& hello, Transcript transcript,
                                bool after_retry) {
  const CommonConfig& config = decision.config->common();
  const SuiteTls13& suite = *decision.choice.suite;
  flow.info().version = ProtocolVersion::TLS1_3;
  flow.info().cipher_suite = suite.id;
  flow.info().group = decision.choice.group;
  flow.info().signature_scheme = decision.scheme;
  flow.info().alpn = decision.choice.alpn;
  flow.emit_parameters();

  const ByteView certificate = decision.credential->certificate_message_tls13();
  flow.expect_to_send(certificate.size() + beside_certificate);
  Bytes messages;
  messages.reserve(certificate.size() + beside_certificate);
  auto shared_secret = send_server_hello(flow, decision, hello, transcript, after_retry, messages);
  if (!shared_secret) return std::unexpected(std::move(shared_secret.error()));
  HandshakeSchedule schedule = EarlySchedule(transcript.function()).into_handshake(shared_secret->view());
  TrafficSecrets secrets = schedule.traffic_secrets(transcript.hash());
  flow.emit_secrets(SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET, SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET, secrets,
                    hello.hello.random);
  if (auto done = flow.protect_reading(*config.provider, suite, secrets.client); !done) {
    return std::unexpected(std::move(done.error()));
  }
  // A client that fails before it has keys says so in the clear.
  flow.reader().allow_plaintext_alerts(true);
  if (auto done = flow.protect_writing(*config.provider, suite, secrets.server); !done) {
    return std::unexpected(std::move(done.error()));
  }

  write_encrypted_extensions(messages, hello, decision.choice.alpn);
  messages.insert(messages.end(), certificate.begin(), certificate.end());
  transcript.add(messages);

  Bytes content = certificate_verify_content(Side::server, transcript.hash().view());
  UnsignedFlight flight{
      std::move(decision), transcript, hello.hello.random, std::move(secrets), std::move(schedule).into_master(),
      std::move(messages)};
  const crypto::PrivateKey* key = flight.decision.credential->key();
  if (key == nullptr) return AfterFlight(AwaitSignature(std::move(flight), std::move(content)));
  Bytes signature;
  const auto algorithm = crypto::algorithm_of(flight.decision.scheme);
  if (!algorithm) return std::unexpected(fail(ErrorCode::InternalError).received(to_string(flight.decision.scheme)));
  if (auto made = key->sign(*algorithm, content, signature); !made) return std::unexpected(std::move(made.error()));
  auto next = finish(flow, std::move(flight), signature);
  if (!next) return std::unexpected(std::move(next.error()));
  return AfterFlight(std::move(*next));
}

Result<void> send_hello_retry_request(Flow& flow, const Choice& choice, const HelloInHand& hello,
                                      Transcript& transcript) {
  Bytes retry;
  write_server_hello(retry, hello_retry_request_random, hello, choice.suite->id,
                     KeyShareHelloRetryRequest{choice.group});
  transcript.replace_with_message_hash();
  transcript.add(retry);
  flow.info().after_hello_retry_request = true;
  if (auto sent = flow.send(retry); !sent) return sent;
  return flow.send_change_cipher_spec();
}

}  // namespace keyway::tls::server
