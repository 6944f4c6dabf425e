#include "x509/der_writer.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "core/text.hpp"

namespace keyway::x509 {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::year;

template <typename Body>
std::string hex_of(Body&& body) {
  return to_hex(encode_der(body));
}

TEST(DerWriter, WritesIntegersInTheFewestBytesWithTheirSign) {
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer(0); }), "020100");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer(0x7f); }), "02017f");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer(0x80); }), "02020080");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer(0x0100); }), "02020100");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer(~std::uint64_t{0}); }), "020900ffffffffffffffff");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer_bytes(Bytes{0, 0, 0x81}); }), "02020081");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.integer_bytes({}); }), "020100");
}

TEST(DerWriter, WritesLengthsInTheirShortestForm) {
  const auto length_of = [](std::size_t size) {
    return hex_of([&](DerWriter& w) { w.octet_string(Bytes(size)); }).substr(2, 8);
  };
  EXPECT_TRUE(length_of(127).starts_with("7f00"));
  EXPECT_TRUE(length_of(128).starts_with("818000"));
  EXPECT_TRUE(length_of(255).starts_with("81ff00"));
  EXPECT_TRUE(length_of(256).starts_with("82010000"));
  EXPECT_TRUE(length_of(65536).starts_with("83010000"));
}

TEST(DerWriter, WritesObjectIdentifiers) {
  EXPECT_EQ(hex_of([](DerWriter& w) { w.oid("2.5.29.17"); }), "0603551d11");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.oid("1.2.840.113549.1.1.11"); }), "06092a864886f70d01010b");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.oid("2.999.3"); }), "0603883703");
}

TEST(DerWriter, WritesNamedBitsWithoutTrailingZeros) {
  EXPECT_EQ(hex_of([](DerWriter& w) { w.named_bits(0); }), "030100");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.named_bits(1U << 0U); }), "03020780");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.named_bits(1U << 0U | 1U << 2U); }), "030205a0");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.named_bits(1U << 5U | 1U << 6U); }), "03020106");
  EXPECT_EQ(hex_of([](DerWriter& w) { w.named_bits(1U << 8U); }), "0303070080");
}

TEST(DerWriter, WritesUtcTimeThrough2049AndGeneralizedTimeOutside) {
  const auto text = [](Time time) {
    const Bytes der = encode_der([&](DerWriter& w) { w.time(time); });
    return to_hex(ByteView(der).first(1)) + " " + std::string(as_text(ByteView(der).subspan(2)));
  };
  EXPECT_EQ(text(sys_days(year(1950) / 1 / 1)), "17 500101000000Z");
  EXPECT_EQ(text(sys_days(year(1949) / 12 / 31)), "18 19491231000000Z");
  EXPECT_EQ(text(sys_days(year(2049) / 12 / 31) + days(1) - std::chrono::seconds(1)), "17 491231235959Z");
  EXPECT_EQ(text(sys_days(year(2050) / 1 / 1) + hours(5)), "18 20500101050000Z");
}

TEST(DerWriter, NestsAsTheCodeDoes) {
  const std::string nested = hex_of([](DerWriter& w) {
    w.sequence([&] {
      w.boolean(true);
      w.context(0, [&] { w.integer(2); });
      w.context_primitive(6, as_bytes("a"));
      w.octet_string([&] { w.null(); });
      w.bit_string(Bytes{0xaa});
    });
  });
  EXPECT_EQ(nested,
            "3013"
            "0101ff"
            "a003020102"
            "860161"
            "04020500"
            "030200aa");
}

}  // namespace
}  // namespace keyway::x509
