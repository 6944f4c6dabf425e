// With time and randomness fixed, a connection is a function of its inputs.

#include <gtest/gtest.h>

#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

/// Everything that both sides put on the wire.
Bytes wire_of(NamedGroup group, std::uint8_t seed) {
  Policy policy = classical_policy();
  policy.groups = {group};
  policy.key_shares = {};  // a retry, too
  auto client = client_builder();
  client.random(std::make_shared<FixedRandom>(seed)).policy(policy);
  auto server = server_builder(crypto::KeyType::ed25519);  // its signatures have no randomness
  server.random(std::make_shared<FixedRandom>(static_cast<std::uint8_t>(seed + 1)));
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
  Bytes wire;
  const auto carry = [&](Side from) {
    const Bytes bytes = drain(pair.side(from));
    wire.insert(wire.end(), bytes.begin(), bytes.end());
    static_cast<void>(feed(pair.side(peer_of(from)), bytes));
    return !bytes.empty();
  };
  for (bool moved = true; moved;) {
    moved = carry(Side::client);
    moved = carry(Side::server) || moved;
  }
  EXPECT_FALSE(pair.server.is_handshaking());
  EXPECT_TRUE(pair.client.update_keys(true));
  carry(Side::client);
  carry(Side::server);
  Bytes out(100);
  const auto sent = pair.server.send(as_bytes("the same"), out);
  EXPECT_TRUE(sent);
  wire.insert(wire.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sent->written));
  return wire;
}

TEST(Determinism, FixedTimeAndRandomnessGiveTheSameBytesTwice) {
  for (const NamedGroup group :
       {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    EXPECT_EQ(wire_of(group, 1), wire_of(group, 1)) << to_string(group);
    EXPECT_NE(wire_of(group, 1), wire_of(group, 3)) << to_string(group);
  }
}

}  // namespace
}  // namespace keyway
