#include <array>

#include <gtest/gtest.h>

#include "crypto/libcrypto/aead.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

constexpr std::array all_algorithms{AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm,
                                    AeadAlgorithm::chacha20_poly1305};
constexpr Nonce nonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Bytes pattern(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(seed + 7 * i + (i >> 8U));
  return bytes;
}

std::unique_ptr<Aead> from_provider(AeadAlgorithm algorithm) {
  return provider().aead(algorithm, pattern(limits(algorithm).key_size, 3)).value();
}
std::unique_ptr<Aead> from_libcrypto(AeadAlgorithm algorithm) {
  static const libcrypto::AeadSet set = libcrypto::AeadSet::load().value();
  return set.make(algorithm, pattern(limits(algorithm).key_size, 3)).value();
}

Bytes seal(Aead& aead, ByteView associated, std::initializer_list<ByteView> parts) {
  std::size_t size = aead_tag_size;
  for (const ByteView part : parts) size += part.size();
  Bytes out(size);
  EXPECT_TRUE(aead.seal(nonce, associated, {parts.begin(), parts.size()}, out));
  return out;
}

std::vector<std::size_t> interesting_sizes() {
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= 300; ++size) sizes.push_back(size);
  for (const std::size_t size : std::initializer_list<std::size_t>{511, 512, 767, 768, 769, 1023, 1024, 4095, 4096,
                                                                   16383, 16384, 16385, 100'003}) {
    sizes.push_back(size);
  }
  return sizes;
}

/// What the vector implementation seals, libcrypto opens, and the other way round; the bytes are the same.
TEST(Aead, TheTwoImplementationsAgreeAtEverySize) {
  const Bytes associated = pattern(5, 9);
  for (const AeadAlgorithm algorithm : all_algorithms) {
    const auto ours = from_provider(algorithm);
    const auto theirs = from_libcrypto(algorithm);
    for (const std::size_t size : interesting_sizes()) {
      SCOPED_TRACE(size);
      const Bytes text = pattern(size, 1);
      Bytes sealed = seal(*ours, associated, {text});
      ASSERT_EQ(sealed, seal(*theirs, associated, {text}));
      Bytes again = sealed;
      ASSERT_TRUE(ours->open(nonce, associated, sealed));
      ASSERT_TRUE(theirs->open(nonce, associated, again));
      ASSERT_TRUE(std::equal(text.begin(), text.end(), sealed.begin()));
      ASSERT_EQ(sealed, again);
    }
  }
}

TEST(Aead, PartsSealToTheSameAsTheWhole) {
  const Bytes associated = pattern(5, 9);
  for (const AeadAlgorithm algorithm : all_algorithms) {
    const auto ours = from_provider(algorithm);
    const auto theirs = from_libcrypto(algorithm);
    for (std::size_t size = 0; size <= 300; ++size) {
      SCOPED_TRACE(size);
      const Bytes text = pattern(size, 1);
      const Bytes whole = seal(*theirs, associated, {text});
      for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, size / 3, size / 2, size > 0 ? size - 1 : 0}) {
        if (cut > size) continue;
        const ByteView head = ByteView(text).first(cut);
        const ByteView tail = ByteView(text).subspan(cut);
        const ByteView middle = tail.first(tail.size() / 2);
        const ByteView end = tail.subspan(tail.size() / 2);
        ASSERT_EQ(seal(*ours, associated, {head, tail}), whole);
        ASSERT_EQ(seal(*ours, associated, {head, {}, middle, end}), whole);
        ASSERT_EQ(seal(*theirs, associated, {head, {}, middle, end}), whole);
      }
    }
  }
}

TEST(Aead, SealsInPlace) {
  for (const AeadAlgorithm algorithm : all_algorithms) {
    for (const auto& aead : {from_provider(algorithm), from_libcrypto(algorithm)}) {
      const Bytes text = pattern(1000, 4);
      const Bytes expected = seal(*aead, {}, {text});
      Bytes buffer = text;
      buffer.resize(text.size() + aead_tag_size);
      const ByteView part = ByteView(buffer).first(text.size());
      ASSERT_TRUE(aead->seal(nonce, {}, {&part, 1}, buffer));
      EXPECT_EQ(buffer, expected);
    }
  }
}

TEST(Aead, EveryFlippedBitIsRefused) {
  for (const AeadAlgorithm algorithm : all_algorithms) {
    for (const auto& aead : {from_provider(algorithm), from_libcrypto(algorithm)}) {
      const Bytes associated = pattern(5, 9);
      const Bytes sealed = seal(*aead, associated, {pattern(40, 2)});
      for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes altered = sealed;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(aead->open(nonce, associated, altered)) << bit;
      }
      Bytes other_associated = associated;
      other_associated[0] ^= 1;
      Bytes copy = sealed;
      EXPECT_FALSE(aead->open(nonce, other_associated, copy));
      copy = sealed;
      Nonce other_nonce = nonce;
      other_nonce[11] ^= 1;
      EXPECT_FALSE(aead->open(other_nonce, associated, copy));
      copy = sealed;
      EXPECT_TRUE(aead->open(nonce, associated, copy)) << "a failure must not stick";
    }
  }
}

TEST(Aead, RefusesWhatIsShorterThanATag) {
  for (const AeadAlgorithm algorithm : all_algorithms) {
    for (const auto& aead : {from_provider(algorithm), from_libcrypto(algorithm)}) {
      for (std::size_t size = 0; size < aead_tag_size; ++size) {
        Bytes sealed(size);
        EXPECT_FALSE(aead->open(nonce, {}, sealed));
      }
    }
  }
}

TEST(Aead, RefusesAnOutputWithoutRoomForTheTag) {
  for (const AeadAlgorithm algorithm : all_algorithms) {
    for (const auto& aead : {from_provider(algorithm), from_libcrypto(algorithm)}) {
      const Bytes text = pattern(100, 1);
      const ByteView part = text;
      Bytes out(text.size() + aead_tag_size - 1);
      const auto sealed = aead->seal(nonce, {}, {&part, 1}, out);
      ASSERT_FALSE(sealed);
      EXPECT_EQ(sealed.error().code(), ErrorCode::OutputTooSmall);
    }
  }
}

TEST(Aead, RefusesAKeyOfAnotherSize) {
  for (const AeadAlgorithm algorithm : all_algorithms) {
    for (const std::size_t size : {std::size_t{0}, limits(algorithm).key_size - 1, limits(algorithm).key_size + 1}) {
      const auto aead = provider().aead(algorithm, Bytes(size));
      ASSERT_FALSE(aead);
      EXPECT_EQ(aead.error().code(), ErrorCode::InvalidArgument);
    }
  }
}

TEST(Aead, LimitsStayBelowWhatRfc8446Allows) {
  EXPECT_LT(limits(AeadAlgorithm::aes_128_gcm).max_records_sealed, 23'726'566U);  // 2^24.5
  EXPECT_LT(limits(AeadAlgorithm::aes_256_gcm).max_records_sealed, 23'726'566U);
  EXPECT_GT(limits(AeadAlgorithm::chacha20_poly1305).max_records_sealed, std::uint64_t{1} << 60U);
}

}  // namespace
}  // namespace keyway::crypto
