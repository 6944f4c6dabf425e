#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "tls/schedule/transcript.hpp"
#include "tls/server/asking.hpp"

namespace keyway::tls::server {

// What a server would keep between its HelloRetryRequest and the second ClientHello, given to the client, sealed (RFC
// 8446 4.2.2). The configurations here have stateless_retry().

/// A cookie for this ClientHello and what was chosen for it. `asking` has no messages before. Errors: RandomFailed,
/// CryptoFailed.
[[nodiscard]] Result<Bytes> make_cookie(const Asking& asking);

/// The messages up to a ClientHello that brings a cookie, which another connection has given: opens that, and judges
/// that it is of this configuration's keys, young enough, for this address, this ClientHello but for what it may
/// change, and for what was chosen now again. Errors: InvalidValue, ChangedSecondClientHello, KeyShareMismatch.
[[nodiscard]] Result<Transcript> recall_messages(const Asking& asking);

/// RFC 8446 4.1.2: after a HelloRetryRequest, one share, of the group that was asked for. Errors: MissingExtension,
/// KeyShareMismatch.
[[nodiscard]] Result<void> check_share(const HelloInHand& hello, NamedGroup group);

}  // namespace keyway::tls::server
