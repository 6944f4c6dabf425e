#include "tls/client12/session_draft.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tls/client/psk_offer.hpp"

namespace keyway::tls::client12 {
namespace {

/// Where the server names no other (RFC 5246 F.1.4).
constexpr std::chrono::seconds usual_lifetime = std::chrono::hours(24);

std::chrono::seconds lifetime_of(const SessionDraft& draft) {
  const bool is_said = draft.lifetime_hint > std::chrono::seconds(0);
  return is_said ? std::min(draft.lifetime_hint, max_session_lifetime) : usual_lifetime;
}

std::string key_of(const ClientConfig& config, const SessionDraft& draft) {
  return client::session_key(config, draft.plan.server_name, ProtocolVersion::TLS1_2, /*is_over_quic=*/false);
}

/// RFC 5077 3.4: where there is a ticket, the server's session ID means nothing.
void put(const ClientConfig& config, const SessionDraft& draft, Session session,
         std::shared_ptr<const PeerProof> peer) {
  ClientSession kept{std::move(session), draft.ticket, draft.ticket.empty() ? draft.session_id : Bytes(),
                     std::move(peer)};
  config.session_store()->put(key_of(config, draft), std::make_shared<const ClientSession>(std::move(kept)));
}

}  // namespace

void SessionDraft::take(const NewSessionTicketTls12& message) {
  if (message.ticket.size() > client::max_kept_ticket) return;
  ticket.assign(message.ticket.begin(), message.ticket.end());
  lifetime_hint = std::chrono::seconds(message.ticket_lifetime_hint);
}

void keep_session(Flow& flow, const ClientConfig& config, const SessionDraft& draft, const SuiteTls12& suite,
                  const MasterSecretTls12& master, bool extended_master_secret, ChainAccepted accepted) {
  if (draft.ticket.empty() && draft.session_id.empty()) return;
  const Time now = config.common().clock->now();
  Session session;
  session.version = ProtocolVersion::TLS1_2;
  session.cipher_suite = suite.id;
  session.secret = HashSecret(master.bytes());
  session.server_name = draft.plan.server_name;
  session.alpn = flow.info().alpn;
  session.configuration = config.session_binding(session.version);
  session.peer_scheme = flow.info().signature_scheme;
  session.peer_certificate_type = flow.info().peer_certificate_type;
  session.issued_at = now;
  session.authenticated_at = now;
  session.lifetime = lifetime_of(draft);
  session.group = flow.info().group;
  session.extended_master_secret = extended_master_secret;
  put(config, draft, std::move(session),
      client::make_peer_proof(accepted, flow.peer_chain(), flow.peer_proofs(), flow.verdict()));
}

void keep_session_again(const ClientConfig& config, const SessionDraft& draft) {
  if (draft.ticket.empty()) {
    config.session_store()->put(key_of(config, draft), draft.plan.offered);
    return;
  }
  Session session = draft.plan.offered->session.clone();
  session.issued_at = config.common().clock->now();
  session.lifetime = lifetime_of(draft);
  put(config, draft, std::move(session), draft.plan.offered->peer);
}

}  // namespace keyway::tls::client12
