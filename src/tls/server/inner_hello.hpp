#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "tls/wire/client_hello.hpp"

namespace keyway::tls::server {

/// The ClientHello that `encoded` stands for (EncodedClientHelloInner, RFC 9849 5.1), handshake header included, as the
/// client has it in its transcript: with the session ID of `outer`, and the extensions that it says stand there. Takes
/// time linear in both, and is never longer than both. Errors: the reader's, InvalidValue (padding that is not zeros),
/// InvalidOuterExtension, InvalidInnerHello; all with illegal_parameter.
[[nodiscard]] Result<Bytes> reconstruct_inner_hello(ByteView encoded, const ClientHello& outer);

}  // namespace keyway::tls::server
