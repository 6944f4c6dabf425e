#include "tls/server12/flight.hpp"

#include <array>
#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/schedule/premaster_rsa.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/ec_point_formats.hpp"
#include "tls/wire/extensions/extended_master_secret.hpp"
#include "tls/wire/extensions/renegotiation_info.hpp"
#include "tls/wire/server_hello.hpp"
#include "tls/wire/server_hello_done.hpp"
#include "tls/wire/server_key_exchange.hpp"

namespace keyway::tls::server12 {
namespace {

/// Bytes of a flight beside the Certificate message: what a P-521 share and a signature of RSA-4096 take.
constexpr std::size_t beside_certificate = 1024;

void write_extensions(Writer& out, const ServerConfig& config, const server::HelloInHand& hello, const Choice& choice) {
  static constexpr std::array<std::uint8_t, 1> uncompressed{0};
  if (hello.server_name &&
      config.acknowledges_server_name()) {  // RFC 6066 3: an empty extension says that the name was used
    out.value(ExtensionType::server_name);
    out.u16(0);
  }
  if (hello.extensions.ec_point_formats) {
    write_extension(out, EcPointFormatsExtension{WireList<EcPointFormat>(uncompressed)});
  }
  if (!choice.alpn.empty()) {
    out.value(ExtensionType::application_layer_protocol_negotiation);
    out.vector16([&] { out.vector16([&] { out.vector8(as_bytes(choice.alpn)); }); });
  }
  write_extension(out, ExtendedMasterSecretExtension{});
  if (choice.indicates_renegotiation) write_extension(out, RenegotiationInfoExtension{});
}

void write_server_hello(Bytes& to, const ServerConfig& config, const HelloRandom& random, CipherSuite suite,
                        const server::HelloInHand& hello, const Choice& choice) {
  Writer out(to);
  out.value(ServerHello::type);
  out.vector24([&] {
    out.value(ProtocolVersion::TLS1_2);
    out.bytes(random);
    out.vector8(ByteView());  // session_id: this session can't be resumed by one
    out.value(suite);
    out.value(CompressionMethod::null);
    out.vector16([&] { write_extensions(out, config, hello, choice); });
  });
}

/// RFC 8446 4.1.3: a server that has TLS 1.3 says so even here, where only the client can read it unforged.
Result<HelloRandom> make_random(const CommonConfig& config) {
  HelloRandom random{};
  if (auto filled = config.randomness().fill(random); !filled) return std::unexpected(std::move(filled.error()));
  if (config.policy.has(ProtocolVersion::TLS1_3)) set_downgrade_sentinel(random, DowngradeSentinel::tls12);
  return random;
}

Bytes encode_params(const crypto::KeyExchange& ephemeral) {
  Bytes params;
  Writer out(params);
  ServerEcdhParams{ephemeral.group(), ephemeral.share()}.write(out);
  return params;
}

/// Ends the flight and sends it.
Result<ExpectClientKeyExchange> send(Flow& flow, Exchange exchange, Bytes messages) {
  Writer out(messages);
  write_handshake(out, ServerHelloDone{});
  exchange.transcript.add(messages);
  if (auto sent = flow.send(messages); !sent) return std::unexpected(std::move(sent.error()));
  return ExpectClientKeyExchange(std::move(exchange));
}

/// Adds the signed key exchange and sends it all.
Result<ExpectClientKeyExchange> finish(Flow& flow, UnsignedFlight flight, ByteView signature) {
  const auto& ephemeral = std::get<std::unique_ptr<crypto::KeyExchange>>(flight.exchange.own);
  Writer out(flight.messages);
  const ServerEcdhParams params{ephemeral->group(), ephemeral->share()};
  write_handshake(out, ServerKeyExchange{params, flight.scheme, signature, {}});
  flow.emit(event::HandshakeSignature{Direction::sent, flight.scheme});
  return send(flow, std::move(flight.exchange), std::move(flight.messages));
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

Result<AfterFlight> send_flight(Flow& flow, const ServerConfig& server_config, const server::HelloInHand& hello,
                                const Choice& choice, std::shared_ptr<const Credential> credential) {
  const CommonConfig& config = server_config.common();
  auto chosen = choose_suite(server_config, hello, choice, *credential);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  const SuiteTls12& suite = *chosen->suite;
  const bool is_transport = suite.key_exchange == KeyExchangeTls12::rsa_transport;
  flow.info().version = ProtocolVersion::TLS1_2;
  flow.info().cipher_suite = suite.id;
  if (!is_transport) flow.info().group = choice.group;
  flow.info().signature_scheme = chosen->scheme;
  flow.info().alpn = choice.alpn;
  flow.emit_parameters();
  if (is_transport) flow.emit(event::Weakened{rsa_transport_in_use});

  auto random = make_random(config);
  if (!random) return std::unexpected(std::move(random.error()));
  const ByteView certificate = credential->certificate_message_tls12();
  flow.expect_to_send(certificate.size() + beside_certificate);
  Bytes messages;
  messages.reserve(certificate.size() + beside_certificate);
  write_server_hello(messages, server_config, *random, suite.id, hello, choice);
  messages.insert(messages.end(), certificate.begin(), certificate.end());

  Transcript transcript(*config.provider->hash(suite.hash));
  transcript.add(hello.raw);
  Exchange exchange{&server_config, &suite, transcript, {hello.hello.random, *random}, {}};
  if (is_transport) {
    exchange.own = PremasterReceiver{std::move(credential), hello.hello.legacy_version};
    auto next = send(flow, std::move(exchange), std::move(messages));
    if (!next) return std::unexpected(std::move(next.error()));
    return AfterFlight(std::move(*next));
  }
  auto ephemeral = config.provider->group(choice.group)->start(config.randomness());
  if (!ephemeral) return std::unexpected(std::move(ephemeral.error()));
  Bytes content = server_key_exchange_content(hello.hello.random, *random, encode_params(**ephemeral));
  exchange.own = std::move(*ephemeral);
  UnsignedFlight flight{std::move(exchange), std::move(credential), chosen->scheme, std::move(messages)};
  const crypto::PrivateKey* key = flight.credential->key();
  if (key == nullptr) return AfterFlight(AwaitSignature(std::move(flight), std::move(content)));
  Bytes signature;
  const auto algorithm = crypto::algorithm_of(flight.scheme);
  if (!algorithm) return std::unexpected(fail(ErrorCode::InternalError).received(to_string(flight.scheme)));
  if (auto made = key->sign(*algorithm, content, signature); !made) return std::unexpected(std::move(made.error()));
  auto next = finish(flow, std::move(flight), signature);
  if (!next) return std::unexpected(std::move(next.error()));
  return AfterFlight(std::move(*next));
}

}  // namespace keyway::tls::server12
