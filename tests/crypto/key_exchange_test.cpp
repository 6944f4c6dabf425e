#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

using testing::hex;

constexpr std::array all_groups{NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1,
                                NamedGroup::secp521r1};

bool same(const SharedSecret& a, const SharedSecret& b) {
  return std::ranges::equal(a.view(), b.view());
}

TEST(KeyExchange, BothSidesEndWithTheSameSecret) {
  for (const NamedGroup id : all_groups) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(provider().random()).value();
    const auto server = group_of(id).answer(provider().random(), client->share()).value();
    const auto secret = client->complete(server.share);
    ASSERT_TRUE(secret) << secret.error().message();
    EXPECT_TRUE(same(*secret, server.secret));
    EXPECT_EQ(client->group(), id);
    EXPECT_EQ(group_of(id).id(), id);
  }
}

TEST(KeyExchange, EachExchangeIsFresh) {
  for (const NamedGroup id : all_groups) {
    const auto first = group_of(id).start(provider().random()).value();
    const auto second = group_of(id).start(provider().random()).value();
    EXPECT_FALSE(std::ranges::equal(first->share(), second->share()));
    EXPECT_FALSE(same(group_of(id).answer(provider().random(), first->share())->secret,
                      group_of(id).answer(provider().random(), first->share())->secret));
  }
}

/// RFC 7748 6.1.
TEST(KeyExchange, X25519AgreesWithRfc7748) {
  const GivenRandom alice(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const Bytes bob = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");

  const auto exchange = group_of(NamedGroup::x25519).start(alice).value();

  EXPECT_EQ(to_hex(exchange->share()), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(to_hex(exchange->complete(bob).value().view()),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(KeyExchange, SharesOfAnotherLengthAreRefused) {
  for (const NamedGroup id : all_groups) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(provider().random()).value();
    const ByteView share = client->share();
    Bytes longer(share.begin(), share.end());
    longer.push_back(0);
    for (const ByteView bad : {ByteView{}, share.first(1), share.first(share.size() - 1), ByteView(longer)}) {
      const auto answered = group_of(id).answer(provider().random(), bad);
      ASSERT_FALSE(answered);
      EXPECT_EQ(answered.error().code(), ErrorCode::InvalidKeyShare);
      EXPECT_EQ(answered.error().alert(), AlertDescription::illegal_parameter);
      EXPECT_FALSE(client->complete(bad));
    }
  }
}

TEST(KeyExchange, PointsThatAreNotOnTheCurveAreRefused) {
  for (const NamedGroup id : {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    SCOPED_TRACE(to_string(id));
    const auto client = group_of(id).start(provider().random()).value();
    const Bytes share(client->share().begin(), client->share().end());
    const auto with = [](Bytes point, std::size_t at, std::uint8_t value) {
      point.at(at) = value;
      return point;
    };
    const Bytes zeros(share.size(), 0);
    std::vector<Bytes> bad{
        with(share, share.size() - 1, static_cast<std::uint8_t>(share.back() ^ 1U)),  // another y
        with(Bytes(share.size(), 0xff), 0, 4),                                        // coordinates above the prime
        with(zeros, 0, 4),                                                            // (0, 0)
        zeros,
    };
    for (const std::uint8_t form : std::initializer_list<std::uint8_t>{0, 2, 3, 5, 6, 7}) {
      bad.push_back(with(share, 0, form));  // compressed, hybrid and unknown forms
    }
    for (const Bytes& point : bad) {
      const auto answered = group_of(id).answer(provider().random(), point);
      ASSERT_FALSE(answered);
      EXPECT_EQ(answered.error().code(), ErrorCode::InvalidKeyShare);
    }
  }
}

/// RFC 7748 6.1 asks for the check; these are the points of small order, in every encoding.
TEST(KeyExchange, X25519PointsOfSmallOrderAreRefused) {
  for (const char* point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
       }) {
    const auto answered = group_of(NamedGroup::x25519).answer(provider().random(), hex(point));
    ASSERT_FALSE(answered) << point;
    EXPECT_EQ(answered.error().code(), ErrorCode::InvalidKeyShare);
  }
}

TEST(KeyExchange, AFailureLeavesNothingBehindForTheNext) {
  for (const NamedGroup id : all_groups) {
    const auto client = group_of(id).start(provider().random()).value();
    EXPECT_FALSE(group_of(id).answer(provider().random(), Bytes(client->share().size())));
    EXPECT_TRUE(group_of(id).answer(provider().random(), client->share()));
  }
}

TEST(KeyExchange, WithoutRandomnessThereIsNone) {
  for (const NamedGroup id : all_groups) {
    const auto client = group_of(id).start(provider().random()).value();
    const auto started = group_of(id).start(NoRandom());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::RandomFailed);
    EXPECT_FALSE(group_of(id).answer(NoRandom(), client->share()));
  }
}

/// Randomness that is stuck at a value that is no scalar must end in an error, not in a loop.
TEST(KeyExchange, StuckRandomnessEndsInAnError) {
  for (const auto& [id, size] :
       {std::pair{NamedGroup::secp256r1, 32}, {NamedGroup::secp384r1, 48}, {NamedGroup::secp521r1, 66}}) {
    for (const std::uint8_t stuck : std::initializer_list<std::uint8_t>{0x00, 0xff}) {
      const auto started = group_of(id).start(GivenRandom(Bytes(static_cast<std::size_t>(size), stuck)));
      ASSERT_FALSE(started);
      EXPECT_EQ(started.error().code(), ErrorCode::RandomFailed);
    }
  }
}

TEST(KeyExchange, WorksInSeveralThreadsAtOnce) {
  for (const NamedGroup id : {NamedGroup::x25519, NamedGroup::secp256r1}) {
    std::array<int, 4> good{};
    std::vector<std::thread> threads;
    for (int& count : good) {
      threads.emplace_back([&count, id] {
        for (int i = 0; i < 50; ++i) {
          const auto client = group_of(id).start(provider().random()).value();
          const auto server = group_of(id).answer(provider().random(), client->share()).value();
          if (same(client->complete(server.share).value(), server.secret)) ++count;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(good, (std::array{50, 50, 50, 50}));
  }
}

TEST(KeyExchange, GroupsThatAreNotOfferedAreNull) {
  EXPECT_EQ(provider().group(NamedGroup::x448), nullptr);
  EXPECT_EQ(provider().group(NamedGroup{0x0a0a}), nullptr);
}

TEST(Random, FillsDifferentlyEachTime) {
  Bytes first(32);
  Bytes second(32);
  ASSERT_TRUE(provider().random().fill(first));
  ASSERT_TRUE(provider().random().fill(second));
  EXPECT_NE(first, second);
  EXPECT_NE(first, Bytes(32));
  EXPECT_TRUE(provider().random().fill({}));
}

}  // namespace
}  // namespace keyway::crypto
