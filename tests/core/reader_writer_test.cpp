#include <gtest/gtest.h>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway {
namespace {

TEST(Reader, ReadsWhatTheWriterWrote) {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u24(0x040506);
  writer.u32(0x0708090a);
  writer.u64(0x0b0c0d0e0f101112);
  writer.value(NamedGroup::x25519);
  writer.vector8(as_bytes("a"));
  writer.vector16(as_bytes("bc"));
  writer.vector24(as_bytes("def"));
  writer.vector16([&] {
    writer.vector8([&] { writer.u8(0x77); });
    writer.vector24([&] {});
  });
  writer.bytes(as_bytes("rest"));
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(writer.size(), bytes.size());

  Reader reader(bytes, "Test");
  EXPECT_EQ(reader.u8("a"), 0x01);
  EXPECT_EQ(reader.u16("b"), 0x0203);
  EXPECT_EQ(reader.u24("c"), 0x040506U);
  EXPECT_EQ(reader.u32("d"), 0x0708090aU);
  EXPECT_EQ(reader.u64("e"), 0x0b0c0d0e0f101112U);
  EXPECT_EQ(reader.value<NamedGroup>("f"), NamedGroup::x25519);
  EXPECT_EQ(as_text(reader.vector8("g")), "a");
  EXPECT_EQ(as_text(reader.vector16("h")), "bc");
  EXPECT_EQ(as_text(reader.vector24("i")), "def");
  Reader inner(reader.vector16("j"), "Test");
  EXPECT_EQ(inner.vector8("k").size(), 1U);
  EXPECT_TRUE(inner.vector24("l").empty());
  EXPECT_TRUE(inner.finish());
  EXPECT_EQ(as_text(reader.rest()), "rest");
  EXPECT_TRUE(reader.finish());
}

TEST(Reader, IsNetworkOrder) {
  const Bytes bytes{0x12, 0x34};
  EXPECT_EQ(Reader(bytes, "Test").u16("a"), 0x1234);
}

TEST(Reader, TellsWhereItEnded) {
  const Bytes bytes{1, 2};
  Reader reader(bytes, "ServerHello");
  EXPECT_EQ(reader.u32("random"), 0U);
  const auto result = reader.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::Truncated);
  EXPECT_EQ(result.error().where(), "ServerHello, random");
  EXPECT_EQ(result.error().expected(), "4 bytes");
  EXPECT_EQ(result.error().received(), "2 bytes");
}

TEST(Reader, TheFirstFailureSticksAndEverythingAfterIsZero) {
  const Bytes bytes{5, 1, 2, 3};
  Reader reader(bytes, "Test");
  EXPECT_TRUE(reader.vector8("first").empty());
  EXPECT_EQ(reader.u8("second"), 0);
  EXPECT_TRUE(reader.empty());
  EXPECT_EQ((reader.array<2>("third")), (std::array<std::uint8_t, 2>{}));
  reader.reject(ErrorCode::InvalidValue, "fourth");
  EXPECT_EQ(reader.check().error().code(), ErrorCode::Truncated);
  EXPECT_EQ(reader.check().error().where(), "Test, first");
}

TEST(Reader, HoldsVectorsToTheirBounds) {
  const Bytes bytes{2, 1, 2};
  EXPECT_EQ(Reader(bytes, "Test").vector8("v", 2, 2).size(), 2U);
  for (const auto& [min, max] : {std::pair<std::size_t, std::size_t>{3, 9}, {0, 1}}) {
    Reader reader(bytes, "Test");
    EXPECT_TRUE(reader.vector8("v", min, max).empty());
    EXPECT_EQ(reader.check().error().code(), ErrorCode::LengthOutOfRange);
  }
}

TEST(Reader, RefusesTrailingData) {
  const Bytes bytes{1, 2};
  Reader reader(bytes, "Test");
  (void)reader.u8("a");
  EXPECT_TRUE(reader.check());
  EXPECT_EQ(reader.finish().error().code(), ErrorCode::TrailingData);
}

TEST(Reader, CarriesACodecsOwnRefusal) {
  const Bytes bytes{1};
  Reader reader(bytes, "Test");
  reader.reject(ErrorCode::InvalidValue, "version");
  EXPECT_EQ(reader.finish().error().code(), ErrorCode::InvalidValue);
  EXPECT_EQ(reader.finish().error().where(), "Test, version");
}

TEST(Writer, TellsWhenSomethingDidNotFitItsLength) {
  Bytes bytes;
  Writer fits(bytes);
  fits.vector8(Bytes(255));
  EXPECT_TRUE(fits.ok());
  Writer overflows(bytes);
  overflows.vector8(Bytes(256));
  EXPECT_FALSE(overflows.ok());
  Writer longer(bytes);
  longer.vector16(Bytes(0x10000));
  EXPECT_FALSE(longer.ok());
}

}  // namespace
}  // namespace keyway
