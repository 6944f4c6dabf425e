#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "tls/server/flight.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/second_hello.hpp"
#include "tls/server12/client_hello.hpp"

namespace keyway::tls::server {

class AwaitCredential;

/// The application answers what others are asked about the ClientHello (Pause::ticket_opening and those after it).
class AwaitAnswer {
 public:
  using Next = std::variant<AwaitAnswer, AwaitCredential, ExpectSecondClientHello, AwaitSignature, ExpectCertificate,
                            ExpectFinished, ExpectEndOfEarlyData>;
  static constexpr std::string_view name = "server: paused for an answer about the ClientHello";

  explicit AwaitAnswer(Asking asking) : asking_(std::make_unique<Asking>(std::move(asking))) {}

  [[nodiscard]] Pause waits_for() const noexcept { return asking_->inquiry.waits_for(); }
  [[nodiscard]] bool takes(const Answer& answer) const noexcept { return asking_->inquiry.takes(answer); }
  [[nodiscard]] PendingLookup pending() const noexcept { return asking_->inquiry.pending(); }
  [[nodiscard]] ClientHelloView client_hello() const noexcept { return asking_->hello.view(); }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  std::unique_ptr<Asking> asking_;
};

/// The application chooses the credential (Pause::credential).
class AwaitCredential {
 public:
  using Next = std::variant<AwaitAnswer, ExpectSecondClientHello, AwaitSignature, ExpectCertificate, ExpectFinished>;
  static constexpr std::string_view name = "server: paused for a credential";
  static constexpr Pause pause = Pause::credential;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    const auto* use = std::get_if<answer::UseCredential>(&answer);
    return (use != nullptr && use->credential != nullptr) || std::holds_alternative<answer::Refuse>(answer);
  }

  explicit AwaitCredential(Asking asking) noexcept : asking_(std::move(asking)) {}

  [[nodiscard]] ClientHelloView client_hello() const noexcept {
    return asking_.hello.view(asking_.config->common(), ProtocolVersion::TLS1_3);
  }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Asking asking_;
};

/// The application looks at the ClientHello before anything is answered (Pause::client_hello).
class AwaitHelloDecision {
 public:
  using Next = std::variant<AwaitAnswer, AwaitCredential, ExpectSecondClientHello, AwaitSignature, ExpectCertificate,
                            ExpectFinished, ExpectEndOfEarlyData, server12::AwaitAnswer, server12::AwaitCredential,
                            server12::AwaitSignature, server12::ExpectCertificate, server12::ExpectClientKeyExchange,
                            server12::ExpectChangeCipherSpecResumed>;
  static constexpr std::string_view name = "server: paused for a decision on the ClientHello";
  static constexpr Pause pause = Pause::client_hello;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    const auto* use = std::get_if<answer::UseConfig>(&answer);
    return (use != nullptr && use->config != nullptr) || std::holds_alternative<answer::Proceed>(answer) ||
           std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitHelloDecision(const ServerConfig& config, HelloInHand hello, Bytes client_address) noexcept
      : config_(&config), hello_(std::move(hello)), client_address_(std::move(client_address)) {}

  [[nodiscard]] ClientHelloView client_hello() const noexcept { return hello_.view(); }
  /// The connection keeps a configuration that it is told to use alive.
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  const ServerConfig* config_;
  HelloInHand hello_;
  Bytes client_address_;
};

/// Waits for the first ClientHello (RFC 8446 4.1.2). The version that is chosen decides which states follow.
class ExpectClientHello {
 public:
  using Next = std::variant<AwaitHelloDecision, AwaitAnswer, AwaitCredential, ExpectSecondClientHello, AwaitSignature,
                            ExpectCertificate, ExpectFinished, ExpectEndOfEarlyData, server12::AwaitAnswer,
                            server12::AwaitCredential, server12::AwaitSignature, server12::ExpectCertificate,
                            server12::ExpectClientKeyExchange, server12::ExpectChangeCipherSpecResumed>;
  static constexpr std::string_view name = "server: waiting for ClientHello";
  static constexpr std::array accepts{HandshakeType::client_hello};

  /// `client_address`: for cookies.
  explicit ExpectClientHello(const ServerConfig& config, Bytes client_address = {}) noexcept
      : config_(&config), client_address_(std::move(client_address)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  const ServerConfig* config_;
  Bytes client_address_;
};

}  // namespace keyway::tls::server
