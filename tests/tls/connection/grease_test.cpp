// Values that nobody knows, and an order that nobody can count on (RFC 8701).

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tls/client/grease.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

std::shared_ptr<const ClientConfig> greasing_client(Policy policy) {
  ClientConfig::Builder builder = client_builder();
  builder.policy(std::move(policy)).alpn({"h2"}).grease();
  return build(std::move(builder));
}

std::shared_ptr<const ServerConfig> greasing_server() {
  ServerConfig::Builder builder = server_builder();
  builder.policy(Policy::compatible_2026()).alpn({"h2"}).grease();
  return build(std::move(builder));
}

/// The types of the extensions of a client's first flight, in their order.
std::vector<ExtensionType> types_of(const std::shared_ptr<const ClientConfig>& config) {
  Pair pair = make_tls_pair(config);
  const Bytes flight = drain(pair.client);
  const auto hello = tls::ClientHello::parse(ByteView(flight).subspan(5 + tls::handshake_header_size));
  std::vector<ExtensionType> types;
  for (const tls::ExtensionView extension : hello->extensions) types.push_back(extension.type);
  return types;
}

TEST(Grease, IsTakenByBothVersionsAndByThoseWhoComeBack) {
  for (const ProtocolVersion version : {ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2}) {
    const auto client = greasing_client(Policy::compatible_2026().narrowed_to({version}));
    const auto server = greasing_server();
    EXPECT_EQ(connect(client, server), Outcome::full);
    EXPECT_EQ(connect(client, server), Outcome::resumed);
  }
}

TEST(Grease, IsTheSameAfterAHelloRetryRequest) {
  Policy policy = Policy::modern_2026();
  policy.key_shares.clear();
  EXPECT_EQ(connect(greasing_client(policy), greasing_server()), Outcome::full);
}

TEST(Grease, ChangesTheOrderOfExtensions) {
  const auto client = greasing_client(Policy::compatible_2026());
  std::set<std::vector<ExtensionType>> orders;
  for (int i = 0; i < 8; ++i) {
    auto types = types_of(client);
    std::erase_if(types, [](ExtensionType type) { return is_grease(static_cast<std::uint16_t>(type)); });
    orders.insert(types);
  }
  EXPECT_GT(orders.size(), 4U);
}

TEST(Grease, LeavesPreSharedKeyTheLast) {
  const auto client = greasing_client(Policy::modern_2026());
  static_cast<void>(make_connected_pair(client, greasing_server()));
  EXPECT_EQ(types_of(client).back(), ExtensionType::pre_shared_key);
}

TEST(Grease, OfTwoExtensionsIsNotOne) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    tls::client::Grease grease;
    std::ranges::fill(grease.seed(), static_cast<std::uint8_t>(byte));
    const auto first = grease.value(tls::client::Grease::Place::first_extension);
    const auto last = grease.value(tls::client::Grease::Place::last_extension);
    EXPECT_TRUE(is_grease(first) && is_grease(last));
    EXPECT_NE(first, last);
  }
}

TEST(Grease, IsNotThereUnlessItIsAskedFor) {
  const auto types = types_of(build(client_builder()));
  EXPECT_TRUE(
      std::ranges::none_of(types, [](ExtensionType type) { return is_grease(static_cast<std::uint16_t>(type)); }));
}

}  // namespace
}  // namespace keyway
