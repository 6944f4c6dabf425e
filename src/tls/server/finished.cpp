#include "tls/server/finished.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::server {
namespace {

/// The client's Finished is known before it comes, and with it what the tickets need of the handshake's secrets.
void complete_order(TicketOrder& order, const AwaitedClient& awaited, const HashSecret& client_verify_data) {
  Bytes client_finished;
  Writer out(client_finished);
  write_handshake(out, Finished{client_verify_data.view()});
  order.resumption_master_secret =
      awaited.master.resumption_master_secret(awaited.transcript.hash_with(client_finished));
}

}  // namespace

ExpectFinished::ExpectFinished(AwaitedClient&& awaited, ClientAdmitted /*client*/)
    : config_(awaited.config),
      suite_(awaited.suite),
      client_random_(awaited.client_random),
      expected_verify_data_(awaited.client_handshake.finished(awaited.transcript.hash())),
      application_(std::move(awaited.application)),
      exporter_(std::move(awaited.exporter)),
      tickets_(std::move(awaited.tickets)) {
  if (tickets_) complete_order(*tickets_, awaited, expected_verify_data_);
  if (config_->late_client_authentication() != nullptr) transcript_ = std::make_unique<Transcript>(awaited.transcript);
}

Result<ExpectFinished::Next> ExpectFinished::handle(Flow& flow, const HandshakeMessage& message) && {
  auto proof = verify_finished(expected_verify_data_.view(), message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  if (auto done =
          flow.protect_reading(EncryptionLevel::application, *config_->common().provider, *suite_, application_.client);
      !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  flow.reader().allow_plaintext_alerts(false);
  const bool seals_later = tickets_ && server::seals_later(*config_);
  if (tickets_ && !seals_later) {
    if (auto sent = send_tickets(flow, *config_, *tickets_); !sent) return std::unexpected(std::move(sent.error()));
  }
  // RFC 8446 4.6.2: only of a client that allows it.
  if (flow.info().late_authentication == ClientProofLater::off) transcript_ = nullptr;
  if (transcript_) transcript_->add(message.raw);
  Established established{*proof,         suite_,  std::move(application_), std::move(exporter_),
                          client_random_, nullptr, std::move(transcript_)};
  if (!seals_later) return Next(std::move(established));
  auto unsealed = prepare_tickets(*config_, *tickets_);
  if (unsealed.empty()) return Next(std::move(established));
  return Next(AwaitTickets(*config_, std::move(tickets_), std::move(unsealed), std::move(established)));
}

std::vector<ByteView> AwaitTickets::sessions() const {
  std::vector<ByteView> views;
  views.reserve(unsealed_.size());
  for (const UnsealedTicket& ticket : unsealed_) views.emplace_back(ticket.session.bytes());
  return views;
}

Result<AwaitTickets::Next> AwaitTickets::resume(Flow& flow, Answer& answer) && {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return refused(name, *refuse);
  auto& sealed = std::get<answer::Tickets>(answer).tickets;
  if (auto sent = send_sealed_tickets(flow, *config_, *order_, unsealed_, sealed); !sent) {
    return std::unexpected(std::move(sent.error()));
  }
  return Next(std::move(*established_));
}

}  // namespace keyway::tls::server
