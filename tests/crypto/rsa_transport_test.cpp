#include "crypto/rsa_transport.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

constexpr std::size_t message_size = 48;

/// Every byte is zero until `zeros` have been asked for; then every byte is 7.
class LateRandom final : public Random {
 public:
  explicit LateRandom(int zeros) : zeros_(zeros) {}
  Result<void> fill(ByteSpan out) const override {
    std::ranges::fill(out, static_cast<std::uint8_t>(zeros_-- > 0 ? 0 : 7));
    return {};
  }

 private:
  mutable int zeros_;
};

Bytes good_block() {
  Bytes block(256, 0xaa);
  block[0] = 0;
  block[1] = 2;
  block[256 - message_size - 1] = 0;
  return block;
}

/// The first byte of what is left in a buffer of 0x55 after unpadding: 0xaa where the block held a message.
std::uint8_t unpad(const Bytes& block, std::size_t size = message_size) {
  Bytes out(size, 0x55);
  unpad_pkcs1(block, out);
  EXPECT_TRUE(std::ranges::all_of(out, [&](std::uint8_t byte) { return byte == out.front(); }));
  return out.front();
}

TEST(RsaTransport, TakesAMessageOfTheLengthAskedFor) {
  EXPECT_EQ(unpad(good_block()), 0xaa);
}

TEST(RsaTransport, KeepsWhatWasThereWhereAnyByteOfThePaddingIsWrong) {
  for (std::size_t i = 0; i < 256 - message_size; ++i) {
    Bytes block = good_block();
    const bool is_padding = i > 1 && i < 256 - message_size - 1;
    block[i] = is_padding ? 0 : static_cast<std::uint8_t>(block[i] ^ 0x80U);
    EXPECT_EQ(unpad(block), 0x55) << "byte " << i;
  }
}

TEST(RsaTransport, KeepsWhatWasThereForAMessageOfAnotherLength) {
  EXPECT_EQ(unpad(good_block(), message_size - 1), 0x55);
  EXPECT_EQ(unpad(good_block(), message_size + 1), 0x55);
}

TEST(RsaTransport, WantsEightBytesOfPadding) {
  const auto block_with_padding = [](std::size_t padding) {
    Bytes block(padding + 3 + message_size, 0xaa);
    block[0] = 0;
    block[1] = 2;
    block[padding + 2] = 0;
    return block;
  };

  EXPECT_EQ(unpad(block_with_padding(8)), 0xaa);
  EXPECT_EQ(unpad(block_with_padding(7)), 0x55);
}

TEST(RsaTransport, KeepsASecretThatBeginsAsItMust) {
  std::array<std::uint8_t, 3> kept{3, 3, 9};

  replace_unless_begins_with(std::array<std::uint8_t, 2>{3, 3}, kept, std::array<std::uint8_t, 3>{1, 1, 1});

  EXPECT_EQ(kept, (std::array<std::uint8_t, 3>{3, 3, 9}));
}

TEST(RsaTransport, ReplacesASecretOfAnotherVersion) {
  for (const std::array<std::uint8_t, 2> version : {std::array<std::uint8_t, 2>{3, 2}, {2, 3}, {3, 0x83}}) {
    std::array<std::uint8_t, 3> kept{version[0], version[1], 9};

    replace_unless_begins_with(std::array<std::uint8_t, 2>{3, 3}, kept, std::array<std::uint8_t, 3>{1, 1, 1});

    EXPECT_EQ(kept, (std::array<std::uint8_t, 3>{1, 1, 1}));
  }
}

TEST(RsaTransport, PadsWithoutAZero) {
  Bytes encoded(64);

  ASSERT_TRUE(pad_pkcs1(LateRandom(5), Bytes(message_size, 0), encoded));

  EXPECT_EQ(encoded[0], 0);
  EXPECT_EQ(encoded[1], 2);
  EXPECT_TRUE(std::ranges::all_of(ByteView(encoded).subspan(2, 13), [](std::uint8_t byte) { return byte == 7; }));
  EXPECT_EQ(encoded[15], 0);
}

TEST(RsaTransport, GivesUpOnASourceOfZeros) {
  Bytes encoded(64);

  const auto padded = pad_pkcs1(LateRandom(1'000'000), Bytes(message_size, 0), encoded);

  ASSERT_FALSE(padded);
  EXPECT_EQ(padded.error().code(), ErrorCode::RandomFailed);
}

TEST(RsaTransport, RefusesAModulusThatIsTooShort) {
  Bytes encoded(message_size + pkcs1_overhead - 1);

  EXPECT_FALSE(pad_pkcs1(LateRandom(0), Bytes(message_size, 0), encoded));
}

}  // namespace
}  // namespace keyway::crypto
