#include "tls/wire/extensions/tls_flags.hpp"

#include <gtest/gtest.h>

namespace keyway::tls {
namespace {

TEST(TlsFlags, AreBytesOfWhichTheLastIsNotZero) {
  const Bytes body{2, 0, 4};

  const auto parsed = TlsFlagsExtension::parse(body);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->flags.size(), 2U);
}

TEST(TlsFlags, AreNotPaddedWithZeros) {
  const auto parsed = TlsFlagsExtension::parse(Bytes{2, 4, 0});

  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code(), ErrorCode::InvalidValue);
  EXPECT_EQ(parsed.error().alert(), AlertDescription::illegal_parameter);
}

TEST(TlsFlags, AreNeverNone) {
  for (const Bytes& body : {Bytes{0}, Bytes{}, Bytes{2, 1}, Bytes{1, 1, 1}}) {
    const auto parsed = TlsFlagsExtension::parse(body);

    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().alert(), AlertDescription::decode_error);
  }
}

}  // namespace
}  // namespace keyway::tls
