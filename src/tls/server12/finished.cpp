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

namespace {

/// What follows the ticket, if there is one.
Result<EstablishedTls12> finish(Flow& flow, Keyed keyed, FinishedVerified proof, const VerifyDataTls12& theirs) {
  if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  flow.protect_writing(std::move(keyed.writing));
  Bytes finished;
  Writer out(finished);
  write_handshake(out, Finished{keyed.master.finished(Side::server, keyed.transcript.hash())});
  if (auto sent = flow.send(finished); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});
  return EstablishedTls12{proof,
                          keyed.suite,
                          std::move(keyed.master).into_exporter(keyed.randoms),
                          keyed.randoms.client,
                          theirs,
                          keyed.extended_master_secret};
}

/// RFC 5077 3.3: the ticket is told before keys change.
Result<void> send_ticket(Flow& flow, Keyed& keyed, ByteView message) {
  keyed.transcript.add(message);
  return flow.send(message);
}

}  // namespace

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  // The client is done: nothing of its handshake may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  const VerifyDataTls12 theirs = keyed_.master.finished(Side::client, keyed_.transcript.hash());
  auto proof = verify_finished(theirs, message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  keyed_.transcript.add(message.raw);

  SessionOrder* order = keyed_.session.get();
  if (order != nullptr && !order->is_void && server::seals_later(*keyed_.config)) {
    order->session.secret = HashSecret(keyed_.master.bytes());
    auto unsealed = server::UnsealedSession::of(order->session);
    if (!unsealed) return std::unexpected(std::move(unsealed.error()));
    return Next(AwaitTicket(std::move(keyed_), std::move(*unsealed), *proof, theirs));
  }
  if (order != nullptr && order->id.empty()) {
    Bytes ticket;
    add_ticket(ticket, *keyed_.config, *order, keyed_.master);
    if (auto sent = send_ticket(flow, keyed_, ticket); !sent) return std::unexpected(std::move(sent.error()));
  } else if (order != nullptr) {
    keep_session(*keyed_.config, *order, keyed_.master);
  }
  auto done = finish(flow, std::move(keyed_), *proof, theirs);
  if (!done) return std::unexpected(std::move(done.error()));
  return Next(std::move(*done));
}

Result<AwaitTicket::Next> AwaitTicket::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return server::refused(name, *refuse);
  auto& tickets = std::get<answer::Tickets>(answer).tickets;
  Bytes sealed = tickets.empty() ? Bytes() : std::move(tickets.front());
  if (sealed.size() > server::max_ticket_size) sealed.clear();
  if (keyed_->session->id.empty()) {
    Bytes ticket;
    add_made_ticket(ticket, *keyed_->session, sealed);
    if (auto sent = send_ticket(flow, *keyed_, ticket); !sent) return std::unexpected(std::move(sent.error()));
  } else {
    keep_sealed(*keyed_->config, *keyed_->session, std::move(sealed));
  }
  auto done = finish(flow, std::move(*keyed_), proof_, theirs_);
  if (!done) return std::unexpected(std::move(done.error()));
  return Next(std::move(*done));
}

}  // namespace keyway::tls::server12
