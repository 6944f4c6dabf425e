#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/session.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/session/client_session.hpp"
#include "tls/suites.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway::tls::client {

/// Tickets of most servers have some hundred bytes; those with a client's chain inside, some thousand.
inline constexpr std::size_t max_kept_ticket = 16384;

/// What a handshake of a client that keeps sessions carries along until there is something to keep.
struct SessionPlan {
  std::string server_name;  ///< as ServerName::to_string()
  StoredSession offered;    ///< null: none
  bool is_resumed = false;  ///< the server goes on with it
  bool is_over_quic = false;
};

/// What a server has shown in this handshake, for the sessions that follow from it. `chain`, `proofs` and `verdict`
/// (null: none) are the connection's.
[[nodiscard]] std::shared_ptr<const PeerProof> make_peer_proof(ChainAccepted accepted, const std::vector<Bytes>& chain,
                                                               const CarriedProofs& proofs,
                                                               const x509::Verdict* verdict);

/// Once the server has proved that it is the one of `session`: what it showed then is what it shows now. Where the
/// chain was judged again, the newer verdict stays.
void recall_peer(Flow& flow, const ClientConfig& config, const ClientSession& session);

/// Makes sessions of the tickets of one connection, and gives them to the store.
class SessionKeeper {
 public:
  /// What each session of a connection has in common.
  struct Parts {
    SessionPlan plan;
    const SuiteTls13* suite;
    ChainAccepted chain;
    SignatureScheme peer_scheme{};  ///< of the server's proof
    CertificateType peer_type{};    ///< of what it showed
    HashSecret resumption_master_secret;
  };
  explicit SessionKeeper(Parts parts) noexcept : parts_(std::move(parts)) {}

  /// What the server of this connection showed.
  struct Shown {
    const std::vector<Bytes>& chain;
    const CarriedProofs& proofs;
    const std::optional<x509::Verdict>& verdict;
  };
  /// Keeps what a ticket stands for. One of lifetime 0 or of unusual length
  /// is let go (RFC 8446 4.6.1).
  void keep(const NewSessionTicket& ticket, const ClientConfig& config, const std::string& alpn, const Shown& shown,
            std::uint32_t max_early_data);

 private:
  void remember_peer(const Shown& shown, Time now);

  Parts parts_;
  std::shared_ptr<const PeerProof> peer_;  ///< from the first ticket on
  Time authenticated_at_{};
};

}  // namespace keyway::tls::client
