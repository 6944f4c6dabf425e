#include "testing/pair.hpp"

#include <cstdlib>
#include <iostream>
#include <map>

#include "testing/must.hpp"

namespace keyway::testing {
const TestAuthority& shared_authority() {
  static const TestAuthority authority;
  return authority;
}

const IssuedCertificate& shared_leaf(crypto::KeyType type) {
  static std::map<crypto::KeyType, IssuedCertificate> leaves;
  const auto found = leaves.find(type);
  if (found != leaves.end()) return found->second;
  return leaves.emplace(type, shared_authority().issue({.names = {"shop.localhost"}, .key_type = type})).first->second;
}

std::shared_ptr<const Credential> shared_credential(crypto::KeyType type) {
  const IssuedCertificate& leaf = shared_leaf(type);
  return must(Credential::create(leaf.chain_certificates(), leaf.key, *provider()), "credential");
}

std::shared_ptr<const x509::TrustStore> shared_trust() {
  static const auto trust = [] {
    x509::TrustStore store;
    store.add(shared_authority().root().certificate());
    return std::make_shared<const x509::TrustStore>(std::move(store));
  }();
  return trust;
}

Policy classical_policy() {
  Policy policy = Policy::modern_2026();
  policy.name = "classical";
  const auto is_hybrid = [](NamedGroup group) {
    return group == NamedGroup::X25519MLKEM768 || group == NamedGroup::SecP256r1MLKEM768;
  };
  std::erase_if(policy.groups, is_hybrid);
  std::erase_if(policy.key_shares, is_hybrid);
  return policy;
}

ClientConfig::Builder client_builder() {
  ClientConfig::Builder builder;
  builder.policy(classical_policy());
  builder.provider(provider()).trust(shared_trust()).clock(std::make_shared<FixedClock>(test_now));
  return builder;
}

ServerConfig::Builder server_builder(crypto::KeyType type) {
  ServerConfig::Builder builder;
  builder.policy(classical_policy());
  builder.provider(provider()).add_credential(shared_credential(type)).clock(std::make_shared<FixedClock>(test_now));
  return builder;
}

std::shared_ptr<const ClientConfig> build(ClientConfig::Builder builder) {
  return must(builder.build(), "ClientConfig");
}
std::shared_ptr<const ServerConfig> build(ServerConfig::Builder builder) {
  return must(builder.build(), "ServerConfig");
}
ServerName server_name(std::string_view text) {
  return must(ServerName::parse(text), "ServerName");
}

Bytes drain(Connection& connection) {
  const ByteView output = connection.output();
  Bytes bytes(output.begin(), output.end());
  connection.sent(bytes.size());
  return bytes;
}

Bytes feed(Connection& connection, ByteView bytes) {
  Bytes buffer(bytes.begin(), bytes.end());
  Bytes data;
  for (ByteSpan rest = buffer; !rest.empty();) {
    auto received = connection.receive(rest);
    if (!received) break;
    data.insert(data.end(), received->application_data.begin(), received->application_data.end());
    if (received->consumed == 0) break;
    rest = rest.subspan(received->consumed);
  }
  return data;
}

bool Pair::carry(Side from) {
  const Bytes bytes = drain(side(from));
  if (bytes.empty()) return false;
  static_cast<void>(feed(side(peer_of(from)), bytes));
  return true;
}

bool Pair::run() {
  for (bool moved = true; moved;) {
    moved = carry(Side::client);
    moved = carry(Side::server) || moved;
  }
  return !client.is_handshaking() && !server.is_handshaking() && client.error() == nullptr && server.error() == nullptr;
}

std::string Pair::transfer(Side from, std::string_view data) {
  Connection& sender = side(from);
  std::string received;
  for (ByteView rest = as_bytes(data); !rest.empty();) {
    Bytes out(sender.sealed_size(rest.size()));
    const auto sent = must(sender.send(rest, out), "send");
    const Bytes plain = feed(side(peer_of(from)), ByteView(out).first(sent.written));
    received += as_text(plain);
    rest = rest.subspan(sent.consumed);
  }
  return received;
}

Pair make_tls_pair(std::shared_ptr<const ClientConfig> client, std::shared_ptr<const ServerConfig> server,
                   const ConnectionOptions& client_options, const ConnectionOptions& server_options) {
  if (!client) client = build(client_builder());
  if (!server) server = build(server_builder());
  return {must(Connection::client(std::move(client), server_name(), client_options), "client"),
          must(Connection::server(std::move(server), server_options), "server")};
}

Pair make_connected_pair(std::shared_ptr<const ClientConfig> client, std::shared_ptr<const ServerConfig> server) {
  Pair pair = make_tls_pair(std::move(client), std::move(server));
  if (pair.run()) return pair;
  const Error* error = pair.client.error() != nullptr ? pair.client.error() : pair.server.error();
  std::cerr << "handshake: " << (error != nullptr ? error->message() : "does not finish") << '\n';
  std::abort();
}

Result<void> FixedRandom::fill(ByteSpan out) const {
  const crypto::HashFunction& sha256 = *provider()->hash(crypto::HashAlgorithm::sha256);
  while (!out.empty()) {
    std::array<std::uint8_t, 9> input{seed_};
    for (std::size_t i = 0; i < 8; ++i) input[i + 1] = static_cast<std::uint8_t>(counter_ >> (8 * i));
    ++counter_;
    crypto::HashState state;
    std::array<std::uint8_t, crypto::max_hash_size> block{};
    sha256.start(state);
    sha256.update(state, input);
    sha256.finish(state, block);
    const std::size_t count = std::min(out.size(), sha256.output_size());
    std::copy_n(block.begin(), count, out.begin());
    out = out.subspan(count);
  }
  return {};
}

std::string why(const Pair& pair) {
  std::string text;
  if (const Error* error = pair.client.error()) text += "client: " + error->message() + "; ";
  if (const Error* error = pair.server.error()) text += "server: " + error->message();
  return text;
}

std::optional<ErrorCode> code_of(const Connection& connection) {
  return connection.error() == nullptr ? std::nullopt : std::optional(connection.error()->code());
}

std::optional<AlertDescription> alert_of(const Connection& connection) {
  return connection.error() == nullptr ? std::nullopt : connection.error()->alert();
}

}  // namespace keyway::testing
