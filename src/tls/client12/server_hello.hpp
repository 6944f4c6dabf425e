#pragma once

#include <variant>

#include "tls/client/offer.hpp"
#include "tls/client12/certificate.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::client12 {

/// Takes a ServerHello that chooses TLS 1.2 (RFC 5246 7.4.1.3). `client_hello` is ours, as it was sent; `message` is
/// the ServerHello. Errors: CipherSuiteNotOffered, SessionNotOffered, CompressionNotNull, ExtendedMasterSecretMissing,
/// SecureRenegotiationMissing, RenegotiationInfoNotEmpty, UnexpectedChangeCipherSpec (one came before it), the
/// extensions' own.
[[nodiscard]] Result<std::variant<ExpectCertificate>> accept(Flow& flow, client::Offer& offer, const ServerHello& hello,
                                                             ByteView client_hello, const HandshakeMessage& message);

}  // namespace keyway::tls::client12
