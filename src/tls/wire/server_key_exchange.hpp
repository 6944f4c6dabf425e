#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8422 5.4: the server's ephemeral public key in a named group.
struct ServerEcdhParams {
  NamedGroup group{};
  ByteView public_key;  ///< `ECPoint`, 1 to 255 bytes

  void write(Writer& out) const;
};

/// RFC 8422 5.4: the parameters, and the server's signature over both randoms and them.
struct ServerKeyExchange {
  static constexpr HandshakeType type = HandshakeType::server_key_exchange;

  ServerEcdhParams params;
  SignatureScheme algorithm{};
  ByteView signature;   ///< 0 to 65535 bytes
  ByteView raw_params;  ///< `params` as it stands on the wire, once parsed: what is signed

  /// Errors: the reader's; InvalidValue for a curve that is not a named one (RFC 8422 5.4 leaves no other).
  [[nodiscard]] static Result<ServerKeyExchange> parse(ByteView body);
  void write(Writer& out) const;
};

/// What is signed: client_random, server_random, params.
[[nodiscard]] Bytes server_key_exchange_content(ByteView client_random, ByteView server_random, ByteView raw_params);

}  // namespace keyway::tls
