#pragma once

#include <variant>

#include "tls/client/offer.hpp"
#include "tls/client12/certificate.hpp"
#include "tls/client12/resumed.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::client12 {

using AfterServerHello =
    std::variant<ExpectCertificate, AwaitVerdictResumed, ExpectTicketResumed, ExpectChangeCipherSpecResumed>;

/// Takes a ServerHello that chooses TLS 1.2 (RFC 5246 7.4.1.3), and with it perhaps the session that was offered.
/// `client_hello` is ours, as it was sent; `message` is the ServerHello. Errors: CipherSuiteNotOffered,
/// SessionNotOffered, CompressionNotNull, ExtendedMasterSecretMissing, SecureRenegotiationMissing,
/// RenegotiationInfoNotEmpty, UnexpectedChangeCipherSpec (one came before it), the extensions' own, those of
/// accept_session().
[[nodiscard]] Result<AfterServerHello> accept(Flow& flow, client::Offer& offer, const ServerHello& hello,
                                              ByteView client_hello, const HandshakeMessage& message);

}  // namespace keyway::tls::client12
