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

Configs make_configs(LeafKey key, CipherSuite suite) {
  const Material& shown = material(key);
  Policy policy = testing::classical_policy();
  policy.cipher_suites = {suite};
  const auto clock = std::make_shared<FixedClock>(testing::test_now);
  x509::TrustStore trust;
  trust.add(shown.authority.root().certificate());

  ClientConfig::Builder client;
  client.provider(testing::provider()).clock(clock).policy(policy).without_resumption();
  client.trust(std::make_shared<const x509::TrustStore>(std::move(trust)));
  ServerConfig::Builder server;
  server.provider(testing::provider()).clock(clock).policy(policy).without_tickets();
  server.add_credential(
      must(Credential::create(shown.leaf.chain_certificates(), shown.leaf.key, *testing::provider()), "credential"));
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
  HandshakeCost handshake(LeafKey key, bool books_heap) override {
    End client{{}, Account(books_heap)};
    End server{{}, Account(books_heap)};
    open(client, server, configs(key, CipherSuite::TLS_AES_128_GCM_SHA256), name_);
    shake_hands(client, server, buffer_);
    return {finish(client), finish(server)};
  }

  std::unique_ptr<Stream> stream(CipherSuite suite) override {
    End client{{}, Account(false)};
    End server{{}, Account(false)};
    open(client, server, configs(LeafKey::ecdsa_p256, suite), name_);
    shake_hands(client, server, buffer_);
    return std::make_unique<KeywayStream>(std::move(*server.connection), std::move(*client.connection));
  }

 private:
  const Configs& configs(LeafKey key, CipherSuite suite) {
    const auto found = configs_.find({key, suite});
    if (found != configs_.end()) return found->second;
    return configs_.emplace(std::pair(key, suite), make_configs(key, suite)).first->second;
  }

  ServerName name_ = must(ServerName::parse(host_name), "host name");
  std::map<std::pair<LeafKey, CipherSuite>, Configs> configs_;
  Bytes buffer_ = Bytes(65536);
};

}  // namespace

std::unique_ptr<Library> make_keyway() {
  return std::make_unique<Keyway>();
}

}  // namespace keyway::bench
