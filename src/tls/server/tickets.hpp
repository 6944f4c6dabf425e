#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/negotiation.hpp"
#include "tls/server/session_vault.hpp"
#include "tls/session/psk_set.hpp"
#include "tls/session/session.hpp"

namespace keyway::tls::server {

/// What a session of this connection is bound to; the secret is still to be set. `resumed`: the session that the
/// connection goes on with; null after a full handshake. Nothing when the chain of sessions has come to its end.
[[nodiscard]] std::optional<Session> begin_session(const ServerConfig& config, const HelloInHand& hello,
                                                   ProtocolVersion version, CipherSuite suite, std::string_view alpn,
                                                   const Session* resumed);

/// The tickets that a connection will give once the client has finished.
struct TicketOrder {
  Session session;  ///< what they have in common
  HashSecret resumption_master_secret;
  std::size_t count = 0;
};

/// Null when none are to be given: the configuration has none, or the client takes none. `resumed`: the session that
/// the connection goes on with; null after a full handshake. `psk`: the key from outside that the client knows; null
/// without. The secret is still to be set.
[[nodiscard]] std::unique_ptr<TicketOrder> order_tickets(const ServerConfig& config, const HelloInHand& hello,
                                                         const Choice& choice, const Session* resumed,
                                                         const ReadyPsk* psk = nullptr);

/// A ticket that waits to be made elsewhere.
struct UnsealedTicket {
  UnsealedSession session;
  std::uint32_t age_add = 0;
};
/// What there is to seal for this order, where sessions are sealed elsewhere. Where one can't be written, there are
/// fewer.
[[nodiscard]] std::vector<UnsealedTicket> prepare_tickets(const ServerConfig& config, const TicketOrder& order);
/// Sends them with what was sealed, in the same order. Errors: those of Flow::send. What is missing, is not given.
[[nodiscard]] Result<void> send_sealed_tickets(Flow& flow, const ServerConfig& config, const TicketOrder& order,
                                               std::span<const UnsealedTicket> unsealed, std::span<Bytes> sealed);

/// Sends them (RFC 8446 4.6.1). Errors: those of Flow::send. Where a ticket can't be made, there are fewer.
[[nodiscard]] Result<void> send_tickets(Flow& flow, const ServerConfig& config, const TicketOrder& order);

}  // namespace keyway::tls::server
