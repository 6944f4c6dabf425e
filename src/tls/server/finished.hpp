#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>

#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/server/tickets.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server {

/// Waits for the client's Finished (RFC 8446 4.4.4). What it must say is computed already, so all secrets of the
/// handshake are gone by now.
class ExpectFinished {
 public:
  using Next = std::variant<Established>;
  static constexpr std::string_view name = "server: waiting for the client's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinished(const ServerConfig& config, const SuiteTls13& suite, const HelloRandom& client_random,
                 HashSecret expected_verify_data, TrafficSecrets application, Exporter exporter,
                 std::unique_ptr<TicketOrder> tickets) noexcept
      : config_(&config),
        suite_(&suite),
        client_random_(client_random),
        expected_verify_data_(std::move(expected_verify_data)),
        application_(std::move(application)),
        exporter_(std::move(exporter)),
        tickets_(std::move(tickets)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  const ServerConfig* config_;
  const SuiteTls13* suite_;
  HelloRandom client_random_;
  HashSecret expected_verify_data_;
  TrafficSecrets application_;
  Exporter exporter_;
  std::unique_ptr<TicketOrder> tickets_;  ///< null: none are given
};

}  // namespace keyway::tls::server
