// Diffie-Hellman in the groups of RFC 7919.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

struct Case {
  NamedGroup group;
  std::size_t size;  // of the prime, in bytes
};
constexpr std::array cases{Case{NamedGroup::ffdhe2048, 256}, Case{NamedGroup::ffdhe3072, 384}};

void expect_refused(const Case& each, ByteView share) {
  const auto answer = group_of(each.group).answer(provider().random(), share);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::InvalidKeyShare);
  const auto client = group_of(each.group).start(provider().random()).value();
  const auto secret = client->complete(share);
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code(), ErrorCode::InvalidKeyShare);
}

TEST(FiniteFieldGroups, BothSidesEndWithTheSameSecret) {
  for (const Case& each : cases) {
    SCOPED_TRACE(to_string(each.group));
    const auto client = group_of(each.group).start(provider().random()).value();
    const auto server = group_of(each.group).answer(provider().random(), client->share()).value();
    const auto secret = client->complete(server.share);

    ASSERT_TRUE(secret) << secret.error().message();
    EXPECT_TRUE(std::ranges::equal(secret->view(), server.secret.view()));
    EXPECT_EQ(client->group(), each.group);
    EXPECT_EQ(group_of(each.group).id(), each.group);
  }
}

/// RFC 8446 4.2.8.1, 7.4.1: leading zeros stay.
TEST(FiniteFieldGroups, SharesAndSecretsAreAsLongAsThePrime) {
  for (const Case& each : cases) {
    const auto client = group_of(each.group).start(provider().random()).value();
    const auto server = group_of(each.group).answer(provider().random(), client->share()).value();

    EXPECT_EQ(client->share().size(), each.size);
    EXPECT_EQ(server.share.size(), each.size);
    EXPECT_EQ(server.secret.size(), each.size);
  }
}

/// With the generator for a share, the secret is the other side's share.
TEST(FiniteFieldGroups, TheGeneratorIsTwo) {
  for (const Case& each : cases) {
    Bytes two(each.size, 0);
    two.back() = 2;

    const auto answer = group_of(each.group).answer(provider().random(), two).value();

    EXPECT_TRUE(std::ranges::equal(answer.secret.view(), answer.share));
  }
}

/// RFC 7919 5.1.
TEST(FiniteFieldGroups, RefuseSharesOfSmallOrderAndOutsideTheField) {
  for (const Case& each : cases) {
    SCOPED_TRACE(to_string(each.group));
    Bytes zero(each.size, 0);
    Bytes one = zero;
    one.back() = 1;

    expect_refused(each, zero);
    expect_refused(each, one);
    expect_refused(each, Bytes(each.size, 0xff));
  }
}

TEST(FiniteFieldGroups, RefuseSharesOfAnotherLength) {
  for (const Case& each : cases) {
    const auto client = group_of(each.group).start(provider().random()).value();
    Bytes longer(client->share().begin(), client->share().end());
    longer.insert(longer.begin(), 0);

    expect_refused(each, {});
    expect_refused(each, client->share().first(each.size - 1));
    expect_refused(each, longer);
  }
}

TEST(FiniteFieldGroups, EndWhereThereIsNoRandomness) {
  for (const Case& each : cases) {
    const auto client = group_of(each.group).start(provider().random()).value();

    EXPECT_FALSE(group_of(each.group).start(NoRandom()));
    EXPECT_FALSE(group_of(each.group).answer(NoRandom(), client->share()));
  }
}

}  // namespace
}  // namespace keyway::crypto
