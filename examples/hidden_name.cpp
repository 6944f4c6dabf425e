// Hides which name is asked for (Encrypted ClientHello, RFC 9849), and does what is due when the configuration is out
// of date: comes back once with what the server sent. Server and client stand in this one program.
//
//   example_hidden_name PUBLIC-CHAIN.pem PUBLIC-KEY.pem HIDDEN-CHAIN.pem HIDDEN-KEY.pem ROOT.pem
//
// The certificates are for localhost, which everybody sees, and for hidden.localhost.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include <keyway/keyway.hpp>

namespace {

/// The value, or the end of the program with what went wrong.
template <typename T>
T must(keyway::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}

/// Carries what waits at one side to the other, until that side wants no more. False: there was nothing.
bool carry(keyway::Connection& from, keyway::Connection& to) {
  keyway::Bytes wire(from.output().begin(), from.output().end());
  from.sent(wire.size());
  for (keyway::ByteSpan rest(wire); !rest.empty();) {
    const auto received = to.receive(rest);
    if (!received || received->consumed == 0) break;
    rest = rest.subspan(received->consumed);
  }
  return !wire.empty();
}

/// One connection to hidden.localhost. What to come back with, where the server could not read the hidden ClientHello.
keyway::Bytes visit(const std::shared_ptr<const keyway::ServerConfig>& server_config,
                    const std::shared_ptr<const keyway::x509::TrustStore>& trust, keyway::EchConfigList configs) {
  keyway::ClientConfig::Builder builder;
  builder.trust(trust).ech(std::move(configs));
  auto client =
      must(keyway::Connection::client(must(builder.build()), must(keyway::ServerName::parse("hidden.localhost"))));
  auto server = must(keyway::Connection::server(server_config));
  bool moves = true;
  while (moves) {
    moves = carry(client, server);
    moves = carry(server, client) || moves;
  }
  const bool is_rejected = client.error() != nullptr && client.error()->code() == keyway::ErrorCode::EchRejected;
  std::printf("%s, the server saw %s\n", is_rejected ? "rejected" : "accepted",
              server.info().server_name.value_or("no name").c_str());
  if (is_rejected) return client.ech()->retry_configs;
  if (client.error() != nullptr) std::fprintf(stderr, "%s\n", client.error()->message().c_str());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return std::fprintf(stderr, "usage: %s CHAIN KEY CHAIN KEY ROOT\n", argv[0]), 2;
  const auto provider = must(keyway::crypto::make_provider());

  // What clients know is of a key that the server does not have any more.
  const auto outdated = must(keyway::EchKey::generate(*provider, {.public_name = "localhost"})).config_list();
  std::vector<keyway::EchKey> keys;
  keys.push_back(must(keyway::EchKey::generate(*provider, {.public_name = "localhost"})));
  const auto key_set = must(keyway::EchKeys::make(provider, std::move(keys)));  // key_set->replace() changes them later

  keyway::ServerConfig::Builder server;
  server.add_credential(must(keyway::Credential::from_files(argv[1], argv[2], *provider)));
  server.add_credential(must(keyway::Credential::from_files(argv[3], argv[4], *provider)));
  const auto server_config = must(server.ech_keys(key_set).build());
  const auto trust =
      std::make_shared<const keyway::x509::TrustStore>(must(keyway::x509::TrustStore::from_file(argv[5])));

  const keyway::Bytes retry = visit(server_config, trust, outdated);
  visit(server_config, trust, must(keyway::EchConfigList::parse(retry)));
  return 0;
}
