#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/connection.hpp>
#include <keyway/name.hpp>

#include "tls/client12/server_key_exchange.hpp"

namespace keyway::tls::client12 {

/// The server's chain came; the application judges it (Pause::verification).
class AwaitVerdict {
 public:
  using Next = std::variant<ExpectServerKeyExchange, ExpectRequestOrDone>;
  static constexpr std::string_view name = "client, TLS 1.2: paused for a verdict on the server's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Verified>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitVerdict(Common12 common, ServerName server_name, std::unique_ptr<crypto::PublicKey> leaf_key,
               std::vector<ByteView> chain) noexcept
      : common_(std::move(common)),
        server_name_(std::move(server_name)),
        leaf_key_(std::move(leaf_key)),
        chain_(std::move(chain)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Common12 common_;
  ServerName server_name_;
  std::unique_ptr<crypto::PublicKey> leaf_key_;
  std::vector<ByteView> chain_;  ///< into the connection's peer_chain
};

/// Waits for the server's Certificate (RFC 5246 7.4.2).
class ExpectCertificate {
 public:
  using Next = std::variant<AwaitVerdict, ExpectServerKeyExchange, ExpectRequestOrDone>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for Certificate";
  static constexpr std::array accepts{HandshakeType::certificate};

  ExpectCertificate(Common12 common, ServerName server_name) noexcept
      : common_(std::move(common)), server_name_(std::move(server_name)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  ServerName server_name_;
};

}  // namespace keyway::tls::client12
