#pragma once

#include "tls/handshake/machine.hpp"
#include "tls/server12/client_hello.hpp"

namespace keyway::tls::server12 {

/// The server's side of a TLS 1.2 handshake (RFC 5246 7.3) after the ClientHello. A message that a state does not name
/// is `unexpected_message`.
// clang-format off
using TableTls12 =
    // state                    what may follow
    Table<Row<AwaitAnswer,                  AwaitAnswer, AwaitCredential, AwaitSignature, ExpectCertificate,
                                            ExpectClientKeyExchange, ExpectChangeCipherSpecResumed>,
          Row<AwaitCredential,              AwaitSignature, ExpectCertificate, ExpectClientKeyExchange>,
          Row<AwaitSignature,               ExpectCertificate, ExpectClientKeyExchange>,
          Row<ExpectCertificate,            AwaitVerdict, ExpectKeyExchangeBeforeProof, ExpectClientKeyExchange>,
          Row<AwaitVerdict,                 ExpectKeyExchangeBeforeProof>,
          Row<ExpectKeyExchangeBeforeProof, ExpectCertificateVerify>,
          Row<ExpectCertificateVerify,      ExpectChangeCipherSpec>,
          Row<ExpectClientKeyExchange,      ExpectChangeCipherSpec>,
          Row<ExpectChangeCipherSpec,       ExpectFinished>,
          Row<ExpectFinished,               AwaitTicket, EstablishedTls12>,
          Row<AwaitTicket,                  EstablishedTls12>,
          // resumed:
          Row<ExpectChangeCipherSpecResumed, ExpectFinishedResumed>,
          Row<ExpectFinishedResumed,         EstablishedTls12>>;
// clang-format on

}  // namespace keyway::tls::server12
