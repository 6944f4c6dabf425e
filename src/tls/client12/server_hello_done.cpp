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
Result<void> send_key_exchange(Flow& flow, Transcript& transcript, ByteView share, bool is_certificate_asked) {
  Bytes messages;
  Writer out(messages);
  // RFC 5246 7.4.6: a client without a suitable certificate sends an empty list.
  if (is_certificate_asked) write_handshake(out, CertificateTls12{});
  write_handshake(out, ClientKeyExchange{share});
  transcript.add(messages);
  return flow.send(messages);
}

/// RFC 7627 4, or RFC 5246 8.1 where the server lacks it and the configuration allows that.
MasterSecretTls12 make_master(const Common12& common, ByteView premaster_secret) {
  const crypto::HashFunction& hash = common.transcript.function();
  if (!common.extended_master_secret) return MasterSecretTls12::plain(hash, premaster_secret, common.randoms);
  return MasterSecretTls12::extended(hash, premaster_secret, common.transcript.hash());
}

}  // namespace

Result<ExpectServerHelloDone::Next> ExpectServerHelloDone::handle(Flow& flow, const HandshakeMessage& message) && {
  // The answer goes out now: nothing of the server's may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto hello_done = ServerHelloDone::parse(message.body);
  if (!hello_done) return std::unexpected(std::move(hello_done.error()));
  Transcript& transcript = common_.transcript;
  transcript.add(message.raw);
  auto sent = send_key_exchange(flow, transcript, agreement_.share, is_certificate_asked_);
  if (!sent) return std::unexpected(std::move(sent.error()));

  auto master = make_master(common_, agreement_.premaster_secret.view());
  agreement_.premaster_secret.clear();
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), common_.randoms.client);
  const KeyBlockTls12 keys = master.key_block(*common_.suite, common_.randoms);
  const crypto::Provider& provider = *common_.config->common().provider;
  auto writing = ProtectionTls12::create(provider, *common_.suite, keys.client);
  if (!writing) return std::unexpected(std::move(writing.error()));
  auto reading = ProtectionTls12::create(provider, *common_.suite, keys.server);
  if (!reading) return std::unexpected(std::move(reading.error()));

  auto finished = send_finished(flow, transcript, master, std::move(*writing));
  if (!finished) return std::unexpected(std::move(finished.error()));
  const bool promises_ticket = common_.promises_ticket;
  Awaited12 awaited{std::move(common_), std::move(master), std::move(*reading), *finished, chain_};
  if (promises_ticket) return Next(ExpectNewSessionTicket(std::move(awaited)));
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpec(std::move(awaited)));
}

Result<ExpectRequestOrDone::Next> ExpectRequestOrDone::handle(Flow& flow, const HandshakeMessage& message) && {
  const bool is_request = message.type == HandshakeType::certificate_request;
  ExpectServerHelloDone expect_done(std::move(common_), std::move(agreement_), is_request, chain_, signature_);
  if (!is_request) return widen<Next>(std::move(expect_done).handle(flow, message));
  auto request = CertificateRequestTls12::parse(message.body);
  if (!request) return std::unexpected(std::move(request.error()));
  expect_done.add(message);
  return Next(std::move(expect_done));
}

}  // namespace keyway::tls::client12
