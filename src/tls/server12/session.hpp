#pragma once

#include <memory>
#include <optional>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/proofs.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/inquiry.hpp"
#include "tls/server12/negotiation.hpp"
#include "tls/session/session.hpp"
#include "tls/suites.hpp"

namespace keyway::tls::server12 {

/// A session of ours that the client names: it was sealed by our keys, and may be gone on with. Only find_session()
/// makes one: the flight without a certificate takes it. That the client knows its secret shows in the Finished.
class ResumedSession {
 public:
  [[nodiscard]] const Session& session() const noexcept { return session_; }
  [[nodiscard]] bool is_by_ticket() const noexcept { return is_by_ticket_; }
  [[nodiscard]] ClientAdmitted client() const noexcept { return client_; }

 private:
  ResumedSession(Session session, bool is_by_ticket, ClientAdmitted client) noexcept
      : session_(std::move(session)), is_by_ticket_(is_by_ticket), client_(client) {}
  friend Result<std::optional<ResumedSession>> find_session(const ServerConfig& config,
                                                            const server::HelloInHand& hello, const Choice& choice,
                                                            server::Inquiry& inquiry);
  Session session_;
  bool is_by_ticket_;
  ClientAdmitted client_;
};

/// Looks for the session that the client offers, by ticket (RFC 5077 3.4) or else by ID: of this configuration, alive,
/// for the same name and protocol, of a suite that the client still offers, of a client that showed a certificate where
/// one is required. Nothing: a full handshake; or the inquiry is open, and it is not yet known. Errors:
/// ExtendedMasterSecretChanged (RFC 7627 5.3: it was made with it, and the client now comes without).
[[nodiscard]] Result<std::optional<ResumedSession>> find_session(const ServerConfig& config,
                                                                 const server::HelloInHand& hello, const Choice& choice,
                                                                 server::Inquiry& inquiry);

/// The session that a handshake will leave behind: as a ticket, or under an ID.
struct SessionOrder {
  Session session;       ///< without its secret
  Bytes id;              ///< empty: a ticket is given
  bool is_void = false;  ///< nothing can be kept after all: the ticket that was promised is an empty one
};

/// What the ServerHello of a full handshake promises, by what the client takes and the configuration has; null:
/// nothing. Errors: RandomFailed.
[[nodiscard]] Result<std::unique_ptr<SessionOrder>> order_session(const ServerConfig& config,
                                                                  const server::HelloInHand& hello,
                                                                  const Choice& choice, const SuiteTls12& suite);

/// The same for a resumption: a new ticket in place of one that has lived for half its time, or whose key no longer
/// seals; null: none. Where tickets are sealed elsewhere there is none: the client waits for the flight.
[[nodiscard]] std::unique_ptr<SessionOrder> order_renewal(const ServerConfig& config, const server::HelloInHand& hello,
                                                          const Choice& choice, const ResumedSession& resumed);

/// Adds the NewSessionTicket to `messages`, empty where none can be made (RFC 5077 3.3). The order is one of a ticket.
void add_ticket(Bytes& messages, const ServerConfig& config, SessionOrder& order, const MasterSecretTls12& master);
/// The same with one that was made elsewhere.
void add_made_ticket(Bytes& messages, const SessionOrder& order, ByteView ticket);

/// Keeps the session under its ID, once the client has finished. Where it can't be kept, it is let go.
void keep_session(const ServerConfig& config, SessionOrder& order, const MasterSecretTls12& master);
/// The same with what was sealed elsewhere.
void keep_sealed(const ServerConfig& config, const SessionOrder& order, Bytes sealed);

}  // namespace keyway::tls::server12
