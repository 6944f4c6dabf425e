#include "tls/client12/finished.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/new_session_ticket_tls12.hpp"

namespace keyway::tls::client12 {

Result<VerifyDataTls12> send_finished(Flow& flow, TranscriptTls12& transcript, const MasterSecretTls12& master,
                                      ProtectionTls12 writing) {
  const VerifyDataTls12 verify_data = master.finished(Side::client, transcript.hash());
  if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  flow.protect_writing(std::move(writing));
  Bytes message;
  Writer out(message);
  write_handshake(out, Finished{verify_data});
  transcript.add(message);
  if (auto sent = flow.send(message); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});
  return verify_data;
}

Result<ExpectNewSessionTicket::Next> ExpectNewSessionTicket::handle(Flow& flow, const HandshakeMessage& message) && {
  auto ticket = NewSessionTicketTls12::parse(message.body);
  if (!ticket) return std::unexpected(std::move(ticket.error()));
  awaited_.common.transcript.add(message.raw);
  if (awaited_.common.session) awaited_.common.session->take(*ticket);
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpec(std::move(awaited_)));
}

Result<ExpectChangeCipherSpec::Next> ExpectChangeCipherSpec::change_cipher_spec(Flow& flow) && {
  if (auto done = flow.protect_reading(std::move(awaited_.reading)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  return Next(ExpectFinished(std::move(awaited_)));
}

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  // The handshake ends here: nothing of it may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto& [common, master, reading, sent_finished, chain] = awaited_;
  auto proof = verify_finished(master.finished(Side::server, common.transcript.hash()), message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  if (common.session) {
    keep_session(flow, *common.config, *common.session, *common.suite, master, common.extended_master_secret, chain);
  }
  return Next(EstablishedTls12{*proof, common.suite, std::move(master).into_exporter(common.randoms),
                               common.randoms.client, sent_finished, common.extended_master_secret});
}

}  // namespace keyway::tls::client12
