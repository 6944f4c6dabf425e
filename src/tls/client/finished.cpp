#include "tls/client/finished.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/wire/end_of_early_data.hpp"

namespace keyway::tls::client {
namespace {

/// The server's Finished holds: its application keys are turned to, and it is our turn.
Result<OwnFlight> take_finished(Flow& flow, Common13 common, ChainAccepted chain, const HandshakeMessage& message) {
  const HashSecret expected = common.handshake.server.finished(common.transcript.hash());
  auto proof = verify_finished(expected.view(), message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  common.transcript.add(message.raw);

  const TranscriptHash at_server_finished = common.transcript.hash();
  TrafficSecrets application = common.master.traffic_secrets(at_server_finished);
  Exporter exporter = common.master.exporter(at_server_finished);
  flow.emit_secrets(SecretLabel::CLIENT_TRAFFIC_SECRET, SecretLabel::SERVER_TRAFFIC_SECRET, application,
                    common.client_random);
  flow.emit_secret(SecretLabel::EXPORTER_SECRET, exporter.bytes(), common.client_random);

  const crypto::Provider& provider = *common.config->common().provider;
  if (auto done = flow.protect_reading(EncryptionLevel::application, provider, *common.suite, application.server);
      !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  return OwnFlight{std::move(common), chain, *proof, std::move(application), std::move(exporter), {}};
}

/// RFC 8446 4.5: under the early keys, the last that they protect. QUIC has no such message (RFC 9001 8.3).
Result<void> end_early_data(Flow& flow, Common13& common) {
  flow.close_early_data();
  if (flow.quic() != nullptr) return {};
  Bytes end;
  Writer out(end);
  write_handshake(out, EndOfEarlyData{});
  common.transcript.add(end);
  if (auto sent = flow.send(end); !sent) return sent;
  return flow.protect_writing(EncryptionLevel::handshake, *common.config->common().provider, *common.suite,
                              common.handshake.client);
}

}  // namespace

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  auto own = take_finished(flow, std::move(common_), chain_, message);
  if (!own) return std::unexpected(std::move(own.error()));
  return send_own_flight(flow, std::move(*own), std::move(asked_));
}

Result<ExpectFinishedEarly::Next> ExpectFinishedEarly::handle(Flow& flow, const HandshakeMessage& message) && {
  auto own = take_finished(flow, std::move(common_), chain_, message);
  if (!own) return std::unexpected(std::move(own.error()));
  if (auto ended = end_early_data(flow, own->common); !ended) return std::unexpected(std::move(ended.error()));
  auto done = finish_own_flight(flow, std::move(*own));
  if (!done) return std::unexpected(std::move(done.error()));
  return Next(std::move(*done));
}

}  // namespace keyway::tls::client
