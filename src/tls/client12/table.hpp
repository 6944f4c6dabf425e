#pragma once

#include "tls/client12/server_hello.hpp"
#include "tls/handshake/machine.hpp"

namespace keyway::tls::client12 {

/// The client's side of a TLS 1.2 handshake (RFC 5246 7.3) after the ServerHello. A message that a state does not name
/// is `unexpected_message`.
// clang-format off
using TableTls12 =
    // state                    what may follow
    Table<Row<ExpectCertificate,       ExpectStatusOrKeyExchange, AwaitVerdict, ExpectServerKeyExchange,
                                       ExpectRequestOrDone>,
          Row<ExpectStatusOrKeyExchange, AwaitVerdict, ExpectServerKeyExchange, ExpectRequestOrDone,
                                       ExpectServerHelloDone, AwaitCredential, AwaitSignature, ExpectNewSessionTicket,
                                       ExpectChangeCipherSpec>,
          Row<AwaitVerdict,            ExpectServerKeyExchange, ExpectRequestOrDone, ExpectServerHelloDone,
                                       AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>,
          Row<ExpectServerKeyExchange, ExpectRequestOrDone>,
          Row<ExpectRequestOrDone,     ExpectServerHelloDone, AwaitCredential, AwaitSignature, ExpectNewSessionTicket,
                                       ExpectChangeCipherSpec>,
          Row<ExpectServerHelloDone,   AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>,
          Row<AwaitCredential,         AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>,
          Row<AwaitSignature,          ExpectNewSessionTicket, ExpectChangeCipherSpec>,
          Row<ExpectNewSessionTicket,  ExpectChangeCipherSpec>,
          Row<ExpectChangeCipherSpec,  ExpectFinished>,
          Row<ExpectFinished,          EstablishedTls12>,
          // resumed:
          Row<AwaitVerdictResumed,           ExpectTicketResumed, ExpectChangeCipherSpecResumed>,
          Row<ExpectTicketResumed,           ExpectChangeCipherSpecResumed>,
          Row<ExpectChangeCipherSpecResumed, ExpectFinishedResumed>,
          Row<ExpectFinishedResumed,         EstablishedTls12>>;
// clang-format on

}  // namespace keyway::tls::client12
