#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 5246 7.4.7.1: the pre-master secret, encrypted to the key of the server's certificate.
struct EncryptedPremasterSecret {
  static constexpr HandshakeType type = HandshakeType::client_key_exchange;

  ByteView encrypted;

  [[nodiscard]] static Result<EncryptedPremasterSecret> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 8422 5.7: the client's ephemeral public key, in the group of the ServerKeyExchange.
struct ClientKeyExchange {
  static constexpr HandshakeType type = HandshakeType::client_key_exchange;

  ByteView public_key;  ///< `ECPoint`, 1 to 255 bytes

  [[nodiscard]] static Result<ClientKeyExchange> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
