#pragma once

#include "tls/client/server_hello.hpp"
#include "tls/client12/table.hpp"
#include "tls/handshake/machine.hpp"

namespace keyway::tls::client {

/// The client's side of a TLS 1.3 handshake (RFC 8446 A.1), whole; its first state is also the first of TLS 1.2's. A
/// message that a state does not name is `unexpected_message`.
// clang-format off
using TableTls13 =
    // state                        what may follow
    Table<Row<ExpectServerHello,           ExpectServerHelloAfterRetry, ExpectEncryptedExtensions,
                                           client12::ExpectCertificate, client12::AwaitVerdictResumed, client12::ExpectTicketResumed,
                                           client12::ExpectChangeCipherSpecResumed>,
          Row<ExpectServerHelloAfterRetry, ExpectEncryptedExtensions>,
          Row<ExpectEncryptedExtensions,   ExpectCertificateOrRequest,
                                           AwaitVerdictResumed, ExpectFinished, ExpectFinishedEarly>,  // these three: a PSK
          Row<AwaitVerdictResumed,         ExpectFinished, ExpectFinishedEarly>,
          Row<ExpectCertificateOrRequest,  ExpectCertificate, AwaitVerdict, ExpectCertificateVerify>,
          Row<ExpectCertificate,           AwaitVerdict, ExpectCertificateVerify>,
          Row<AwaitVerdict,                ExpectCertificateVerify>,
          Row<ExpectCertificateVerify,     ExpectFinished>,
          Row<ExpectFinished,              AwaitCredential, AwaitSignature, Established>,
          Row<ExpectFinishedEarly,         Established>,
          Row<AwaitCredential,             AwaitSignature, Established>,
          Row<AwaitSignature,              Established>>;
// clang-format on

using Machine = tls::Machine<TableTls13, client12::TableTls12>;

}  // namespace keyway::tls::client
