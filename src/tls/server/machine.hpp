#pragma once

#include "tls/handshake/machine.hpp"
#include "tls/server/client_hello.hpp"
#include "tls/server12/table.hpp"

namespace keyway::tls::server {

/// The server's side of a TLS 1.3 handshake (RFC 8446 A.2), whole; its first states are also the first of TLS 1.2's. A
/// message that a state does not name is `unexpected_message`.
// clang-format off
using TableTls13 =
    // state                    what may follow
    Table<Row<ExpectClientHello,       AwaitHelloDecision, AwaitAnswer, AwaitCredential, ExpectSecondClientHello,
                                       AwaitSignature, ExpectCertificate, ExpectFinished, ExpectEndOfEarlyData,
                                       server12::AwaitAnswer, server12::AwaitCredential,
                                       server12::AwaitSignature, server12::ExpectCertificate,
                                       server12::ExpectClientKeyExchange, server12::ExpectChangeCipherSpecResumed>,
          Row<AwaitHelloDecision,      AwaitAnswer, AwaitCredential, ExpectSecondClientHello, AwaitSignature,
                                       ExpectCertificate, ExpectFinished, ExpectEndOfEarlyData,
                                       server12::AwaitAnswer, server12::AwaitCredential, server12::AwaitSignature,
                                       server12::ExpectCertificate, server12::ExpectClientKeyExchange,
                                       server12::ExpectChangeCipherSpecResumed>,
          Row<AwaitAnswer,             AwaitAnswer, AwaitCredential, ExpectSecondClientHello, AwaitSignature,
                                       ExpectCertificate, ExpectFinished, ExpectEndOfEarlyData>,
          Row<AwaitCredential,         AwaitAnswer, ExpectSecondClientHello, AwaitSignature, ExpectCertificate,
                                       ExpectFinished>,
          Row<ExpectSecondClientHello, AwaitAnswerAfterRetry, AwaitSignature, ExpectCertificate, ExpectFinished>,
          Row<AwaitAnswerAfterRetry,   AwaitAnswerAfterRetry, AwaitSignature, ExpectCertificate, ExpectFinished>,
          Row<AwaitSignature,          ExpectCertificate, ExpectFinished>,
          Row<ExpectCertificate,       AwaitVerdict, ExpectCertificateVerify, ExpectFinished>,
          Row<AwaitVerdict,            ExpectCertificateVerify>,
          Row<ExpectCertificateVerify, ExpectFinished>,
          Row<ExpectEndOfEarlyData,    ExpectFinished>,                              // early data comes meanwhile
          Row<ExpectFinished,          AwaitTickets, Established>,
          Row<AwaitTickets,            Established>>;
// clang-format on

using Machine = tls::Machine<TableTls13, server12::TableTls12>;

}  // namespace keyway::tls::server
