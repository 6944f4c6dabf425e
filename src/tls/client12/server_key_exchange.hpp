#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include "tls/client12/server_hello_done.hpp"

namespace keyway::tls::client12 {

/// Waits for the server's half of the key exchange and its proof that it holds the private key (RFC 8422 5.4).
class ExpectServerKeyExchange {
 public:
  using Next = std::variant<ExpectRequestOrDone>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for ServerKeyExchange";
  static constexpr std::array accepts{HandshakeType::server_key_exchange};

  ExpectServerKeyExchange(Common12 common, std::unique_ptr<crypto::PublicKey> leaf_key, ChainAccepted chain) noexcept
      : common_(std::move(common)), leaf_key_(std::move(leaf_key)), chain_(chain) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  std::unique_ptr<crypto::PublicKey> leaf_key_;
  ChainAccepted chain_;
};

}  // namespace keyway::tls::client12
