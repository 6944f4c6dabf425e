#pragma once

#include <memory>
#include <optional>

#include <keyway/connection.hpp>

#include "contest.hpp"
#include "material.hpp"

namespace keyway::bench {

struct Configs {
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
};

/// What a kind of handshake is configured with, to be added to.
struct Builders {
  ClientConfig::Builder client;
  ServerConfig::Builder server;
};
/// A server of that kind with nothing to show yet.
[[nodiscard]] ServerConfig::Builder bare_server(const HandshakeKind& kind);
[[nodiscard]] Builders builders(const HandshakeKind& kind);
[[nodiscard]] Configs build(Builders builders);

[[nodiscard]] std::shared_ptr<const Credential> credential_of(const testing::IssuedCertificate& leaf);

/// One end with the account that pays for its calls.
struct End {
  std::optional<Connection> connection;
  Account account;
};

void open(End& client, End& server, const Configs& configs, const ServerName& name);
void deliver(End& to, ByteSpan bytes);
/// Carries what waits, through `buffer`, until both ends are past the handshake.
void shake_hands(End& client, End& server, Bytes& buffer);
/// Frees the connection and says what it cost.
[[nodiscard]] SideCost finish(End& end);

}  // namespace keyway::bench
