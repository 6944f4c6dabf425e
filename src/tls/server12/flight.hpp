#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/credential.hpp>

#include "tls/server/hello_in_hand.hpp"
#include "tls/server12/key_exchange.hpp"
#include "tls/server12/negotiation.hpp"

namespace keyway::tls::server12 {

/// A flight from ServerHello to Certificate, written and not sent, with what the ServerKeyExchange will hold.
struct UnsignedFlight {
  Exchange exchange;  ///< its transcript: ClientHello alone
  std::shared_ptr<const Credential> credential;
  SignatureScheme scheme;
  Bytes messages;
};

/// The flight waits for a signature that is made elsewhere (Pause::signature).
class AwaitSignature {
 public:
  using Next = std::variant<ExpectClientKeyExchange>;
  static constexpr std::string_view name = "server, TLS 1.2: paused for a signature";
  static constexpr Pause pause = Pause::signature;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Signature>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitSignature(UnsignedFlight flight, Bytes content) noexcept
      : flight_(std::move(flight)), content_(std::move(content)) {}

  [[nodiscard]] PendingSignature pending() const noexcept { return {flight_.scheme, content_}; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  UnsignedFlight flight_;
  Bytes content_;
};

using AfterFlight = std::variant<AwaitSignature, ExpectClientKeyExchange>;

/// Answers a ClientHello: ServerHello up to ServerHelloDone. Errors: NoCommonCipherSuite, NoCommonSignatureScheme,
/// SigningFailed, the provider's.
[[nodiscard]] Result<AfterFlight> send_flight(Flow& flow, const ServerConfig& config, const server::HelloInHand& hello,
                                              const Choice& choice, std::shared_ptr<const Credential> credential);

}  // namespace keyway::tls::server12
