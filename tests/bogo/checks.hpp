#pragma once

#include <span>

#include <keyway/connection.hpp>

#include "configuration.hpp"
#include "outcome.hpp"
#include "settings.hpp"
#include "witness.hpp"

namespace keyway::bogo {

/// Holds what was negotiated against the -expect-* flags. `credentials`: those that there were to show.
[[nodiscard]] Outcome<void> check_handshake(const Settings& settings, const Connection& connection,
                                            const Witness& witness, std::span<const Choice> credentials);

/// Holds a handshake that failed against -expect-ech-retry-configs and -expect-no-ech-retry-configs.
[[nodiscard]] Outcome<void> check_retry_configs(const Settings& settings, const Connection& connection);

/// Whom the peer's certificate must be for, against -expect-ech-name-override and -expect-no-ech-name-override.
[[nodiscard]] Outcome<void> check_name_override(const Settings& settings, const Connection& connection);

/// Holds a ClientHello against -expect-advertised-alpn and -expect-peer-verify-pref.
[[nodiscard]] Outcome<void> check_client_hello(const Settings& settings, const ClientHelloView& hello);

}  // namespace keyway::bogo
