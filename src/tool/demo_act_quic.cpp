// A handshake that QUIC carries, in packets as they are on the wire.

#include <array>
#include <map>

#include <fmt/format.h>

#include "tool/demo_acts.hpp"
#include "tool/demo_quic_end.hpp"

namespace keyway::tool {
namespace {

/// Both ends, and what lies between.
struct QuicStage {
  DemoQuicEnd client;
  DemoQuicEnd server;
  std::map<EncryptionLevel, std::size_t> packets = {};
  std::size_t dropped = 0;

  /// Carries one end's packets over. `altered`: with a bit of each turned. Gives how many there were.
  [[nodiscard]] Result<std::size_t> carry(DemoQuicEnd& from, DemoQuicEnd& to, bool altered = false) {
    auto sent = from.datagrams();
    if (!sent) return std::unexpected(std::move(sent.error()));
    for (Bytes& datagram : *sent) {
      const auto view = read_quic_packet(datagram, DemoQuicEnd::connection_id_size);
      const auto level = view ? view->level() : std::nullopt;
      if (level) ++packets[*level];
      if (altered) datagram.back() ^= 1U;
      const auto taken = to.take(std::move(datagram));
      if (!taken) return std::unexpected(taken.error());
      if (!*taken) ++dropped;
    }
    return sent->size();
  }
  /// Until neither has anything more to say.
  [[nodiscard]] Result<void> settle() {
    for (std::size_t moved = 1; moved != 0;) {
      const auto there = carry(client, server);
      if (!there) return std::unexpected(there.error());
      const auto back = carry(server, client);
      if (!back) return std::unexpected(back.error());
      moved = *there + *back;
    }
    return {};
  }
};

[[nodiscard]] Result<QuicStage> set_quic_stage(ActStage& stage) {
  constexpr std::array<std::uint8_t, 4> parameters{0x01, 0x02, 0x67, 0x10};  // max_idle_timeout of 10 s
  const auto name = ServerName::parse(demo_name);
  if (!name) return std::unexpected(name.error());
  auto credential = stage.credential_for();
  if (!credential) return std::unexpected(std::move(credential.error()));
  const Policy policy = Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_3});
  auto client_config = stage.client().trust(stage.trust()).policy(policy).alpn({"shop/1"}).build();
  if (!client_config) return std::unexpected(std::move(client_config.error()));
  auto server_config = stage.server().add_credential(std::move(*credential)).policy(policy).alpn({"shop/1"}).build();
  if (!server_config) return std::unexpected(std::move(server_config.error()));

  auto here = QuicConnection::client(std::move(*client_config), *name, parameters);
  if (!here) return std::unexpected(std::move(here.error()));
  auto there = QuicConnection::server(std::move(*server_config), parameters);
  if (!there) return std::unexpected(std::move(there.error()));
  auto client = DemoQuicEnd::make(std::move(*here), stage.provider(), Side::client);
  if (!client) return std::unexpected(std::move(client.error()));
  auto server = DemoQuicEnd::make(std::move(*there), stage.provider(), Side::server);
  if (!server) return std::unexpected(std::move(server.error()));
  return QuicStage{std::move(*client), std::move(*server)};
}

}  // namespace

Result<Scene> play_quic(ActStage& stage) {
  auto made = set_quic_stage(stage);
  if (!made) return std::unexpected(std::move(made.error()));
  auto& [client, server, packets, dropped] = *made;
  client.say("a basket, please");
  if (auto settled = made->settle(); !settled) return std::unexpected(std::move(settled.error()));
  const bool is_done = !client.handshake().tls().is_handshaking() && !server.handshake().tls().is_handshaking();

  Scene scene{"The same handshake, in QUIC's packets in place of records (RFC 9001)"};
  std::string counted;
  for (const auto& [level, count] : packets)
    counted += fmt::format("{}{} at level {}", counted.empty() ? "" : ", ", count, to_string(level));
  scene.check(is_done, "packets", counted);
  scene.check(server.heard() == "a basket, please", "the server hears", "“" + server.heard() + "”, under 1-RTT keys");
  scene.check(server.handshake().peer_transport_parameters().has_value(), "beside it",
              "each end's transport parameters, and the protocol, " + client.handshake().tls().info().alpn);

  if (auto updated = client.update_keys(); !updated) return std::unexpected(std::move(updated.error()));
  client.say(" with a handle");
  if (auto settled = made->settle(); !settled) return std::unexpected(std::move(settled.error()));
  scene.check(server.key_updates_seen() == 1 && client.key_updates_seen() == 1 &&
                  server.heard() == "a basket, please with a handle",
              "new keys", "the client changes its keys, and the server follows with its own");

  client.say(" for free");
  if (auto carried = made->carry(client, server, /*altered=*/true); !carried)
    return std::unexpected(std::move(carried.error()));
  scene.check(dropped == 1 && !server.heard().ends_with("for free"), "one bit turned",
              "the packet is dropped, and the connection goes on: anybody can send a datagram");
  return scene;
}

}  // namespace keyway::tool
