#pragma once

#include <keyway/connection.hpp>

#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// Holds what was negotiated against the -expect-* flags.
[[nodiscard]] Outcome<void> check_handshake(const Settings& settings, const Connection& connection);

/// Holds a ClientHello against -expect-advertised-alpn.
[[nodiscard]] Outcome<void> check_client_hello(const Settings& settings, const ClientHelloView& hello);

}  // namespace keyway::bogo
