#pragma once

#include <chrono>
#include <memory>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>

#include "tls/client/session_keeper.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/suites.hpp"
#include "tls/wire/new_session_ticket_tls12.hpp"

namespace keyway::tls::client12 {

/// What a TLS 1.2 handshake may leave behind to come back with: kept once the server's Finished holds.
struct SessionDraft {
  client::SessionPlan plan;
  Bytes session_id;                    ///< of the ServerHello; empty: the server does not know the session by one
  Bytes ticket;                        ///< empty: none came
  std::chrono::seconds lifetime_hint;  ///< of the ticket; 0: the server did not say

  /// Takes what the server sent; a ticket of unusual length is let go.
  void take(const NewSessionTicketTls12& message);
};

/// After a full handshake: keeps the session, where the server gave a ticket or an ID.
void keep_session(Flow& flow, const ClientConfig& config, const SessionDraft& draft, const SuiteTls12& suite,
                  const MasterSecretTls12& master, bool extended_master_secret, ChainAccepted accepted);

/// After a resumption: keeps the session again, with the new ticket where the server sent one.
void keep_session_again(const ClientConfig& config, const SessionDraft& draft);

}  // namespace keyway::tls::client12
