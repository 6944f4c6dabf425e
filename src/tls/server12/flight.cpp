#include "tls/server12/flight.hpp"

#include <array>
#include <string>
#include <utility>

#include "core/writer.hpp"
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

void write_extensions(Writer& out, const server::HelloInHand& hello, const Choice& choice) {
  static constexpr std::array<std::uint8_t, 1> uncompressed{0};
  if (hello.server_name) {  // RFC 6066 3: an empty extension says that the name was used
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

void write_server_hello(Bytes& to, const HelloRandom& random, CipherSuite suite, const server::HelloInHand& hello,
                        const Choice& choice) {
  Writer out(to);
  out.value(ServerHello::type);
  out.vector24([&] {
    out.value(ProtocolVersion::TLS1_2);
    out.bytes(random);
    out.vector8(ByteView());  // session_id: this session can't be resumed by one
    out.value(suite);
    out.value(CompressionMethod::null);
    out.vector16([&] { write_extensions(out, hello, choice); });
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

}  // namespace

Result<UnsignedFlight::Next> UnsignedFlight::finish(Flow& flow, ByteView signature) && {
  Writer out(messages);
  const ServerEcdhParams params{exchange.ephemeral->group(), exchange.ephemeral->share()};
  write_handshake(out, ServerKeyExchange{params, wanted.scheme, signature, {}});
  flow.emit(event::HandshakeSignature{Direction::sent, wanted.scheme});
  const ServerConfig& config = *exchange.config;
  const ClientAuthentication* asks = config.client_authentication();
  if (asks != nullptr) out.bytes(asks->request_tls12);
  write_handshake(out, ServerHelloDone{});
  exchange.transcript.add(messages);
  if (auto sent = flow.send(messages); !sent) return std::unexpected(std::move(sent.error()));
  if (asks != nullptr) return Next(ExpectCertificate(std::move(exchange)));
  return Next(ExpectClientKeyExchange(std::move(exchange), admit_unasked(config)));
}

Result<AfterFlight> send_flight(Flow& flow, const ServerConfig& server_config, const server::HelloInHand& hello,
                                const Choice& choice, std::shared_ptr<const Credential> credential) {
  const CommonConfig& config = server_config.common();
  auto suite = choose_suite(server_config, hello, *credential);
  if (!suite) return std::unexpected(std::move(suite.error()));
  auto scheme = choose_scheme(server_config, hello, *credential);
  if (!scheme) return std::unexpected(std::move(scheme.error()));
  flow.info().version = ProtocolVersion::TLS1_2;
  flow.info().cipher_suite = (*suite)->id;
  flow.info().group = choice.group;
  flow.info().signature_scheme = *scheme;
  flow.info().alpn = choice.alpn;
  flow.emit_parameters();

  auto random = make_random(config);
  if (!random) return std::unexpected(std::move(random.error()));
  auto ephemeral = config.provider->group(choice.group)->start(config.randomness());
  if (!ephemeral) return std::unexpected(std::move(ephemeral.error()));
  const ByteView certificate = credential->certificate_message_tls12();
  flow.expect_to_send(certificate.size() + beside_certificate);
  Bytes messages;
  messages.reserve(certificate.size() + beside_certificate);
  write_server_hello(messages, *random, (*suite)->id, hello, choice);
  messages.insert(messages.end(), certificate.begin(), certificate.end());

  TranscriptTls12 transcript(*config.provider->hash((*suite)->hash), server_config.client_authentication() != nullptr);
  transcript.add(hello.raw);
  Bytes content = server_key_exchange_content(hello.hello.random, *random, encode_params(**ephemeral));
  Exchange exchange{
      &server_config, *suite, std::move(transcript), {hello.hello.random, *random}, std::move(*ephemeral)};
  return sign<AfterFlight>(
      flow,
      UnsignedFlight{std::move(exchange), std::move(messages), {std::move(credential), *scheme, std::move(content)}});
}

}  // namespace keyway::tls::server12
