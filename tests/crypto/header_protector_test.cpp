#include <gtest/gtest.h>

#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

HeaderMask mask_of(AeadAlgorithm algorithm, std::string_view key, std::string_view sample) {
  const auto protector = provider().header_protector(algorithm, testing::hex(key)).value();
  const Bytes bytes = testing::hex(sample);
  return protector->mask(ByteView(bytes).first<header_sample_size>()).value();
}

TEST(HeaderProtector, GivesTheMasksOfRfc9001) {
  // A.2, A.3, A.5
  EXPECT_EQ(mask_of(AeadAlgorithm::aes_128_gcm, "9f50449e04a0e810283a1e9933adedd2", "d1b1c98dd7689fb8ec11d242b123dc9b"),
            (HeaderMask{0x43, 0x7b, 0x9a, 0xec, 0x36}));
  EXPECT_EQ(mask_of(AeadAlgorithm::aes_128_gcm, "c206b8d9b9f0f37644430b490eeaa314", "2cd0991cd25b0aac406a5816b6394100"),
            (HeaderMask{0x2e, 0xc0, 0xd8, 0x35, 0x6a}));
  EXPECT_EQ(
      mask_of(AeadAlgorithm::chacha20_poly1305, "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4",
              "5e5cd55c41f69080575d7999c25a5bfb"),
      (HeaderMask{0xae, 0xfe, 0xfe, 0x7d, 0x03}));
}

TEST(HeaderProtector, OfAes256IsOneBlock) {
  // FIPS 197, C.3
  EXPECT_EQ(mask_of(AeadAlgorithm::aes_256_gcm, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                    "00112233445566778899aabbccddeeff"),
            (HeaderMask{0x8e, 0xa2, 0xb7, 0xca, 0x51}));
}

TEST(HeaderProtector, AMaskDependsOnItsSampleAlone) {
  for (const auto algorithm :
       {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm, AeadAlgorithm::chacha20_poly1305}) {
    const auto protector = provider().header_protector(algorithm, Bytes(limits(algorithm).key_size, 7)).value();
    const std::array<std::uint8_t, header_sample_size> one{1};
    const std::array<std::uint8_t, header_sample_size> other{2};
    const HeaderMask first = *protector->mask(one);
    EXPECT_NE(*protector->mask(other), first);
    EXPECT_EQ(*protector->mask(one), first);
  }
}

TEST(HeaderProtector, AKeyOfTheWrongSizeIsRefused) {
  for (const std::size_t size : {0U, 15U, 17U, 32U}) {
    const auto made = provider().header_protector(AeadAlgorithm::aes_128_gcm, Bytes(size));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::InvalidArgument);
  }
}

}  // namespace
}  // namespace keyway::crypto
