#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/early_data.hpp>
#include <keyway/error.hpp>

#include "tls/server/finished.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/negotiation.hpp"
#include "tls/server/resumption.hpp"

namespace keyway::tls::server {

/// Early data that is fresh and comes for the first time: only judging it makes one. The flight that says so, and the
/// state that takes the data, need it.
class EarlyDataTaken {
 private:
  EarlyDataTaken() noexcept = default;
  friend std::variant<EarlyDataTaken, EarlyData> judge_early_data(const ServerConfig& config, const HelloInHand& hello,
                                                                  const Choice& choice, const ResumedSession& resumed,
                                                                  Inquiry& inquiry);
};

/// Whether early data is taken with this session (RFC 8446 4.2.10, 8): allowed by the configuration and the ticket,
/// with the first of the client's identities, for the session's application protocol, at the age that the ticket has
/// now, and for the first time with it. What the session is bound to (suite, name, configuration), resuming it has
/// judged. Else why not. Where the
/// inquiry is open afterwards, that is not yet known.
[[nodiscard]] std::variant<EarlyDataTaken, EarlyData> judge_early_data(const ServerConfig& config,
                                                                       const HelloInHand& hello, const Choice& choice,
                                                                       const ResumedSession& resumed, Inquiry& inquiry);

/// Why there is none with a client whose session is not gone on with.
[[nodiscard]] EarlyData early_data_without_session(const ServerConfig& config, const HelloInHand& hello) noexcept;

/// Takes early data until the client ends it (RFC 8446 4.5). The server may answer it meanwhile.
class ExpectEndOfEarlyData {
 public:
  using Next = std::variant<ExpectFinished>;
  static constexpr std::string_view name = "server: taking early data, waiting for EndOfEarlyData";
  static constexpr std::array accepts{HandshakeType::end_of_early_data};

  ExpectEndOfEarlyData(AwaitedClient&& awaited, ClientAdmitted client, EarlyDataTaken) noexcept
      : left_(awaited.config->early_data()->max_size), awaited_(std::move(awaited)), client_(client) {}

  /// The server's half of the handshake is done: what it exports is what the client will.
  [[nodiscard]] const Exporter& exporter() const noexcept { return awaited_.exporter; }
  /// Counts what came. Errors: TooMuchEarlyData.
  [[nodiscard]] Result<void> take(std::size_t size);
  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  std::size_t left_;
  AwaitedClient awaited_;
  ClientAdmitted client_;
};

}  // namespace keyway::tls::server
