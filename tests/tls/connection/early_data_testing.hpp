#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway::testing {

[[nodiscard]] inline std::string text(ByteView bytes) {
  return std::string(as_text(bytes));
}

/// A client and a server that both take early data, and have met once.
class EarlyWorld {
 public:
  explicit EarlyWorld(bool client_allows = true, bool server_takes = true, EarlyDataOptions options = {},
                      std::vector<std::string> alpn = {})
      : server_takes_(server_takes), options_(std::move(options)), alpn_(std::move(alpn)) {
    ClientConfig::Builder builder = client_builder();
    Policy policy = classical_policy();
    policy.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    builder.policy(policy).clock(client_clock).session_store(store).alpn(alpn_);
    if (client_allows) builder.allow_early_data();
    client = build(std::move(builder));
    server = build_server();
    static_cast<void>(make_connected_pair(client, server));
  }

  /// The next connection, before anything has moved.
  [[nodiscard]] Pair come_back() const { return make_tls_pair(client, server); }

  void skew_client_clock(std::chrono::seconds by) const { client_clock->move(by); }
  void demand_another_group() {
    Policy policy = classical_policy();
    policy.groups = {NamedGroup::secp256r1};
    policy.key_shares = policy.groups;
    server = build_server(&policy);
  }
  void allow_less(std::uint32_t max_size) {
    options_.max_size = max_size;
    server = build_server();
  }
  /// Another server of the same name, which has no part in the first one's tickets.
  void change_server() {
    keys = nullptr;
    server = build_server();
  }

  std::shared_ptr<MovableClock> clock = std::make_shared<MovableClock>();
  std::shared_ptr<MovableClock> client_clock = std::make_shared<MovableClock>();
  std::shared_ptr<InMemorySessionStore> store = std::make_shared<InMemorySessionStore>();
  std::shared_ptr<TicketKeys> keys = TicketKeys::rotating(provider(), clock, std::chrono::hours(24)).value();
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;

 private:
  [[nodiscard]] std::shared_ptr<const ServerConfig> build_server(const Policy* policy = nullptr) const {
    ServerConfig::Builder builder = server_builder();
    Policy both = classical_policy();
    both.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    builder.policy(policy != nullptr ? *policy : both).clock(clock).alpn(alpn_);
    if (keys) builder.ticket_keys(keys);
    if (server_takes_) builder.take_early_data(options_);
    return build(std::move(builder));
  }

  bool server_takes_;
  EarlyDataOptions options_;
  std::vector<std::string> alpn_;
};

/// Sends `data` early, and gives what the server has of it, by its name.
[[nodiscard]] inline std::string send_early(Pair& pair, std::string_view data) {
  Bytes out(pair.client.sealed_size(data.size()));
  const auto sent = pair.client.send_early(as_bytes(data), out);
  if (!sent) return "not sent: " + sent.error().message();
  out.resize(sent->written);
  std::string early;
  for (ByteSpan rest = out; !rest.empty();) {
    const auto received = pair.server.receive(rest);
    if (!received) return "not taken: " + received.error().message();
    early += text(received->early_data);
    if (!received->application_data.empty()) return "it is taken for ordinary data";
    if (received->consumed == 0) break;
    rest = rest.subspan(received->consumed);
  }
  return early;
}

}  // namespace keyway::testing
