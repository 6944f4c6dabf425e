// Attacks 28, 47 and 48 of docs/attacks.md, on QUIC's packets: nonces, packets and Retries of somebody in between.

#include <gtest/gtest.h>

#include "testing/pair.hpp"
#include "testing/spy_provider.hpp"
#include "tls/quic/quic_testing.hpp"

namespace keyway {
namespace {

using namespace quic_testing;

TEST(AttackOnQuicPackets, NoNonceIsUsedTwiceThroughUpdatesAndRefusals) {
  const auto spy = std::make_shared<testing::SpyProvider>();
  QuicSealer from = *QuicSealer::create(spy, QuicVersion::v1, secret(Direction::sent));
  Bytes out(100);
  std::uint64_t sealed = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    // Each number is tried again, with other contents, and one before it.
    for (const std::uint64_t tried : {number, number, number / 2}) {
      const std::string text = "frames " + std::to_string(tried);
      if (from.seal(tried, short_header(tried), std::array{as_bytes(text)}, out)) ++sealed;
    }
    if (number % 10 != 9) continue;
    from.acknowledged(number);
    ASSERT_TRUE(from.update());
  }
  EXPECT_EQ(sealed, 200U);
  EXPECT_EQ(spy->seen().sealed.size(), 200U);
  EXPECT_EQ(spy->seen().repeated, 0U);
  EXPECT_EQ(spy->seen().keys.size(), 21U) << "each update brings another key";
}

TEST(AttackOnQuicPackets, ForgedKeyPhasesCostNoKeysAndChangeNothing) {
  const auto spy = std::make_shared<testing::SpyProvider>();
  QuicOpener to = *QuicOpener::create(spy, QuicVersion::v1, secret(Direction::received));
  QuicSealer from = sealer();
  const std::size_t keys_before = spy->seen().keys.size();
  for (std::uint64_t number = 0; number < 100; ++number) {
    Bytes packet = seal(from, number);
    Bytes flipped = packet;
    flipped[0] ^= 0x04U;
    EXPECT_FALSE(open(to, flipped));
    EXPECT_TRUE(open(to, packet));
  }
  EXPECT_EQ(to.generation(), 0U);
  EXPECT_EQ(to.forgeries(), 100U);
  EXPECT_EQ(spy->seen().keys.size(), keys_before) << "the next key was there beforehand, and no other was made";
}

TEST(AttackOnQuicPackets, ASecondUpdateBeforeTheFirstIsConfirmedEndsTheConnection) {
  // RFC 9001 6.1, 6.2: a peer that goes through keys faster than anybody can follow.
  QuicSealer from = sealer();
  QuicOpener to = opener();
  Bytes of_first_keys = seal(from, 1);
  ASSERT_TRUE(open(to, of_first_keys));
  to.acknowledged(1);
  from.acknowledged(1);
  ASSERT_TRUE(from.update());
  Bytes of_second_keys = seal(from, 2);
  ASSERT_TRUE(open(to, of_second_keys)->keys_updated);
  to.acknowledged(1);  // of the keys before
  to.acknowledged(7);  // that never came
  from.acknowledged(2);
  ASSERT_TRUE(from.update());

  Bytes of_third_keys = seal(from, 3);
  const auto opened = open(to, of_third_keys);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::KeysUpdatedTooSoon);
  EXPECT_EQ(quic_transport_error(opened.error()), 0x0eU);
  EXPECT_EQ(to.generation(), 1U);
}

TEST(AttackOnQuicPackets, AForgedNumberDoesNotSpoilThoseThatFollow) {
  QuicSealer from = sealer();
  QuicOpener to = opener();
  for (std::uint64_t number = 0; number < 300; ++number) {
    Bytes packet = seal(from, number);
    Bytes forged = packet;
    forged[number_offset] ^= 0x80U;  // of a number far away
    EXPECT_FALSE(open(to, forged));
    const auto opened = open(to, packet);
    ASSERT_TRUE(opened) << number;
    EXPECT_EQ(opened->number, number);
  }
}

TEST(AttackOnQuicPackets, InitialKeysOfAnotherConnectionOpenNothing) {
  const auto& provider = *testing::provider();
  auto one = quic_initial_secrets(provider, QuicVersion::v1, Side::client, Bytes{1, 2, 3, 4, 5, 6, 7, 8}).value();
  auto other = quic_initial_secrets(provider, QuicVersion::v1, Side::server, Bytes{1, 2, 3, 4, 5, 6, 7, 9}).value();
  QuicSealer from = *QuicSealer::create(testing::provider(), QuicVersion::v1, std::move(one.sent));
  QuicOpener to = *QuicOpener::create(testing::provider(), QuicVersion::v1, std::move(other.received));
  const Bytes header{0xc0, 0, 0, 0, 1, 0, 0, 0, 0x40, 0x1b, 0};
  Bytes packet(header.size() + 10 + QuicSealer::overhead);
  ASSERT_TRUE(from.seal(0, header, std::array{ByteView(packet).subspan(header.size(), 10)}, packet));
  const auto opened = to.open(packet, header.size() - 1);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::PacketNotAuthentic);
}

TEST(AttackByRetryPacket, OneThatAnswersNothingOfOursDoesNotHold) {
  auto integrity = *QuicRetryIntegrity::create(*testing::provider(), QuicVersion::v1);
  const Bytes ours{1, 2, 3, 4, 5, 6, 7, 8};
  Bytes retry{0xf0, 0, 0, 0, 1, 0, 2, 8, 9, 0x74};
  // Made by somebody who has not seen the connection ID of our Initial packet, or who saw another.
  for (const Bytes& guessed : {Bytes{}, Bytes{1, 2, 3, 4, 5, 6, 7, 9}, Bytes(20, 0)}) {
    const auto tag = integrity.tag(guessed, retry).value();
    Bytes whole = retry;
    whole.insert(whole.end(), tag.begin(), tag.end());
    EXPECT_TRUE(integrity.holds(guessed, whole));
    EXPECT_FALSE(integrity.holds(ours, whole));
  }
}

}  // namespace
}  // namespace keyway
