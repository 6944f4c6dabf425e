// What single settings of a configuration, and abort(), bring about.

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/tls12_wire.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

TEST(Abort, SendsTheApplicationsAlertAndEndsTheConnection) {
  Pair pair = make_connected_pair();

  pair.client.abort(AlertDescription::internal_error);
  ASSERT_TRUE(pair.carry(Side::client));

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::RejectedByApplication);
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::AlertReceived);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::internal_error);
}

TEST(Abort, DuringTheHandshakeEndsItToo) {
  Pair pair = make_tls_pair();

  pair.client.abort(AlertDescription::handshake_failure);

  EXPECT_FALSE(pair.run());
  EXPECT_FALSE(pair.client.can_send());
}

TEST(Abort, AfterAnErrorDoesNothing) {
  Pair pair = make_connected_pair();
  pair.client.abort(AlertDescription::internal_error);
  static_cast<void>(drain(pair.client));

  pair.client.abort(AlertDescription::access_denied);

  EXPECT_TRUE(pair.client.output().empty());
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::internal_error);
}

TEST(MaxHandshakeMessage, BoundsWhatIsTakenFromThePeer) {
  auto client = client_builder();
  client.max_handshake_message(1024);
  auto server = server_builder();
  server.alpn({"h2"});
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));

  // A chain of two certificates and what is around it may well be shorter: the bound is tried with a message of its
  // own.
  pair.carry(Side::client);
  const Bytes header{22, 3, 3, 0, 4, static_cast<std::uint8_t>(HandshakeType::server_hello), 0, 4, 1};
  static_cast<void>(feed(pair.client, header));

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::MessageTooLong);
}

TEST(MaxHandshakeMessage, HasSaneBounds) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1023}, std::size_t{1} << 24U}) {
    auto client = client_builder();
    client.max_handshake_message(size);
    const auto config = client.build();
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code(), ErrorCode::InvalidConfiguration);
  }
}

/// RFC 7507: a server that could do better ends the handshake; one that can't goes on.
TEST(Fallback, IsToldToTheServer) {
  auto client = client_builder();
  client.policy(tls12_policy()).as_fallback();
  const auto config = build(std::move(client));
  Pair with_both = make_tls_pair(config);
  Pair with_old = make_tls_pair(config, server_with(tls12_policy()));

  EXPECT_FALSE(with_both.run());
  ASSERT_NE(with_both.server.error(), nullptr);
  EXPECT_EQ(with_both.server.error()->code(), ErrorCode::InappropriateFallback);
  EXPECT_TRUE(with_old.run());
}

}  // namespace
}  // namespace keyway
