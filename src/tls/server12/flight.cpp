#include "tls/server12/flight.hpp"

#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/server12/hello_writer.hpp"
#include "tls/wire/server_hello_done.hpp"
#include "tls/wire/server_key_exchange.hpp"

namespace keyway::tls::server12 {
namespace {

/// Bytes of a flight beside the Certificate message: what a P-521 share and a signature of RSA-4096 take.
constexpr std::size_t beside_certificate = 1024;

Bytes encode_params(const crypto::KeyExchange& ephemeral) {
  Bytes params;
  Writer out(params);
  ServerEcdhParams{ephemeral.group(), ephemeral.share()}.write(out);
  return params;
}

/// Adds the signed key exchange and sends it all.
Result<ExpectClientKeyExchange> finish(Flow& flow, UnsignedFlight flight, ByteView signature) {
  Exchange& exchange = flight.exchange;
  Writer out(flight.messages);
  const ServerEcdhParams params{exchange.ephemeral->group(), exchange.ephemeral->share()};
  write_handshake(out, ServerKeyExchange{params, flight.scheme, signature, {}});
  flow.emit(event::HandshakeSignature{Direction::sent, flight.scheme});
  write_handshake(out, ServerHelloDone{});
  exchange.transcript.add(flight.messages);
  if (auto sent = flow.send(flight.messages); !sent) return std::unexpected(std::move(sent.error()));
  return ExpectClientKeyExchange(std::move(exchange));
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
  auto order = order_session(server_config, hello, choice, **suite);
  if (!order) return std::unexpected(std::move(order.error()));
  const ByteView certificate = credential->certificate_message_tls12();
  flow.expect_to_send(certificate.size() + beside_certificate);
  Bytes messages;
  messages.reserve(certificate.size() + beside_certificate);
  const ByteView id = *order ? ByteView((*order)->id) : ByteView();
  const bool promises_ticket = *order && id.empty();
  write_server_hello(messages, {*random, (*suite)->id, id, hello, choice, promises_ticket, /*is_resumption=*/false});
  messages.insert(messages.end(), certificate.begin(), certificate.end());

  Transcript transcript(*config.provider->hash((*suite)->hash));
  transcript.add(hello.raw);
  Bytes content = server_key_exchange_content(hello.hello.random, *random, encode_params(**ephemeral));
  UnsignedFlight flight{{&server_config,
                         *suite,
                         transcript,
                         {hello.hello.random, *random},
                         std::move(*ephemeral),
                         std::move(*order),
                         choice.extended_master_secret},
                        std::move(credential),
                        *scheme,
                        std::move(messages)};
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
