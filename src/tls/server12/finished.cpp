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
  auto& [config, suite, transcript, randoms, master, reading, writing, session, extended_master_secret] = keyed_;
  const VerifyDataTls12 theirs = master.finished(Side::client, transcript.hash());
  auto proof = verify_finished(theirs, message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  transcript.add(message.raw);

  if (session && session->id.empty()) {  // RFC 5077 3.3: the ticket is told before keys change
    Bytes ticket;
    add_ticket(ticket, *config, *session, master);
    transcript.add(ticket);
    if (auto sent = flow.send(ticket); !sent) return std::unexpected(std::move(sent.error()));
  } else if (session) {
    keep_session(*config, *session, master);
  }
  if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  flow.protect_writing(std::move(writing));
  Bytes finished;
  Writer out(finished);
  write_handshake(out, Finished{master.finished(Side::server, transcript.hash())});
  if (auto sent = flow.send(finished); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});
  return Next(EstablishedTls12{*proof, suite, std::move(master).into_exporter(randoms), randoms.client, theirs,
                               extended_master_secret});
}

}  // namespace keyway::tls::server12
