#include "tls/client12/finished.hpp"

#include <utility>

namespace keyway::tls::client12 {

Result<ExpectChangeCipherSpec::Next> ExpectChangeCipherSpec::change_cipher_spec(Flow& flow) && {
  if (auto done = flow.protect_reading(std::move(awaited_.reading)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  return Next(
      ExpectFinished(*awaited_.suite, awaited_.verify_data, std::move(awaited_.exporter), awaited_.client_random));
}

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  // The handshake ends here: nothing of it may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto proof = verify_finished(verify_data_, message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  return Next(EstablishedTls12{*proof, suite_, std::move(exporter_), client_random_});
}

}  // namespace keyway::tls::client12
