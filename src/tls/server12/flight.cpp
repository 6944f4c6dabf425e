#include "tls/server12/flight.hpp"

#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/schedule/premaster_rsa.hpp"
#include "tls/server/hello_answers.hpp"
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

/// Ends a flight and sends it: CertificateRequest where clients are asked for one, ServerHelloDone.
Result<UnsignedFlight::Next> end_flight(Flow& flow, Exchange exchange, Bytes messages) {
  using Next = UnsignedFlight::Next;
  Writer out(messages);
  const ServerConfig& config = *exchange.config;
  const ClientAuthentication* asks = config.client_authentication();
  if (asks != nullptr) out.bytes(asks->request_tls12);
  write_handshake(out, ServerHelloDone{});
  exchange.transcript.add(messages);
  if (auto sent = flow.send(messages); !sent) return std::unexpected(std::move(sent.error()));
  if (asks != nullptr) return Next(ExpectCertificate(std::move(exchange)));
  return Next(ExpectClientKeyExchange(std::move(exchange), admit_unasked(config)));
}

}  // namespace

Result<UnsignedFlight::Next> UnsignedFlight::finish(Flow& flow, ByteView signature) && {
  const auto& ephemeral = std::get<std::unique_ptr<crypto::KeyExchange>>(exchange.own);
  Writer out(messages);
  const ServerEcdhParams params{ephemeral->group(), ephemeral->share()};
  write_handshake(out, ServerKeyExchange{params, wanted.scheme, signature, {}});
  flow.emit(event::HandshakeSignature{Direction::sent, wanted.scheme});
  return end_flight(flow, std::move(exchange), std::move(messages));
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

  const auto client_type = server::choose_client_type(server_config, hello);
  if (!client_type) return std::unexpected(client_type.error());
  flow.info().peer_certificate_type = client_type->value_or(CertificateType::X509);
  flow.info().own_certificate_type = credential->certificate_type();
  auto random = make_random(config);
  if (!random) return std::unexpected(std::move(random.error()));
  auto order = order_session(server_config, hello, choice, suite);
  if (!order) return std::unexpected(std::move(order.error()));
  if (*order) (*order)->session.own_certificate_type = credential->certificate_type();
  const ByteView certificate = credential->certificate_message_tls12();
  const ByteView status = stapled_status(hello, *credential);
  const std::size_t size = certificate.size() + status.size() + beside_certificate;
  flow.expect_to_send(size);
  Bytes messages;
  messages.reserve(size);
  const ByteView id = *order ? ByteView((*order)->id) : ByteView();
  const bool promises_ticket = *order && id.empty();
  write_server_hello(messages, {server_config, *random, suite.id, id, hello, choice, credential.get(), promises_ticket,
                                credential->certificate_type(), *client_type});
  messages.insert(messages.end(), certificate.begin(), certificate.end());
  messages.insert(messages.end(), status.begin(), status.end());
  server::agree_on_record_limits(flow, server_config, hello);

  TranscriptTls12 transcript(*config.provider->hash(suite.hash), server_config.client_authentication() != nullptr);
  transcript.add(hello.raw);
  Exchange exchange{&server_config,
                    &suite,
                    std::move(transcript),
                    {hello.hello.random, *random},
                    {},
                    std::move(*order),
                    choice.extended_master_secret};
  if (is_transport) {
    exchange.own = PremasterReceiver{std::move(credential), hello.hello.legacy_version};
    return widen<AfterFlight>(end_flight(flow, std::move(exchange), std::move(messages)));
  }
  auto ephemeral = config.provider->group(choice.group)->start(config.randomness());
  if (!ephemeral) return std::unexpected(std::move(ephemeral.error()));
  Bytes content = server_key_exchange_content(hello.hello.random, *random, encode_params(**ephemeral));
  exchange.own = std::move(*ephemeral);
  return sign<AfterFlight>(
      flow, UnsignedFlight{
                std::move(exchange), std::move(messages), {std::move(credential), chosen->scheme, std::move(content)}});
}

}  // namespace keyway::tls::server12
