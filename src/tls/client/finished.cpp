#include "tls/client/finished.hpp"

#include <utility>

namespace keyway::tls::client {

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
  OwnFlight own{std::move(common_), chain_, *proof, std::move(application), std::move(exporter), {}};
  return send_own_flight(flow, std::move(own), std::move(asked_));
}

}  // namespace keyway::tls::client
