#pragma once

#include <memory>
#include <span>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>

#include "tls/wire/client_hello.hpp"

namespace keyway::tls::client {

/// What differs between a configuration's ClientHellos, and between the first and the second of a connection.
struct HelloParts {
  const ClientConfig& config;
  const ServerName& server_name;
  const HelloRandom& random;
  ByteView session_id;
  std::span<const std::unique_ptr<crypto::KeyExchange>> key_shares;
  ByteView cookie;  ///< of a HelloRetryRequest; empty: none
};

/// Writes a ClientHello, handshake header included (RFC 8446 4.1.2).
[[nodiscard]] Bytes build_client_hello(const HelloParts& parts);

}  // namespace keyway::tls::client
