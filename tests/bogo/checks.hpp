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

/// Holds a ClientHello against -expect-advertised-alpn and -expect-peer-verify-pref.
[[nodiscard]] Outcome<void> check_client_hello(const Settings& settings, const ClientHelloView& hello);

}  // namespace keyway::bogo
