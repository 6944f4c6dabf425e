#pragma once

#include "tls/handshake/machine.hpp"
#include "tls/server/client_hello.hpp"

namespace keyway::tls::server {

/// The server's side of a TLS 1.3 handshake (RFC 8446 A.2), whole. A message that a state does not name is
/// `unexpected_message`.
// clang-format off
using MachineTls13 =
    // state                       what may follow
    Machine<Row<ExpectClientHello,       AwaitHelloDecision, AwaitCredential, ExpectSecondClientHello, AwaitSignature,
                                         ExpectFinished>,
            Row<AwaitHelloDecision,      AwaitCredential, ExpectSecondClientHello, AwaitSignature, ExpectFinished>,
            Row<AwaitCredential,         ExpectSecondClientHello, AwaitSignature, ExpectFinished>,
            Row<ExpectSecondClientHello, AwaitSignature, ExpectFinished>,
            Row<AwaitSignature,          ExpectFinished>,
            Row<ExpectFinished,          Established>>;
// clang-format on

}  // namespace keyway::tls::server
