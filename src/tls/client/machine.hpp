#pragma once

#include "tls/client/server_hello.hpp"
#include "tls/handshake/machine.hpp"

namespace keyway::tls::client {

/// The client's side of a TLS 1.3 handshake (RFC 8446 A.1), whole. A message that a state does not name is
/// `unexpected_message`.
// clang-format off
using MachineTls13 =
    // state                          what may follow
    Machine<Row<ExpectServerHello,           ExpectServerHelloAfterRetry, ExpectEncryptedExtensions>,
            Row<ExpectServerHelloAfterRetry, ExpectEncryptedExtensions>,
            Row<ExpectEncryptedExtensions,   ExpectCertificateOrRequest, ExpectFinished>,  // the latter resumes
            Row<ExpectCertificateOrRequest,  ExpectCertificate, AwaitVerdict, ExpectCertificateVerify>,
            Row<ExpectCertificate,           AwaitVerdict, ExpectCertificateVerify>,
            Row<AwaitVerdict,                ExpectCertificateVerify>,
            Row<ExpectCertificateVerify,     ExpectFinished>,
            Row<ExpectFinished,              Established>>;
// clang-format on

}  // namespace keyway::tls::client
