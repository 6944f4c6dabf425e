#include "tls/server12/finished.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::server12 {

Result<ExpectChangeCipherSpec::Next> ExpectChangeCipherSpec::change_cipher_spec(Flow& flow) && {
  if (auto done = flow.protect_reading(std::move(keyed_.reading)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  return Next(ExpectFinished(std::move(keyed_)));
}

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  // The client is done: nothing of its handshake may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  const VerifyDataTls12 expected = keyed_.master.finished(Side::client, keyed_.transcript.hash());
  auto proof = verify_finished(expected, message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  keyed_.transcript.add(message.raw);

  if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  flow.protect_writing(std::move(keyed_.writing));
  Bytes finished;
  Writer out(finished);
  write_handshake(out, Finished{keyed_.master.finished(Side::server, keyed_.transcript.hash())});
  if (auto sent = flow.send(finished); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});
  return Next(EstablishedTls12{*proof, keyed_.suite, std::move(keyed_.master).into_exporter(keyed_.randoms),
                               keyed_.randoms.client});
}

}  // namespace keyway::tls::server12
