#pragma once

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/server/hello_in_hand.hpp"

namespace keyway::tls::server {

// Encrypted ClientHello on the server (RFC 9849 7).

/// The ClientHello that the first one hides, where a key of the configuration opens it; else the first one. Errors:
/// InvalidInnerHello, InvalidOuterExtension, the codecs', for what was opened and may not be.
[[nodiscard]] Result<HelloInHand> open_first_hello(Flow& flow, const ServerConfig& config, HelloInHand hello);

/// The same of a second ClientHello: what the first one was, this one is (RFC 9849 7.1.1). Errors also:
/// MissingExtension, InvalidValue, EchNotOpened.
[[nodiscard]] Result<HelloInHand> open_second_hello(Flow& flow, HelloInHand& first, HelloInHand hello);

}  // namespace keyway::tls::server
