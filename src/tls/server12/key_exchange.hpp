#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>

#include "tls/server12/finished.hpp"

namespace keyway::tls::server12 {

/// What decrypts the client's half of the RSA key transport.
struct PremasterReceiver {
  std::shared_ptr<const Credential> credential;
  ProtocolVersion offered;  ///< the ClientHello's legacy_version, which the secret begins with
};

/// The server's half of the key exchange, waiting for the client's.
struct Exchange {
  const ServerConfig* config;
  const SuiteTls12* suite;
  Transcript transcript;
  HelloRandoms randoms;
  std::variant<std::unique_ptr<crypto::KeyExchange>, PremasterReceiver> own;
};

/// Waits for the client's half of the key exchange (RFC 8422 5.7, RFC 5246 7.4.7.1), and makes the keys.
class ExpectClientKeyExchange {
 public:
  using Next = std::variant<ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "server, TLS 1.2: waiting for ClientKeyExchange";
  static constexpr std::array accepts{HandshakeType::client_key_exchange};

  explicit ExpectClientKeyExchange(Exchange exchange) noexcept : exchange_(std::move(exchange)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Exchange exchange_;
};

}  // namespace keyway::tls::server12
