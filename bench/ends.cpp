#include "ends.hpp"

#include <utility>

namespace keyway::bench {
namespace {

Policy policy_of(const HandshakeKind& kind) {
  const auto version = is_tls12(kind.form) ? ProtocolVersion::TLS1_2 : ProtocolVersion::TLS1_3;
  Policy policy = Policy::compatible_2026().narrowed_to({version});
  policy.cipher_suites = {kind.cipher_suite()};
  policy.groups = {kind.form == Form::hybrid ? NamedGroup::X25519MLKEM768 : NamedGroup::x25519, NamedGroup::secp256r1,
                   NamedGroup::secp384r1, NamedGroup::secp521r1};
  policy.key_shares.clear();
  if (!is_tls12(kind.form)) policy.key_shares = {policy.groups.front()};
  return policy;
}

std::shared_ptr<const Clock> fixed_clock() {
  return std::make_shared<FixedClock>(testing::test_now);
}

/// Moves what waits at one end to the other. False when nothing did.
bool carry(End& from, End& to, Bytes& buffer) {
  const ByteView output = from.account.charge([&] { return from.connection->output(); });
  if (output.empty()) return false;
  buffer.assign(output.begin(), output.end());
  from.account.charge([&] { from.connection->sent(buffer.size()); });
  deliver(to, buffer);
  return true;
}

}  // namespace

std::shared_ptr<const Credential> credential_of(const testing::IssuedCertificate& leaf) {
  return must(Credential::create(leaf.chain_certificates(), leaf.key, *testing::provider()), "credential");
}

ServerConfig::Builder bare_server(const HandshakeKind& kind) {
  ServerConfig::Builder server;
  server.provider(testing::provider()).clock(fixed_clock()).policy(policy_of(kind)).certificate_compression({});
  if (is_resumption(kind.form)) {
    server.tickets(1, std::chrono::hours(24));
  } else {
    server.without_tickets();
  }
  return server;
}

Builders builders(const HandshakeKind& kind) {
  const Material& shown = material(kind.key);
  x509::TrustStore anchors;
  anchors.add(shown.authority.root().certificate());
  const auto trust = std::make_shared<const x509::TrustStore>(std::move(anchors));

  Builders made{{}, bare_server(kind)};
  made.client.provider(testing::provider()).clock(fixed_clock()).policy(policy_of(kind)).trust(trust);
  made.client.certificate_compression({});
  if (!is_resumption(kind.form)) made.client.without_resumption();
  made.server.add_credential(credential_of(shown.leaf));
  if (kind.form == Form::mutual) {
    made.client.add_credential(credential_of(shown.client_leaf));
    made.server.require_client_certificate(trust);
  }
  return made;
}

Configs build(Builders builders) {
  return {must(builders.client.build(), "client's configuration"),
          must(builders.server.build(), "server's configuration")};
}

SideCost finish(End& end) {
  const std::int64_t idle = end.account.heap().live;
  end.account.charge([&] { end.connection.reset(); });
  return {end.account.time(), end.account.heap().allocations, end.account.heap().peak, idle};
}

void shake_hands(End& client, End& server, Bytes& buffer) {
  for (bool moved = true; moved;) {
    moved = carry(client, server, buffer);
    moved = carry(server, client, buffer) || moved;
  }
  if (client.connection->is_handshaking() || server.connection->is_handshaking()) give_up("the handshake stands still");
}

void open(End& client, End& server, const Configs& configs, const ServerName& name) {
  client.connection = client.account.charge([&] { return must(Connection::client(configs.client, name), "client"); });
  server.connection = server.account.charge([&] { return must(Connection::server(configs.server), "server"); });
}

void deliver(End& to, ByteSpan bytes) {
  while (!bytes.empty()) {
    const auto received = must(to.account.charge([&] { return to.connection->receive(bytes); }), "receive");
    bytes = bytes.subspan(received.consumed);
  }
}

}  // namespace keyway::bench
