#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>

#include "tls/server12/finished.hpp"

namespace keyway::tls::server12 {

/// The server's half of the key exchange, waiting for the client's.
struct Exchange {
  const ServerConfig* config;
  const SuiteTls12* suite;
  Transcript transcript;
  HelloRandoms randoms;
  std::unique_ptr<crypto::KeyExchange> ephemeral;
  std::unique_ptr<SessionOrder> session;  ///< null: none is left behind
  bool extended_master_secret;
};

/// Waits for the client's half of the key exchange (RFC 8422 5.7), and makes the keys.
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
