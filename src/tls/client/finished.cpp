#include "tls/client/finished.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::client {

Result<void> ExpectFinished::send_flight(Flow& flow) {
  Bytes flight;
  Writer out(flight);
  if (asked_) {
    // RFC 8446 4.4.2: a client without a suitable certificate sends an empty list.
    write_handshake(out, CertificateMessage{asked_->request_context, {}});
    common_.transcript.add(flight);
  }
  const HashSecret verify_data = common_.handshake.client.finished(common_.transcript.hash());
  const std::size_t before = flight.size();
  write_handshake(out, Finished{verify_data.view()});
  common_.transcript.add(ByteView(flight).subspan(before));
  if (auto sent = flow.send(flight); !sent) return sent;
  flow.emit(event::Finished{Direction::sent});
  return {};
}

std::shared_ptr<SessionKeeper> ExpectFinished::keep_sessions(Flow& flow) {
  if (!common_.sessions) return nullptr;
  SessionPlan& plan = *common_.sessions;
  if (plan.is_resumed) recall_peer(flow, *common_.config, *plan.offered);
  return std::make_shared<SessionKeeper>(SessionKeeper::Parts{
      std::move(plan), common_.suite, chain_, common_.master.resumption_master_secret(common_.transcript.hash())});
}

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  const HashSecret expected = common_.handshake.server.finished(common_.transcript.hash());
  auto proof = verify_finished(expected.view(), message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  common_.transcript.add(message.raw);

  const TranscriptHash at_server_finished = common_.transcript.hash();
  TrafficSecrets application = common_.master.traffic_secrets(at_server_finished);
  Exporter exporter = common_.master.exporter(at_server_finished);
  flow.emit_secrets(SecretLabel::CLIENT_TRAFFIC_SECRET, SecretLabel::SERVER_TRAFFIC_SECRET, application,
                    common_.client_random);
  flow.emit_secret(SecretLabel::EXPORTER_SECRET, exporter.bytes(), common_.client_random);

  const crypto::Provider& provider = *common_.config->common().provider;
  if (auto done = flow.protect_reading(provider, *common_.suite, application.server); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  if (auto done = send_flight(flow); !done) return std::unexpected(std::move(done.error()));
  if (auto done = flow.protect_writing(provider, *common_.suite, application.client); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Next(Established{*proof, common_.suite, std::move(application), std::move(exporter), common_.client_random,
                          keep_sessions(flow)});
}

}  // namespace keyway::tls::client
