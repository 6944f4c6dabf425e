#include "tls/server/finished.hpp"

#include <utility>

namespace keyway::tls::server {

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  auto proof = verify_finished(expected_verify_data_.view(), message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  if (auto done = flow.protect_reading(*config_->common().provider, *suite_, application_.client); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  flow.reader().allow_plaintext_alerts(false);
  if (tickets_) {
    if (auto sent = send_tickets(flow, *config_, *tickets_); !sent) return std::unexpected(std::move(sent.error()));
  }
  return Next(Established{*proof, suite_, std::move(application_), std::move(exporter_), client_random_, nullptr});
}

}  // namespace keyway::tls::server
