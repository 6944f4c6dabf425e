#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "testing/make_certificate.hpp"

namespace keyway::testing {

/// The authority that test pairs trust, made once a test program.
[[nodiscard]] const TestAuthority& shared_authority();
/// `shop.localhost` of that authority, with a key of this type, made once a type.
[[nodiscard]] const IssuedCertificate& shared_leaf(crypto::KeyType type = crypto::KeyType::p256);
[[nodiscard]] std::shared_ptr<const Credential> shared_credential(crypto::KeyType type = crypto::KeyType::p256);
[[nodiscard]] std::shared_ptr<const x509::TrustStore> shared_trust();

/// TLS 1.3 alone, with one share, of x25519, as most tests want it: `Policy::modern_2026()` without its hybrids.
[[nodiscard]] Policy classical_policy();

/// Builders of that policy that stand at test_now and trust, or show, what is above.
[[nodiscard]] ClientConfig::Builder client_builder();
[[nodiscard]] ServerConfig::Builder server_builder(crypto::KeyType type = crypto::KeyType::p256);
/// Builds, or aborts the test program.
[[nodiscard]] std::shared_ptr<const ClientConfig> build(ClientConfig::Builder builder);
[[nodiscard]] std::shared_ptr<const ServerConfig> build(ServerConfig::Builder builder);
[[nodiscard]] ServerName server_name(std::string_view text = "shop.localhost");

/// A client and a server joined in memory.
struct Pair {
  Connection client;
  Connection server;

  /// With default configurations: `Pair pair = make_tls_pair();`
  [[nodiscard]] Connection& side(Side which) { return which == Side::client ? client : server; }

  /// Carries bytes both ways until nothing moves. True when both are past the handshake and well.
  bool run();
  /// Moves what waits at `from` to the other side; nothing moved: false. An error stays in the receiver's error().
  bool carry(Side from);
  /// Sends `data` from one side and gives what the other received.
  [[nodiscard]] std::string transfer(Side from, std::string_view data);
};

[[nodiscard]] Pair make_tls_pair(std::shared_ptr<const ClientConfig> client = nullptr,
                                 std::shared_ptr<const ServerConfig> server = nullptr,
                                 const ConnectionOptions& client_options = {},
                                 const ConnectionOptions& server_options = {});
/// The same, past the handshake; aborts the test program when it fails.
[[nodiscard]] Pair make_connected_pair(std::shared_ptr<const ClientConfig> client = nullptr,
                                       std::shared_ptr<const ServerConfig> server = nullptr);

/// Takes all that waits in output().
[[nodiscard]] Bytes drain(Connection& connection);
/// Gives `bytes` to a connection; returns the application data found. An error stays in error().
[[nodiscard]] Bytes feed(Connection& connection, ByteView bytes);

/// Bytes that anybody can foretell: a counter hashed with a seed. For handshakes that must come out the same each time.
class FixedRandom final : public crypto::Random {
 public:
  explicit FixedRandom(std::uint8_t seed) noexcept : seed_(seed) {}
  [[nodiscard]] Result<void> fill(ByteSpan out) const override;

 private:
  std::uint8_t seed_;
  mutable std::uint64_t counter_ = 0;
};

/// What the two ended with, in words; empty where all is well.
[[nodiscard]] std::string why(const Pair& pair);
/// What a connection ended with; nothing while it has not, or ended well.
[[nodiscard]] std::optional<ErrorCode> code_of(const Connection& connection);
[[nodiscard]] std::optional<AlertDescription> alert_of(const Connection& connection);

}  // namespace keyway::testing
