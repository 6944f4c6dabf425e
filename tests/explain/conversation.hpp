#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "core/text.hpp"
#include "testing/client_identity.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::explain {

/// Keeps every secret that a connection derives, to look for them where they must not be.
class SecretSpy final : public Observer {
 public:
  void on(const EventOrigin&, const Event&) noexcept override {}
  [[nodiscard]] bool reveals_secrets() const noexcept override { return true; }
  void on_secret(const EventOrigin&, SecretLabel, std::uint32_t, ByteView, ByteView secret) noexcept override {
    secrets.push_back(to_hex(secret));
  }
  std::vector<std::string> secrets;
};

/// A client and a server in memory, at a moment that does not move.
class Conversation {
 public:
  struct Options {
    std::string asked = "shop.localhost";
    testing::CertificateOptions certificate = {.names = {"shop.localhost"}};
    bool with_crl = false;
    bool revoked = false;
    bool trusted = true;
    bool hello_retry = false;
    std::optional<Policy> policy = {};         ///< the client's; nothing: the default
    std::optional<Policy> server_policy = {};  ///< nothing: TLS 1.2 and 1.3
    bool asks_client = false;                  ///< the server asks for a certificate
    bool shows_client = false;
  };

  explicit Conversation(const Options& options, Observer* client_observer, Observer* server_observer = nullptr)
      : shop(authority.issue(options.certificate)), spy(std::make_shared<SecretSpy>()) {
    const auto clock = std::make_shared<FixedClock>(testing::test_now);
    auto anchors = std::make_shared<x509::TrustStore>();
    anchors->add((options.trusted ? authority : stranger).root().certificate());
    ClientConfig::Builder client;
    client.trust(anchors).clock(clock).provider(testing::provider()).alpn({"h2", "http/1.1"});
    if (options.with_crl) {
      // Of both tiers: that the intermediate is not revoked is the root's to say.
      std::vector<Bytes> revoked;
      if (options.revoked) revoked.push_back(shop.serial);
      client.add_crl(x509::Crl::from_der(authority.crl(revoked)).value());
      client.add_crl(x509::Crl::from_der(testing::make_crl(authority.root(), {})).value());
    }
    if (options.hello_retry) {
      Policy policy = Policy::compatible_2026();
      policy.key_shares.clear();
      client.policy(policy);
    }
    if (options.policy) client.policy(*options.policy);
    if (options.shows_client) {
      client.add_credential(testing::credential_of(
          authority.issue({.names = {"alice"}, .extended_key_usage = {{std::string(testing::client_auth)}}})));
    }
    client_config = client.build().value();
    name = ServerName::parse(options.asked).value();

    auto credential = Credential::create(shop.chain_certificates(), shop.key, *testing::provider());
    EXPECT_TRUE(credential) << credential.error().message();
    ServerConfig::Builder server;
    server.add_credential(*credential).unknown_name(UnknownName::use_default).alpn({"http/1.1"}).clock(clock);
    server.policy(options.server_policy.value_or(Policy::compatible_2026()));
    server.provider(testing::provider()).observe(spy);
    if (options.asks_client) {
      auto clients = std::make_shared<x509::TrustStore>();
      clients->add(authority.root().certificate());
      server.ask_for_client_certificate(clients);
    }
    server_config = server.build().value();
    meet(client_observer, server_observer);
  }

  /// The same two once more, to the end.
  void visit_again(Observer* client_observer) {
    meet(client_observer, nullptr);
    run();
  }

  /// Runs the handshake to its end, good or bad.
  void run() {
    for (int turn = 0; turn < 10; ++turn) {
      const bool moved = pass(*client_end, *server_end);
      if (!pass(*server_end, *client_end) && !moved) return;
    }
  }

  testing::TestAuthority authority;
  testing::TestAuthority stranger;
  testing::IssuedCertificate shop;
  std::shared_ptr<SecretSpy> spy;
  std::shared_ptr<const ClientConfig> client_config;
  std::shared_ptr<const ServerConfig> server_config;
  std::optional<Connection> client_end;
  std::optional<Connection> server_end;
  std::optional<ServerName> name;

 private:
  void meet(Observer* client_observer, Observer* server_observer) {
    client_end.emplace(Connection::client(client_config, *name, {.id = 7, .observer = client_observer}).value());
    server_end.emplace(Connection::server(server_config, {.id = 8, .observer = server_observer}).value());
  }

  static bool pass(Connection& from, Connection& to) {
    Bytes wire(from.output().begin(), from.output().end());
    from.sent(wire.size());
    if (wire.empty() || to.error() != nullptr) return false;
    ByteSpan rest(wire);
    while (!rest.empty()) {
      const auto received = to.receive(rest);
      if (!received || received->consumed == 0) break;
      rest = rest.subspan(received->consumed);
    }
    return true;
  }
};

}  // namespace keyway::explain
