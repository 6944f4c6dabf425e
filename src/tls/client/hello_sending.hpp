#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "tls/client/offer.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/schedule/transcript.hpp"

namespace keyway::tls::client {

/// Notes which extensions the ClientHello carries, builds it, sends it: or another that hides it. Gives it for the
/// transcript, the hidden one where one is hidden. `before`: the messages up to it, after a HelloRetryRequest; else
/// null. Errors: InternalError, those of hide_hello().
[[nodiscard]] Result<Bytes> send_client_hello(Flow& flow, Offer& offer, ByteView cookie, const Transcript* before);

}  // namespace keyway::tls::client
