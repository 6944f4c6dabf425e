// Handshakes whose key exchange is one that a policy opts into: with ML-KEM, or over a finite field.

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

constexpr std::array groups{NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::MLKEM768,
                            NamedGroup::MLKEM1024,      NamedGroup::ffdhe2048,         NamedGroup::ffdhe3072};

/// The default policy with these groups before its own, and these shares.
Policy with_groups(const std::vector<NamedGroup>& added, const std::vector<NamedGroup>& shares) {
  Policy policy = classical_policy();
  policy.name = "hybrids";
  for (const NamedGroup group : added) std::erase(policy.groups, group);
  policy.groups.insert(policy.groups.begin(), added.begin(), added.end());
  policy.key_shares = shares;
  return policy;
}

Pair pair_of(const Policy& client_policy, const Policy& server_policy) {
  auto client = client_builder();
  client.policy(client_policy);
  auto server = server_builder();
  server.policy(server_policy);
  return make_tls_pair(build(std::move(client)), build(std::move(server)));
}

TEST(Hybrids, EachGroupMakesAConnection) {
  for (const NamedGroup group : groups) {
    SCOPED_TRACE(to_string(group));
    const Policy policy = with_groups({group}, {group});
    Pair pair = pair_of(policy, policy);

    ASSERT_TRUE(pair.run()) << why(pair);

    EXPECT_EQ(pair.client.info().group, group);
    EXPECT_EQ(pair.server.info().group, group);
    EXPECT_FALSE(pair.client.info().after_hello_retry_request);
    EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
    EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
  }
}

/// As browsers do: the hybrid's share with X25519's beside it.
TEST(Hybrids, TwoSharesServeANewServerAndAnOldOne) {
  const NamedGroup hybrid = NamedGroup::X25519MLKEM768;
  const Policy both = with_groups({hybrid}, {hybrid, NamedGroup::x25519});

  Pair with_new = pair_of(both, both);
  Policy old = classical_policy();
  std::erase(old.groups, hybrid);
  std::erase(old.key_shares, hybrid);
  Pair with_old = pair_of(both, old);

  ASSERT_TRUE(with_new.run()) << why(with_new);
  EXPECT_EQ(with_new.client.info().group, hybrid);
  EXPECT_FALSE(with_new.client.info().after_hello_retry_request);
  ASSERT_TRUE(with_old.run()) << why(with_old);
  EXPECT_EQ(with_old.client.info().group, NamedGroup::x25519);
  EXPECT_FALSE(with_old.client.info().after_hello_retry_request);
}

TEST(Hybrids, AServerThatPrefersOneAsksForItsShare) {
  for (const NamedGroup group : groups) {
    SCOPED_TRACE(to_string(group));
    Pair pair = pair_of(with_groups({group}, {NamedGroup::x25519}), with_groups({group}, {group}));

    ASSERT_TRUE(pair.run()) << why(pair);

    EXPECT_TRUE(pair.client.info().after_hello_retry_request);
    EXPECT_EQ(pair.client.info().group, group);
    EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
  }
}

/// Where the share of this group and size begins.
std::size_t find_share(const Bytes& wire, NamedGroup group, std::size_t size) {
  const auto id = static_cast<std::uint16_t>(group);
  const std::array<std::uint8_t, 4> header{static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id),
                                           static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  const auto found = std::ranges::search(wire, header);
  EXPECT_FALSE(found.empty());
  return static_cast<std::size_t>(found.end() - wire.begin());
}

TEST(Hybrids, AShareThatIsNotAnEncapsulationKeyEndsWithIllegalParameter) {
  const Policy policy = with_groups({NamedGroup::X25519MLKEM768}, {NamedGroup::X25519MLKEM768});
  Pair pair = pair_of(policy, policy);
  Bytes hello = drain(pair.client);
  const std::size_t share = find_share(hello, NamedGroup::X25519MLKEM768, 1216);
  std::fill_n(hello.begin() + static_cast<std::ptrdiff_t>(share), 3, std::uint8_t{0xff});

  static_cast<void>(feed(pair.server, hello));

  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::InvalidKeyShare);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::illegal_parameter);
}

TEST(Hybrids, AnAllZeroX25519PartEndsWithIllegalParameterOnBothSides) {
  const Policy policy = with_groups({NamedGroup::X25519MLKEM768}, {NamedGroup::X25519MLKEM768});
  for (const Side bent : {Side::client, Side::server}) {
    Pair pair = pair_of(policy, policy);
    if (bent == Side::server) {
      ASSERT_TRUE(pair.carry(Side::client));
    }
    Bytes wire = drain(pair.side(bent));
    const std::size_t mlkem = bent == Side::client ? 1184 : 1088;
    const std::size_t share = find_share(wire, NamedGroup::X25519MLKEM768, mlkem + 32);
    std::fill_n(wire.begin() + static_cast<std::ptrdiff_t>(share + mlkem), 32, std::uint8_t{0});

    Connection& victim = pair.side(peer_of(bent));
    static_cast<void>(feed(victim, wire));

    ASSERT_NE(victim.error(), nullptr);
    EXPECT_EQ(victim.error()->code(), ErrorCode::InvalidKeyShare);
    EXPECT_EQ(victim.error()->alert(), AlertDescription::illegal_parameter);
  }
}

/// Implicit rejection: the client gets a secret that nobody else has, and the server's flight does not open.
TEST(Hybrids, AnAlteredCiphertextIsNoticedByTheRecordsAlone) {
  const Policy policy = with_groups({NamedGroup::X25519MLKEM768}, {NamedGroup::X25519MLKEM768});
  Pair pair = pair_of(policy, policy);
  ASSERT_TRUE(pair.carry(Side::client));
  Bytes flight = drain(pair.server);
  flight[find_share(flight, NamedGroup::X25519MLKEM768, 1120)] ^= 1;

  static_cast<void>(feed(pair.client, flight));

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::BadRecordMac);
}

}  // namespace
}  // namespace keyway
