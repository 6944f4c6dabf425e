// The algorithms of RFC 8879 that this build has, each held to the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include <keyway/certificate_compression.hpp>

#include "testing/make_certificate.hpp"

namespace keyway {
namespace {

/// Two certificates, one after the other: what a chain looks like.
Bytes a_chain() {
  const testing::TestAuthority authority;
  const auto leaf = authority.issue({.names = {"shop.localhost", "www.shop.localhost"}});
  Bytes chain;
  for (const Bytes& der : leaf.chain) chain.insert(chain.end(), der.begin(), der.end());
  return chain;
}

Bytes compressed(const CertificateCompressor& by, ByteView data) {
  const auto result = by.compress(data);
  EXPECT_TRUE(result.has_value());
  return result.value_or(Bytes());
}

class EveryCompressor : public ::testing::TestWithParam<std::shared_ptr<const CertificateCompressor>> {};

std::string name_of(const ::testing::TestParamInfo<std::shared_ptr<const CertificateCompressor>>& info) {
  return to_string(info.param->algorithm());
}
INSTANTIATE_TEST_SUITE_P(Had, EveryCompressor, ::testing::ValuesIn(certificate_compressors()), name_of);

TEST_P(EveryCompressor, MakesAChainSmallerAndGivesItBack) {
  const Bytes chain = a_chain();

  const Bytes small = compressed(*GetParam(), chain);
  Bytes back(chain.size());

  EXPECT_LT(small.size(), chain.size());
  ASSERT_TRUE(GetParam()->decompress(small, back));
  EXPECT_EQ(back, chain);
}

TEST_P(EveryCompressor, DeclinesWhatDoesNotGetSmaller) {
  std::mt19937 random(7);
  Bytes noise(500);
  std::ranges::generate(noise, [&] { return static_cast<std::uint8_t>(random()); });

  EXPECT_FALSE(GetParam()->compress(noise).has_value());
  EXPECT_FALSE(GetParam()->compress(Bytes{1, 2, 3}).has_value());
}

TEST_P(EveryCompressor, RefusesAnotherSizeThanDeclared) {
  const Bytes chain = a_chain();
  const Bytes small = compressed(*GetParam(), chain);

  for (const std::size_t size : {std::size_t{1}, chain.size() - 1, chain.size() + 1, 2 * chain.size()}) {
    Bytes out(size);
    EXPECT_FALSE(GetParam()->decompress(small, out)) << size;
  }
}

TEST_P(EveryCompressor, RefusesWhatIsCutOrHasMoreBehindIt) {
  const Bytes chain = a_chain();
  const Bytes small = compressed(*GetParam(), chain);
  Bytes out(chain.size());

  for (std::size_t size = 0; size < small.size(); ++size) {
    const Bytes cut(small.begin(), small.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(GetParam()->decompress(cut, out)) << size;
  }
  Bytes longer = small;
  longer.push_back(0);
  EXPECT_FALSE(GetParam()->decompress(longer, out));
}

TEST_P(EveryCompressor, WritesNoByteBeyondTheDeclaredSize) {
  const Bytes bomb = compressed(*GetParam(), Bytes(1U << 20U, 0));
  ASSERT_LT(bomb.size(), 4096U);
  constexpr std::size_t declared = 1000;
  Bytes memory(declared + 64, 0xa5);

  EXPECT_FALSE(GetParam()->decompress(bomb, ByteSpan(memory).first(declared)));

  EXPECT_TRUE(std::ranges::all_of(ByteView(memory).subspan(declared), [](auto byte) { return byte == 0xa5; }));
}

TEST_P(EveryCompressor, EndsOnArbitraryBytes) {
  std::mt19937 random(11);
  Bytes out(4096);
  for (int round = 0; round < 2000; ++round) {
    Bytes noise(random() % 200);
    std::ranges::generate(noise, [&] { return static_cast<std::uint8_t>(random()); });
    EXPECT_FALSE(GetParam()->decompress(noise, out));
  }
}

TEST(CertificateCompressors, AreEachThereOnce) {
  std::vector<CertificateCompressionAlgorithm> algorithms;
  for (const auto& compressor : certificate_compressors()) algorithms.push_back(compressor->algorithm());
  std::ranges::sort(algorithms);

  EXPECT_EQ(std::ranges::adjacent_find(algorithms), algorithms.end());
}

TEST(CertificateCompressors, AreNamedAsRegistered) {
  EXPECT_EQ(to_string(CertificateCompressionAlgorithm::brotli), "brotli");
  EXPECT_EQ(to_string(CertificateCompressionAlgorithm{0xff01}), "0xff01");
}

}  // namespace
}  // namespace keyway
