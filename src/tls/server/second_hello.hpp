#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "tls/server/asking.hpp"
#include "tls/server/flight.hpp"

namespace keyway::tls::server {

/// The application answers what others are asked about the second ClientHello (Pause::ticket_opening and those after
/// it).
class AwaitAnswerAfterRetry {
 public:
  using Next = std::variant<AwaitAnswerAfterRetry, AwaitSignature, ExpectCertificate, ExpectFinished>;
  static constexpr std::string_view name = "server: paused for an answer about the second ClientHello";

  explicit AwaitAnswerAfterRetry(Asking asking) : asking_(std::make_unique<Asking>(std::move(asking))) {}

  [[nodiscard]] Pause waits_for() const noexcept { return asking_->inquiry.waits_for(); }
  [[nodiscard]] bool takes(const Answer& answer) const noexcept { return asking_->inquiry.takes(answer); }
  [[nodiscard]] PendingLookup pending() const noexcept { return asking_->inquiry.pending(); }
  [[nodiscard]] ClientHelloView client_hello() const noexcept { return asking_->hello.view(); }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  std::unique_ptr<Asking> asking_;
};

/// Waits for the ClientHello that answers a HelloRetryRequest.
class ExpectSecondClientHello {
 public:
  using Next = AwaitAnswerAfterRetry::Next;
  static constexpr std::string_view name = "server: waiting for the second ClientHello";
  static constexpr std::array accepts{HandshakeType::client_hello};

  /// `asked`: the first ClientHello as it was answered; without a credential where a key from outside stands for one.
  ExpectSecondClientHello(Asking asked, Transcript transcript) noexcept
      : asked_(std::move(asked)), transcript_(transcript) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Asking asked_;
  Transcript transcript_;
};

}  // namespace keyway::tls::server
