#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/tickets.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server {

/// What the server keeps once it has finished, until it knows what the client's Finished must say.
struct AwaitedClient {
  const ServerConfig* config;
  const SuiteTls13* suite;
  Transcript transcript;  ///< all messages so far
  HelloRandom client_random;
  TrafficSecret client_handshake;
  MasterSchedule master;
  TrafficSecrets application;
  Exporter exporter;
  std::unique_ptr<TicketOrder> tickets;  ///< null: none are given
};

/// All is done but the tickets, which the application makes (Pause::ticket_sealing).
class AwaitTickets {
 public:
  using Next = std::variant<Established>;
  static constexpr std::string_view name = "server: paused for tickets";
  static constexpr Pause pause = Pause::ticket_sealing;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Tickets>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitTickets(const ServerConfig& config, std::unique_ptr<TicketOrder> order, std::vector<UnsealedTicket> unsealed,
               Established established)
      : config_(&config),
        order_(std::move(order)),
        unsealed_(std::move(unsealed)),
        established_(std::make_unique<Established>(std::move(established))) {}

  [[nodiscard]] std::vector<ByteView> sessions() const;
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  const ServerConfig* config_;
  std::unique_ptr<TicketOrder> order_;
  std::vector<UnsealedTicket> unsealed_;
  std::unique_ptr<Established> established_;
};

/// Waits for the client's Finished (RFC 8446 4.4.4). What it must say is computed already, so all secrets of the
/// handshake are gone by now.
class ExpectFinished {
 public:
  using Next = std::variant<AwaitTickets, Established>;
  static constexpr std::string_view name = "server: waiting for the client's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinished(AwaitedClient&& awaited, ClientAdmitted);

  /// What the client's exports will be once it has finished, too.
  [[nodiscard]] const Exporter& exporter() const noexcept { return exporter_; }
  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  const ServerConfig* config_;
  const SuiteTls13* suite_;
  HelloRandom client_random_;
  HashSecret expected_verify_data_;
  TrafficSecrets application_;
  Exporter exporter_;
  std::unique_ptr<TicketOrder> tickets_;
  std::unique_ptr<Transcript> transcript_;  ///< where clients may be asked later
};

}  // namespace keyway::tls::server
