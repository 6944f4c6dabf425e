// The key exchanges that ML-KEM is part of: what stands where, and what is refused.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "crypto/libcrypto/ml_kem.hpp"
#include "crypto/mlkem/group.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

const Random& random() {
  return provider().random();
}
Bytes copy(ByteView bytes) {
  return Bytes(bytes.begin(), bytes.end());
}
bool same(ByteView a, ByteView b) {
  return std::ranges::equal(a, b);
}

/// What a group is made of, in the order of its shares and secrets.
struct Part {
  NamedGroup group;
  std::size_t client_share;
  std::size_t server_share;
};
struct Layout {
  NamedGroup group;
  std::vector<Part> parts;
};
const Part mlkem768{NamedGroup::MLKEM768, 1184, 1088};
const std::array layouts{
    Layout{NamedGroup::MLKEM768, {mlkem768}},
    Layout{NamedGroup::MLKEM1024, {{NamedGroup::MLKEM1024, 1568, 1568}}},
    Layout{NamedGroup::X25519MLKEM768, {mlkem768, {NamedGroup::x25519, 32, 32}}},
    Layout{NamedGroup::SecP256r1MLKEM768, {{NamedGroup::secp256r1, 65, 65}, mlkem768}},
};

TEST(MlKemGroups, BothSidesEndWithTheSameSecret) {
  for (const auto& [id, parts] : layouts) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(random()).value();
    const auto server = group_of(id).answer(random(), client->share()).value();
    const auto secret = client->complete(server.share);
    ASSERT_TRUE(secret) << secret.error().message();
    EXPECT_TRUE(same(secret->view(), server.secret.view()));
    EXPECT_EQ(secret->size(), 32 * parts.size());
    EXPECT_EQ(client->group(), id);
    EXPECT_EQ(group_of(id).id(), id);
  }
}

/// draft-ietf-tls-ecdhe-mlkem: a server that is put together here from the parts alone.
TEST(MlKemGroups, AClientsShareIsItsPartsOneAfterTheOther) {
  for (const auto& [id, parts] : layouts) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(random()).value();
    Bytes share;
    Bytes secret;
    ByteView left = client->share();
    for (const Part& part : parts) {
      const auto answer = group_of(part.group).answer(random(), left.first(part.client_share)).value();
      left = left.subspan(part.client_share);
      ASSERT_EQ(answer.share.size(), part.server_share);
      share.insert(share.end(), answer.share.begin(), answer.share.end());
      secret.insert(secret.end(), answer.secret.view().begin(), answer.secret.view().end());
    }
    EXPECT_TRUE(left.empty());
    EXPECT_TRUE(same(client->complete(share).value().view(), secret));
  }
}

/// And a client that is.
TEST(MlKemGroups, AServersShareIsItsPartsOneAfterTheOther) {
  for (const auto& [id, parts] : layouts) {
    SCOPED_TRACE(to_string(id));
    std::vector<std::unique_ptr<KeyExchange>> exchanges;
    Bytes share;
    for (const Part& part : parts) {
      exchanges.push_back(group_of(part.group).start(random()).value());
      share.insert(share.end(), exchanges.back()->share().begin(), exchanges.back()->share().end());
    }
    const auto answer = group_of(id).answer(random(), share).value();
    Bytes secret;
    ByteView left = answer.share;
    for (std::size_t n = 0; n < parts.size(); ++n) {
      const auto part = exchanges[n]->complete(left.first(parts[n].server_share)).value();
      left = left.subspan(parts[n].server_share);
      secret.insert(secret.end(), part.view().begin(), part.view().end());
    }
    EXPECT_TRUE(left.empty());
    EXPECT_TRUE(same(answer.secret.view(), secret));
  }
}

/// Two implementations of one standard, by other hands: the same seeds give the same bytes, good ciphertexts or bad.
template <typename Ours>
void compare_with_libcrypto(const Ours& ours) {
  const auto theirs = libcrypto::MlKemGroup::load(ours.id());
  if (!theirs) GTEST_SKIP() << "libcrypto has ML-KEM from 3.5 on";
  for (std::uint8_t round = 0; round < 20; ++round) {
    Bytes seeds(64, round);
    seeds[0] = 0xa5;
    const GivenRandom key_random(seeds);
    const GivenRandom message_random(Bytes(32, static_cast<std::uint8_t>(round + 7)));
    const auto our_client = ours.start(key_random).value();
    const auto their_client = theirs->start(key_random).value();
    ASSERT_TRUE(same(our_client->share(), their_client->share()));
    const auto our_answer = ours.answer(message_random, our_client->share()).value();
    auto their_answer = theirs->answer(message_random, our_client->share()).value();
    ASSERT_EQ(our_answer.share, their_answer.share);
    ASSERT_TRUE(same(our_answer.secret.view(), their_answer.secret.view()));
    their_answer.share[round] ^= 1;
    const auto our_secret = our_client->complete(their_answer.share).value();
    EXPECT_TRUE(same(our_secret.view(), their_client->complete(their_answer.share).value().view()));
    EXPECT_FALSE(same(our_secret.view(), our_answer.secret.view()));
  }
}

TEST(MlKemGroups, LibcryptosAndOursGiveTheSameBytes) {
  compare_with_libcrypto(mlkem::MlKem768Group());
  compare_with_libcrypto(mlkem::MlKem1024Group());
}

TEST(MlKemGroups, EachExchangeIsFresh) {
  for (const auto& [id, parts] : layouts) {
    const auto first = group_of(id).start(random()).value();
    const auto second = group_of(id).start(random()).value();
    EXPECT_FALSE(same(first->share(), second->share()));
    EXPECT_FALSE(same(group_of(id).answer(random(), first->share())->secret.view(),
                      group_of(id).answer(random(), first->share())->secret.view()));
  }
}

TEST(MlKemGroups, SharesOfAnotherLengthAreRefused) {
  for (const auto& [id, parts] : layouts) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(random()).value();
    const auto server = group_of(id).answer(random(), client->share()).value();
    const auto check = [](ByteView good, auto use) {
      Bytes longer = copy(good);
      longer.push_back(0);
      for (const ByteView bad :
           {ByteView{}, good.first(1), good.first(32), good.first(good.size() - 1), ByteView(longer)}) {
        const auto result = use(bad);
        ASSERT_FALSE(result) << bad.size();
        EXPECT_EQ(result.error().code(), ErrorCode::InvalidKeyShare);
        EXPECT_EQ(result.error().alert(), AlertDescription::illegal_parameter);
      }
    };
    check(client->share(), [&](ByteView share) { return group_of(id).answer(random(), share); });
    check(server.share, [&](ByteView share) { return client->complete(share); });
    // A share of one side is none of the other; ML-KEM-1024's are of one length.
    if (client->share().size() == server.share.size()) continue;
    EXPECT_FALSE(group_of(id).answer(random(), server.share));
    EXPECT_FALSE(client->complete(client->share()));
  }
}

/// FIPS 203 7.2, for the first, a middle and the last number of the key.
TEST(MlKemGroups, AnEncapsulationKeyThatIsNotReducedIsRefused) {
  for (const auto& [id, parts] : layouts) {
    SCOPED_TRACE(to_string(id));
    const std::size_t start = id == NamedGroup::SecP256r1MLKEM768 ? 65 : 0;
    const auto client = group_of(id).start(random()).value();
    for (const std::size_t at : {std::size_t{0}, std::size_t{3 * 190}, std::size_t{1149}}) {
      Bytes share = copy(client->share());
      share[start + at] = 0xff;
      share[start + at + 1] = 0xff;
      share[start + at + 2] = 0xff;
      const auto answer = group_of(id).answer(random(), share);
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code(), ErrorCode::InvalidKeyShare);
      EXPECT_EQ(answer.error().alert(), AlertDescription::illegal_parameter);
    }
  }
}

TEST(MlKemGroups, AnAllZeroX25519SecretIsRefusedOnBothSides) {
  const KeyExchangeGroup& hybrid = group_of(NamedGroup::X25519MLKEM768);
  const auto client = hybrid.start(random()).value();
  const auto server = hybrid.answer(random(), client->share()).value();
  const auto with_zeros = [](ByteView share) {
    Bytes bent = copy(share);
    std::ranges::fill(bent.end() - 32, bent.end(), std::uint8_t{0});
    return bent;
  };

  const auto answered = hybrid.answer(random(), with_zeros(client->share()));
  const auto completed = client->complete(with_zeros(server.share));

  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code(), ErrorCode::InvalidKeyShare);
  ASSERT_FALSE(completed);
  EXPECT_EQ(completed.error().code(), ErrorCode::InvalidKeyShare);
}

TEST(MlKemGroups, APointThatIsNotOnP256IsRefusedOnBothSides) {
  const KeyExchangeGroup& hybrid = group_of(NamedGroup::SecP256r1MLKEM768);
  const auto client = hybrid.start(random()).value();
  const auto server = hybrid.answer(random(), client->share()).value();
  for (const std::size_t at : {std::size_t{0}, std::size_t{64}}) {
    Bytes clients = copy(client->share());
    clients[at] ^= 1;
    Bytes servers = server.share;
    servers[at] ^= 1;
    EXPECT_EQ(hybrid.answer(random(), clients).error().code(), ErrorCode::InvalidKeyShare);
    EXPECT_EQ(client->complete(servers).error().code(), ErrorCode::InvalidKeyShare);
  }
}

/// FIPS 203 6.3: nothing tells the peer, but the secrets differ, each time in the same way.
TEST(MlKemGroups, AnAlteredCiphertextGivesAnotherSecret) {
  for (const auto& [id, parts] : layouts) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(random()).value();
    const auto server = group_of(id).answer(random(), client->share()).value();
    Bytes altered = server.share;
    altered[100] ^= 1;
    const auto first = client->complete(altered);
    const auto second = client->complete(altered);
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_FALSE(same(first->view(), server.secret.view()));
    EXPECT_TRUE(same(first->view(), second->view()));
  }
}

TEST(MlKemGroups, WithoutRandomnessThereIsNone) {
  for (const auto& [id, parts] : layouts) {
    const auto client = group_of(id).start(random()).value();
    const auto started = group_of(id).start(NoRandom());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::RandomFailed);
    EXPECT_FALSE(group_of(id).answer(NoRandom(), client->share()));
  }
}

TEST(MlKemGroups, TheProviderTellsWhichMlKemItHas) {
  EXPECT_NE(provider().description().find("ML-KEM"), std::string::npos);
}

}  // namespace
}  // namespace keyway::crypto
