#pragma once

#include <array>
#include <memory>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>

#include "tls/client/session_keeper.hpp"
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

  /// Empty where TLS 1.3 is not offered: there is no session to resume.
  [[nodiscard]] ByteView session_id() const noexcept {
    return config->common().policy.has(ProtocolVersion::TLS1_3) ? ByteView(compatibility_session_id) : ByteView();
  }
};

}  // namespace keyway::tls::client
