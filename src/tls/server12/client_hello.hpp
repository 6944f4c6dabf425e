#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "tls/server/inquiry.hpp"
#include "tls/server12/flight.hpp"
#include "tls/server12/resumed.hpp"

namespace keyway::tls::server12 {

/// The application chooses the credential (Pause::credential).
class AwaitCredential {
 public:
  using Next = AfterFlight;
  static constexpr std::string_view name = "server, TLS 1.2: paused for a credential";
  static constexpr Pause pause = Pause::credential;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    const auto* use = std::get_if<answer::UseCredential>(&answer);
    return (use != nullptr && use->credential != nullptr) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitCredential(const ServerConfig& config, server::HelloInHand hello, Choice choice) noexcept
      : config_(&config), hello_(std::move(hello)), choice_(std::move(choice)) {}

  [[nodiscard]] ClientHelloView client_hello() const noexcept {
    return hello_.view(config_->common(), ProtocolVersion::TLS1_2);
  }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  const ServerConfig* config_;
  server::HelloInHand hello_;
  Choice choice_;
};

/// The application answers what others are asked about the session (Pause::ticket_opening, Pause::session_lookup).
class AwaitAnswer {
 public:
  using Next = std::variant<AwaitAnswer, AwaitCredential, AwaitSignature, ExpectCertificate, ExpectClientKeyExchange,
                            ExpectChangeCipherSpecResumed>;
  static constexpr std::string_view name = "server, TLS 1.2: paused for an answer about the session";

  struct Asking {
    const ServerConfig* config;
    server::HelloInHand hello;
    Choice choice;
    server::Inquiry inquiry = {};
  };
  explicit AwaitAnswer(Asking asking) : asking_(std::make_unique<Asking>(std::move(asking))) {}

  [[nodiscard]] Pause waits_for() const noexcept { return asking_->inquiry.waits_for(); }
  [[nodiscard]] bool takes(const Answer& answer) const noexcept { return asking_->inquiry.takes(answer); }
  [[nodiscard]] PendingLookup pending() const noexcept { return asking_->inquiry.pending(); }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  std::unique_ptr<Asking> asking_;
};

using AfterClientHello = AwaitAnswer::Next;

/// Answers a ClientHello for which TLS 1.2 was chosen: goes on with the session that it offers, or shows a certificate,
/// or pauses for the credential or for what others are asked. Errors: those of choose(), find_session(),
/// choose_group(), server::resolve_credential() and send_flight().
[[nodiscard]] Result<AfterClientHello> answer_hello(Flow& flow, const ServerConfig& config, server::HelloInHand hello);

}  // namespace keyway::tls::server12
