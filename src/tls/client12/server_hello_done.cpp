#include "tls/client12/server_hello_done.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/client_key_exchange.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/server_hello_done.hpp"

namespace keyway::tls::client12 {
namespace {

/// Sends the first half of the flight, up to where the session hash ends (RFC 7627 3).
Result<void> send_key_exchange(Flow& flow, Transcript& transcript, const Agreement& agreement,
                               bool is_certificate_asked) {
  Bytes messages;
  Writer out(messages);
  // RFC 5246 7.4.6: a client without a suitable certificate sends an empty list.
  if (is_certificate_asked) write_handshake(out, CertificateTls12{});
  if (agreement.is_encrypted) {
    write_handshake(out, EncryptedPremasterSecret{agreement.share});
  } else {
    write_handshake(out, ClientKeyExchange{agreement.share});
  }
  transcript.add(messages);
  return flow.send(messages);
}

/// Turns to the new keys and sends the Finished under them.
Result<void> send_finished(Flow& flow, Transcript& transcript, const VerifyDataTls12& verify_data,
                           ProtectionTls12 writing) {
  if (auto sent = flow.send_change_cipher_spec(); !sent) return sent;
  flow.protect_writing(std::move(writing));
  Bytes message;
  Writer out(message);
  write_handshake(out, Finished{verify_data});
  transcript.add(message);
  if (auto sent = flow.send(message); !sent) return sent;
  flow.emit(event::Finished{Direction::sent});
  return {};
}

}  // namespace

Result<ExpectServerHelloDone::Next> ExpectServerHelloDone::handle(Flow& flow, const HandshakeMessage& message) && {
  auto hello_done = ServerHelloDone::parse(message.body);
  if (!hello_done) return std::unexpected(std::move(hello_done.error()));
  Transcript& transcript = common_.transcript;
  transcript.add(message.raw);
  auto sent = send_key_exchange(flow, transcript, agreement_, is_certificate_asked_);
  if (!sent) return std::unexpected(std::move(sent.error()));

  auto master =
      MasterSecretTls12::extended(transcript.function(), agreement_.premaster_secret.view(), transcript.hash());
  agreement_.premaster_secret.clear();
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), common_.randoms.client);
  const KeyBlockTls12 keys = master.key_block(*common_.suite, common_.randoms);
  const crypto::Provider& provider = *common_.config->common().provider;
  auto writing = ProtectionTls12::create(provider, *common_.suite, keys.client);
  if (!writing) return std::unexpected(std::move(writing.error()));
  auto reading = ProtectionTls12::create(provider, *common_.suite, keys.server);
  if (!reading) return std::unexpected(std::move(reading.error()));

  sent = send_finished(flow, transcript, master.finished(Side::client, transcript.hash()), std::move(*writing));
  if (!sent) return std::unexpected(std::move(sent.error()));
  flow.reader().allow_change_cipher_spec(true);
  const VerifyDataTls12 awaited = master.finished(Side::server, transcript.hash());
  return Next(ExpectChangeCipherSpec({common_.suite, std::move(*reading), awaited,
                                      std::move(master).into_exporter(common_.randoms), common_.randoms.client}));
}

Result<ExpectRequestOrDone::Next> ExpectRequestOrDone::handle(Flow& flow, const HandshakeMessage& message) && {
  const bool is_request = message.type == HandshakeType::certificate_request;
  ExpectServerHelloDone expect_done(std::move(common_), std::move(agreement_), is_request, chain_, shared_);
  if (!is_request) return widen<Next>(std::move(expect_done).handle(flow, message));
  auto request = CertificateRequestTls12::parse(message.body);
  if (!request) return std::unexpected(std::move(request.error()));
  expect_done.add(message);
  return Next(std::move(expect_done));
}

}  // namespace keyway::tls::client12
