#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/connection.hpp>

#include "tls/server12/key_exchange.hpp"

namespace keyway::tls::server12 {

/// The client's chain came; the application judges it (Pause::verification).
class AwaitVerdict {
 public:
  using Next = std::variant<ExpectKeyExchangeBeforeProof>;
  static constexpr std::string_view name = "server, TLS 1.2: paused for a verdict on the client's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Verified>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitVerdict(Exchange exchange, std::unique_ptr<crypto::PublicKey> leaf_key, std::vector<ByteView> chain) noexcept
      : exchange_(std::move(exchange)), leaf_key_(std::move(leaf_key)), chain_(std::move(chain)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Exchange exchange_;
  std::unique_ptr<crypto::PublicKey> leaf_key_;
  std::vector<ByteView> chain_;  ///< into the connection's peer_chain
};

/// Waits for the Certificate that the client was asked for (RFC 5246 7.4.6): an empty one is for the configuration to
/// admit.
class ExpectCertificate {
 public:
  using Next = std::variant<AwaitVerdict, ExpectKeyExchangeBeforeProof, ExpectClientKeyExchange>;
  static constexpr std::string_view name = "server, TLS 1.2: waiting for the client's Certificate";
  static constexpr std::array accepts{HandshakeType::certificate};

  explicit ExpectCertificate(Exchange exchange) noexcept : exchange_(std::move(exchange)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Exchange exchange_;
};

}  // namespace keyway::tls::server12
