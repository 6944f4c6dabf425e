#include "tls/schedule/prf_tls12.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/text.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::tls {
namespace {

/// The vector for SHA-256 that was posted to the IETF's TLS list in 2009, as none stands in RFC 5246.
TEST(PrfTls12, MakesThePublishedOutput) {
  const Bytes secret = from_hex("9bbe436ba940f017b17652849a71db35").value();
  const Bytes seed = from_hex("a0ba9f936cda311827a6f796ffd5198c").value();
  const std::array<ByteView, 1> parts{seed};
  Bytes out(100);

  prf_tls12(*keyway::testing::provider()->hash(crypto::HashAlgorithm::sha256), secret, "test label", parts, out);

  EXPECT_EQ(
      to_hex(out),
      "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17"
      "abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66");
}

TEST(PrfTls12, JoinsTheSeedsParts) {
  const auto& sha384 = *keyway::testing::provider()->hash(crypto::HashAlgorithm::sha384);
  const Bytes a{1, 2};
  const Bytes b{3};
  const Bytes ab{1, 2, 3};
  const std::array<ByteView, 2> apart{a, b};
  const std::array<ByteView, 1> joined{ab};
  Bytes one(77);
  Bytes two(77);

  prf_tls12(sha384, a, "label", apart, one);
  prf_tls12(sha384, a, "label", joined, two);

  EXPECT_EQ(one, two);
}

}  // namespace
}  // namespace keyway::tls
