#include "tls/client12/resumed.hpp"

#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/wire/new_session_ticket_tls12.hpp"

namespace keyway::tls::client12 {
namespace {

/// Makes the keys of the session that the ServerHello goes on with.
Result<std::variant<ExpectTicketResumed, ExpectChangeCipherSpecResumed>> resume_session(Flow& flow, Common12 common,
                                                                                        SessionAccepted accepted) {
  using Next = std::variant<ExpectTicketResumed, ExpectChangeCipherSpecResumed>;
  const Session& session = common.session->plan.offered->session;
  auto master = MasterSecretTls12::of_session(common.transcript.function(), session.secret.view());
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), common.randoms.client);
  const KeyBlockTls12 keys = master.key_block(*common.suite, common.randoms);
  const crypto::Provider& provider = *common.config->common().provider;
  auto writing = ProtectionTls12::create(provider, *common.suite, keys.client);
  if (!writing) return std::unexpected(std::move(writing.error()));
  auto reading = ProtectionTls12::create(provider, *common.suite, keys.server);
  if (!reading) return std::unexpected(std::move(reading.error()));
  const bool promises_ticket = common.promises_ticket;
  Resumed12 resumed{std::move(common), std::move(master), std::move(*reading), std::move(*writing)};
  if (promises_ticket) return Next(ExpectTicketResumed(std::move(resumed), accepted));
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpecResumed(std::move(resumed), accepted));
}

}  // namespace

Result<std::variant<AwaitVerdictResumed, ExpectTicketResumed, ExpectChangeCipherSpecResumed>> go_on_with_session(
    Flow& flow, Common12 common, ServerName server_name, SessionAccepted accepted) {
  using Next = std::variant<AwaitVerdictResumed, ExpectTicketResumed, ExpectChangeCipherSpecResumed>;
  const ClientConfig& config = *common.config;
  if (config.reverifies_on_resumption()) {
    std::vector<ByteView> chain = recall_chain(flow, *common.session->plan.offered);
    auto judged = judge_chain(config, server_name, chain, flow);
    if (!judged) return std::unexpected(std::move(judged.error()));
    if (!*judged) {
      return Next(AwaitVerdictResumed(std::move(common), std::move(server_name), accepted, std::move(chain)));
    }
  }
  return widen<Next>(resume_session(flow, std::move(common), accepted));
}

Result<AwaitVerdictResumed::Next> AwaitVerdictResumed::resume(Flow& flow, Answer& answer) && {
  auto judged = take_judgement(server_name_.to_string(), chain_, flow, answer);
  if (!judged) return std::unexpected(std::move(judged.error()));
  return resume_session(flow, std::move(common_), accepted_);
}

Result<ExpectTicketResumed::Next> ExpectTicketResumed::handle(Flow& flow, const HandshakeMessage& message) && {
  auto ticket = NewSessionTicketTls12::parse(message.body);
  if (!ticket) return std::unexpected(std::move(ticket.error()));
  resumed_.common.transcript.add(message.raw);
  resumed_.common.session->take(*ticket);
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpecResumed(std::move(resumed_), accepted_));
}

Result<ExpectChangeCipherSpecResumed::Next> ExpectChangeCipherSpecResumed::change_cipher_spec(Flow& flow) && {
  if (auto done = flow.protect_reading(std::move(resumed_.reading)); !done) {
    return std::unexpected(std::move(done.error()));
  }
  flow.reader().allow_change_cipher_spec(false);
  return Next(ExpectFinishedResumed(std::move(resumed_), accepted_));
}

Result<ExpectFinishedResumed::Next> ExpectFinishedResumed::handle(Flow& flow, const HandshakeMessage& message) && {
  // The peer is done: nothing of its handshake may follow in the record.
  if (auto ends = flow.check_record_ends(); !ends) return std::unexpected(std::move(ends.error()));
  auto& [common, master, reading, writing] = resumed_;
  const VerifyDataTls12 expected = master.finished(Side::server, common.transcript.hash());
  auto proof = verify_finished(expected, message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.emit(event::Finished{Direction::received});
  common.transcript.add(message.raw);
  auto sent = send_finished(flow, common.transcript, master, std::move(writing));
  if (!sent) return std::unexpected(std::move(sent.error()));
  client::recall_peer(flow, *common.config, *common.session->plan.offered);
  keep_session_again(*common.config, *common.session);
  return Next(EstablishedTls12{*proof, common.suite, std::move(master).into_exporter(common.randoms),
                               common.randoms.client, expected, common.extended_master_secret});
}

}  // namespace keyway::tls::client12
