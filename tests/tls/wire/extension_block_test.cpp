#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <numeric>

#include "core/reader.hpp"
#include "tls/wire/expect_error.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/key_share.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {
namespace {

/// `extensions` with its length, holding an empty extension of each type.
Bytes block_of(const std::vector<std::uint16_t>& types) {
  Bytes block;
  Writer out(block);
  out.vector16([&] {
    for (const std::uint16_t type : types) {
      out.u16(type);
      out.u16(0);
    }
  });
  return block;
}

Result<void> read_block(ByteView data) {
  Reader in(data, "Message");
  (void)ExtensionBlock::read(in, "extensions");
  return in.finish();
}

std::vector<std::uint16_t> codes_from(std::uint16_t first, std::size_t count) {
  std::vector<std::uint16_t> codes(count);
  std::iota(codes.begin(), codes.end(), first);
  return codes;
}

/// The shortest of several times of `work`, in seconds of the processor, so that a busy machine spoils none of it.
double shortest_time(const std::function<void()>& work) {
  double shortest = std::numeric_limits<double>::max();
  for (int i = 0; i < 15; ++i) {
    const std::clock_t start = std::clock();
    work();
    shortest = std::min(shortest, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return shortest;
}

TEST(ExtensionBlock, FindsAnExtensionByItsType) {
  const Bytes data =
      hex("0010"
          "0000"
          "0002"
          "aabb"
          "2a2a"
          "0000"
          "0033"
          "0002"
          "ccdd");
  Reader in(data, "Message");

  const ExtensionBlock block = ExtensionBlock::read(in, "extensions");

  ASSERT_TRUE(in.finish().has_value());
  EXPECT_TRUE(std::ranges::equal(block.find(ExtensionType::server_name).value(), hex("aabb")));
  EXPECT_TRUE(std::ranges::equal(block.find(ExtensionType::key_share).value(), hex("ccdd")));
  EXPECT_TRUE(block.has(static_cast<ExtensionType>(0x2a2a)));
  EXPECT_FALSE(block.has(ExtensionType::cookie));
}

TEST(ExtensionBlock, ListsExtensionsInTheirOrder) {
  const Bytes data = block_of({51, 0x2a2a, 0, 0xff01});
  Reader in(data, "Message");
  const ExtensionBlock block = ExtensionBlock::read(in, "extensions");

  std::vector<std::uint16_t> types;
  for (const ExtensionView extension : block) types.push_back(static_cast<std::uint16_t>(extension.type));

  EXPECT_EQ(types, (std::vector<std::uint16_t>{51, 0x2a2a, 0, 0xff01}));
}

TEST(ExtensionBlock, TakesAnEmptyBlock) {
  EXPECT_TRUE(read_block(hex("0000")).has_value());
  EXPECT_TRUE(ExtensionBlock().empty());
}

TEST(ExtensionBlock, RefusesADuplicateWhereverItStands) {
  // Low codes, high codes, GREASE, and blocks short and long: each kind is remembered in another way.
  for (const std::size_t size : {2U, 5U, 15U, 16U, 17U, 18U, 40U, 200U}) {
    for (const std::uint16_t first :
         {std::uint16_t{0}, std::uint16_t{50}, std::uint16_t{0x0a0a}, std::uint16_t{60000}}) {
      std::vector<std::uint16_t> codes = codes_from(first, size);
      ASSERT_TRUE(read_block(block_of(codes)).has_value());
      for (std::size_t i = 0; i + 1 < size; ++i) {
        codes.back() = codes[i];
        expect_error(read_block(block_of(codes)), ErrorCode::DuplicateExtension, "Message, extensions",
                     AlertDescription::illegal_parameter);
      }
    }
  }
}

TEST(ExtensionBlock, RefusesADuplicateOfAnUnknownType) {
  expect_error(read_block(block_of({0x1a1a, 0, 0x1a1a})), ErrorCode::DuplicateExtension, "Message, extensions",
               AlertDescription::illegal_parameter);
}

TEST(ExtensionBlock, RefusesAnExtensionLongerThanTheBlock) {
  expect_error(read_block(hex("0005"
                              "0000"
                              "0002"
                              "aa")),
               ErrorCode::Truncated, "Message, extensions", AlertDescription::decode_error);
  expect_error(read_block(hex("0003"
                              "0000"
                              "00")),
               ErrorCode::Truncated, "Message, extensions", AlertDescription::decode_error);
}

TEST(ExtensionBlock, ReadsManyExtensionsInLinearTime) {
  const Bytes few = block_of(codes_from(0, 2000));
  const Bytes many = block_of(codes_from(0, 16000));

  const double time_of_few = shortest_time([&] { EXPECT_TRUE(read_block(few).has_value()); });
  const double time_of_many = shortest_time([&] { EXPECT_TRUE(read_block(many).has_value()); });

  // Eight times the bytes: 8 when linear, 64 when quadratic.
  EXPECT_LT(time_of_many, 24 * time_of_few);
}

TEST(ExtensionBlock, ReadsManyKeySharesInLinearTime) {
  const auto shares_of = [](std::uint16_t count) {
    Bytes body;
    Writer out(body);
    out.vector16([&] {
      for (const std::uint16_t group : codes_from(0, count)) {
        out.u16(group);
        out.vector16(hex("00"));
      }
    });
    return body;
  };
  const Bytes few = shares_of(1600);
  const Bytes many = shares_of(12800);

  const double time_of_few = shortest_time([&] { EXPECT_TRUE(KeyShareClientHello::parse(few).has_value()); });
  const double time_of_many = shortest_time([&] { EXPECT_TRUE(KeyShareClientHello::parse(many).has_value()); });

  EXPECT_LT(time_of_many, 24 * time_of_few);
}

TEST(ExtensionBlock, WritesAnExtensionWithItsTypeAndLength) {
  Bytes written;
  Writer out(written);

  write_extension(out, KeyShareHelloRetryRequest{NamedGroup::x25519});

  EXPECT_EQ(written, hex("0033"
                         "0002"
                         "001d"));
}

}  // namespace
}  // namespace keyway::tls::testing
