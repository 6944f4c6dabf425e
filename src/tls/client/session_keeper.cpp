#include "tls/client/session_keeper.hpp"

#include <algorithm>
#include <utility>

#include "tls/client/psk_offer.hpp"
#include "tls/schedule/key_schedule.hpp"

namespace keyway::tls::client {

std::shared_ptr<const PeerProof> make_peer_proof(ChainAccepted accepted, const std::vector<Bytes>& chain,
                                                 const CarriedProofs& proofs, const x509::Verdict* verdict) {
  return std::make_shared<const PeerProof>(PeerProof{accepted, chain, proofs,
                                                     verdict != nullptr ? std::optional(*verdict) : std::nullopt,
                                                     end_of_chain(chain, verdict)});
}

void recall_peer(Flow& flow, const ClientConfig& config, const ClientSession& session) {
  flow.info().signature_scheme = session.session.peer_scheme;
  flow.info().peer_certificate_type = session.session.peer_certificate_type;
  if (config.reverifies_on_resumption()) return;
  flow.keep_peer_chain(session.peer->chain);
  flow.keep_peer_proofs(session.peer->proofs);
  if (session.peer->verdict) flow.keep_verdict(*session.peer->verdict);
}

void SessionKeeper::remember_peer(const Shown& shown, Time now) {
  if (peer_) return;
  if (parts_.plan.is_resumed) {
    peer_ = parts_.plan.offered->peer;
    authenticated_at_ = parts_.plan.offered->session.authenticated_at;
    return;
  }
  peer_ = make_peer_proof(parts_.chain, shown.chain, shown.proofs, shown.verdict ? &*shown.verdict : nullptr);
  authenticated_at_ = now;
}

void SessionKeeper::keep(const NewSessionTicket& ticket, const ClientConfig& config, const std::string& alpn,
                         const Shown& shown, std::uint32_t max_early_data) {
  if (ticket.ticket_lifetime == 0 || ticket.ticket.size() > max_kept_ticket) return;
  const Time now = config.common().clock->now();
  remember_peer(shown, now);
  const crypto::HashFunction& hash = *config.common().provider->hash(parts_.suite->hash);

  Session session;
  session.version = ProtocolVersion::TLS1_3;
  session.cipher_suite = parts_.suite->id;
  session.secret = resumption_psk(hash, parts_.resumption_master_secret.view(), ticket.ticket_nonce);
  session.server_name = parts_.plan.server_name;
  session.alpn = alpn;
  session.configuration = config.session_binding(session.version);
  session.peer_scheme = parts_.peer_scheme;
  session.peer_certificate_type = parts_.peer_type;
  session.issued_at = now;
  session.authenticated_at = authenticated_at_;
  session.lifetime = std::min<std::chrono::seconds>(std::chrono::seconds(ticket.ticket_lifetime), max_session_lifetime);
  session.age_add = ticket.ticket_age_add;
  session.max_early_data = max_early_data;
  session.is_over_quic = parts_.plan.is_over_quic;
  Bytes kept(ticket.ticket.begin(), ticket.ticket.end());
  config.session_store()->put(
      session_key(config, parts_.plan.server_name, ProtocolVersion::TLS1_3, parts_.plan.is_over_quic),
      std::make_shared<const ClientSession>(ClientSession{std::move(session), std::move(kept), {}, peer_}));
}

}  // namespace keyway::tls::client
