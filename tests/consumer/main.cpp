// What a user's first program could be: a ClientHello without a network.
#include <keyway/blocking.hpp>
#include <keyway/keyway.hpp>

#include <cstdio>
#include <memory>
#include <utility>

int main() {
  auto config = keyway::ClientConfig::Builder()
                    .trust(std::make_shared<const keyway::x509::TrustStore>())
                    .pause_for_verification()
                    .build();
  if (!config) return std::fprintf(stderr, "%s\n", config.error().message().c_str()), 1;
  const auto name = keyway::ServerName::parse("shop.example");
  if (!name) return 1;
  const auto connection = keyway::Connection::client(std::move(*config), *name);
  if (!connection) return std::fprintf(stderr, "%s\n", connection.error().message().c_str()), 1;
  std::printf("ClientHello: %zu bytes\n", connection->output().size());
  return connection->output().empty() ? 1 : 0;
}
