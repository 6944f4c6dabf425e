#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include <keyway/connection.hpp>

#include "contest.hpp"
#include "material.hpp"

namespace keyway::bench {
namespace {

struct Configs {
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
};

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

std::shared_ptr<const Credential> credential_of(const testing::IssuedCertificate& leaf) {
  return must(Credential::create(leaf.chain_certificates(), leaf.key, *testing::provider()), "credential");
}

Configs make_configs(const HandshakeKind& kind) {
  const Material& shown = material(kind.key);
  const auto clock = std::make_shared<FixedClock>(testing::test_now);
  x509::TrustStore anchors;
  anchors.add(shown.authority.root().certificate());
  const auto trust = std::make_shared<const x509::TrustStore>(std::move(anchors));

  ClientConfig::Builder client;
  client.provider(testing::provider()).clock(clock).policy(policy_of(kind)).trust(trust);
  client.certificate_compression({});
  ServerConfig::Builder server;
  server.provider(testing::provider()).clock(clock).policy(policy_of(kind)).add_credential(credential_of(shown.leaf));
  server.certificate_compression({});
  if (is_resumption(kind.form)) {
    server.tickets(1, std::chrono::hours(24));
  } else {
    client.without_resumption();
    server.without_tickets();
  }
  if (kind.form == Form::mutual) {
    client.add_credential(credential_of(shown.client_leaf));
    server.require_client_certificate(trust);
  }
  return {must(client.build(), "client's configuration"), must(server.build(), "server's configuration")};
}

/// One end with the account that pays for its calls.
struct End {
  std::optional<Connection> connection;
  Account account;
};

/// Moves what waits at one end to the other. False when nothing did.
bool carry(End& from, End& to, Bytes& buffer) {
  const ByteView output = from.account.charge([&] { return from.connection->output(); });
  if (output.empty()) return false;
  buffer.assign(output.begin(), output.end());
  from.account.charge([&] { from.connection->sent(buffer.size()); });
  for (ByteSpan rest = buffer; !rest.empty();) {
    const auto received = must(to.account.charge([&] { return to.connection->receive(rest); }), "receive");
    rest = rest.subspan(received.consumed);
  }
  return true;
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

class KeywayStream final : public Stream {
 public:
  KeywayStream(Connection sender, Connection receiver)
      : sender_(std::move(sender)),
        receiver_(std::move(receiver)),
        wire_(records_per_batch * sender_.sealed_size(record_content)) {}

  BatchCost transfer(bool books_heap) override {
    Account sending(books_heap);
    Account receiving(books_heap);
    const std::size_t written = sending.charge([&] { return send(); });
    const std::size_t read = receiving.charge([&] { return receive(ByteSpan(wire_).first(written)); });
    if (read != records_per_batch * record_content) give_up("a batch was cut short");
    return {sending.time(), receiving.time(), sending.heap().allocations + receiving.heap().allocations};
  }

 private:
  std::size_t send() {
    std::size_t written = 0;
    for (std::size_t i = 0; i < records_per_batch; ++i) {
      const auto sent = sender_.send(content_->plain(), ByteSpan(wire_).subspan(written));
      if (!sent || sent->consumed != record_content) give_up("send");
      written += sent->written;
    }
    return written;
  }

  std::size_t receive(ByteSpan wire) {
    std::size_t read = 0;
    while (!wire.empty()) {
      const auto received = receiver_.receive(wire);
      if (!received || received->consumed == 0) give_up("receive");
      read += received->application_data.size();
      wire = wire.subspan(received->consumed);
    }
    return read;
  }

  Connection sender_;
  Connection receiver_;
  std::unique_ptr<Content> content_ = std::make_unique<Content>();
  Bytes wire_;
};

class Keyway final : public Library {
 public:
  bool has(Form) const noexcept override { return true; }

  HandshakeCost handshake(const HandshakeKind& kind, bool books_heap) override {
    const Configs& made = configs(kind);
    End client{{}, Account(books_heap)};
    End server{{}, Account(books_heap)};
    open(client, server, made, name_);
    shake_hands(client, server, buffer_);
    if (server.connection->info().is_resumption != is_resumption(kind.form)) give_up(kind.name() + ": of another form");
    return {finish(client), finish(server)};
  }

  std::unique_ptr<Stream> stream(CipherSuite suite) override {
    End client{{}, Account(false)};
    End server{{}, Account(false)};
    open(client, server, configs({.suite = suite}), name_);
    shake_hands(client, server, buffer_);
    return std::make_unique<KeywayStream>(std::move(*server.connection), std::move(*client.connection));
  }

 private:
  const Configs& configs(const HandshakeKind& kind) {
    const auto found = configs_.find(kind);
    if (found != configs_.end()) return found->second;
    const Configs& made = configs_.emplace(kind, make_configs(kind)).first->second;
    if (is_resumption(kind.form)) shake_hands_first(made);
    return made;
  }

  /// For the session that the next handshake goes on with.
  void shake_hands_first(const Configs& made) {
    End client{{}, Account(false)};
    End server{{}, Account(false)};
    open(client, server, made, name_);
    shake_hands(client, server, buffer_);
  }

  ServerName name_ = must(ServerName::parse(host_name), "host name");
  std::map<HandshakeKind, Configs> configs_;
  Bytes buffer_ = Bytes(65536);
};

}  // namespace

std::unique_ptr<Library> make_keyway() {
  return std::make_unique<Keyway>();
}

}  // namespace keyway::bench
