// A server that looks at the ClientHello, takes its time, and answers with the configuration that fits.

#include <gtest/gtest.h>

#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

std::shared_ptr<const ServerConfig> choosing_server() {
  ServerConfig::Builder builder = server_builder();
  builder.pause_for_client_hello();
  return build(std::move(builder));
}

TEST(EarlyChoice, LooksAPreSharedKeyUpAsItIsAskedFor) {
  const Bytes secret(32, 7);
  const ExternalPsk::Key key{.identity = as_bytes("device7"), .secret = secret};
  const Bytes context{1, 2, 3};
  ClientConfig::Builder client = client_builder();
  client.add_psk(ExternalPsk::in_context(Side::client, context, key).value());
  Pair pair = make_tls_pair(build(std::move(client)), choosing_server());
  static_cast<void>(pair.run());
  ASSERT_EQ(pair.server.pause(), Pause::client_hello);

  const auto offered = pair.server.pending_client_hello()->psks();
  ASSERT_FALSE(offered.empty());
  ASSERT_TRUE(offered.front().external_identity);
  EXPECT_EQ(as_text(*offered.front().external_identity), "device7");
  EXPECT_EQ(Bytes(offered.front().context.begin(), offered.front().context.end()), context);

  ServerConfig::Builder found;
  found.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).policy(classical_policy());
  found.add_psk(ExternalPsk::in_context(Side::server, offered.front().context, key).value());
  ASSERT_TRUE(pair.server.resume(answer::UseConfig{build(std::move(found))}));
  EXPECT_TRUE(pair.run());
  ASSERT_NE(pair.server.info().psk, nullptr);
  EXPECT_EQ(as_text(pair.server.info().psk->identity()), "device7");
}

TEST(EarlyChoice, SeesTicketsAndPlainKeysAsWhatTheyAre) {
  const auto client = build(client_builder());
  const auto server = choosing_server();
  const auto visit = [&] {
    Pair pair = make_tls_pair(client, server);
    static_cast<void>(pair.run());
    auto psks = pair.server.pending_client_hello()->psks().size();
    EXPECT_TRUE(pair.server.resume(answer::Proceed{}));
    EXPECT_TRUE(pair.run());
    static_cast<void>(pair.transfer(Side::server, "tickets"));
    return psks;
  };
  EXPECT_EQ(visit(), 0U);
  EXPECT_EQ(visit(), 1U);
  const Bytes secret(32, 7);
  ClientConfig::Builder plain = client_builder();
  plain.add_psk(
      ExternalPsk::without_importer(Side::client, {.identity = as_bytes("device7"), .secret = secret}).value());
  Pair pair = make_tls_pair(build(std::move(plain)), server);
  static_cast<void>(pair.run());
  const auto psks = pair.server.pending_client_hello()->psks();
  ASSERT_EQ(psks.size(), 1U);
  EXPECT_EQ(as_text(psks.front().identity), "device7");
  EXPECT_FALSE(psks.front().external_identity);
}

}  // namespace
}  // namespace keyway
