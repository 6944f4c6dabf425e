#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>

#include "tls/client/ech_offer.hpp"
#include "tls/client/grease.hpp"
#include "tls/client/session_keeper.hpp"
#include "tls/handshake/quic_carrier.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/extension_rules.hpp"

namespace keyway::tls::client {

/// What the client has said and waits to be answered.
struct Offer {
  const ClientConfig* config;
  ServerName server_name;
  HelloRandom random;
  std::array<std::uint8_t, 32> compatibility_session_id;  ///< RFC 8446 D.4
  std::vector<std::unique_ptr<crypto::KeyExchange>> key_exchanges;
  ExtensionSet extensions;
  std::unique_ptr<SessionPlan> sessions;  ///< null: none are kept, none is offered
  /// Of the suite that a HelloRetryRequest chose: what is for another hash is not offered again (RFC 8446 4.1.4).
  std::optional<crypto::HashAlgorithm> hash = {};
  std::unique_ptr<const Grease> grease = {};  ///< null: none
  const QuicCarrier* quic = nullptr;          ///< null: records carry the handshake
  bool has_early_data = false;                ///< in the ClientHello that waits to be answered
  std::unique_ptr<EchOffer> ech = {};         ///< null: nothing is hidden, nor looks like it

  /// The session that is offered, if it is one of this version; else null.
  [[nodiscard]] const ClientSession* offered(ProtocolVersion version) const noexcept {
    const ClientSession* session = sessions ? sessions->offered.get() : nullptr;
    return session != nullptr && session->session.version == version ? session : nullptr;
  }

  /// The ID of the session that is offered, or a random one: for TLS 1.3's compatibility mode, and beside a ticket,
  /// whose acceptance the server shows by echoing it (RFC 5077 3.4). Empty where neither is.
  [[nodiscard]] ByteView session_id() const noexcept {
    const ClientSession* tls12 = offered(ProtocolVersion::TLS1_2);
    if (tls12 != nullptr && !tls12->session_id.empty()) return tls12->session_id;
    // RFC 9001 8.4: QUIC has no middleboxes to please.
    const bool is_compatible = quic == nullptr && config->common().policy.has(ProtocolVersion::TLS1_3);
    const bool needs_one = tls12 != nullptr || is_compatible;
    return needs_one ? ByteView(compatibility_session_id) : ByteView();
  }
};

}  // namespace keyway::tls::client
