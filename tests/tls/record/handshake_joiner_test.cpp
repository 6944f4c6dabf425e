#include "tls/record/handshake_joiner.hpp"

#include <gtest/gtest.h>

#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::copy;
using testing::join;
using testing::pattern;

constexpr std::size_t limit = 1000;

Bytes message(HandshakeType type, std::size_t size) {
  Bytes out{static_cast<std::uint8_t>(type), 0, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
  const Bytes body = pattern(size);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

// Feeds `records` and collects every message as it came out.
std::vector<Bytes> joined(const std::vector<Bytes>& records) {
  HandshakeJoiner joiner(limit);
  std::vector<Bytes> out;
  for (const Bytes& record : records) {
    joiner.add(record);
    for (auto next = joiner.next(); next && *next; next = joiner.next()) {
      EXPECT_EQ(copy((*next)->body), copy((*next)->raw.subspan(4)));
      out.push_back(copy((*next)->raw));
    }
  }
  EXPECT_FALSE(joiner.has_rest());
  return out;
}

const std::vector<Bytes>& messages() {
  static const std::vector<Bytes> all{
      message(HandshakeType::encrypted_extensions, 2), message(HandshakeType::certificate, 300),
      message(HandshakeType::server_hello_done, 0), message(HandshakeType::certificate_verify, 70),
      message(HandshakeType::finished, 32)};
  return all;
}

Bytes stream() {
  Bytes all;
  for (const Bytes& one : messages()) all.insert(all.end(), one.begin(), one.end());
  return all;
}

TEST(HandshakeJoinerTest, SplitsCoalescedMessages) {
  EXPECT_EQ(joined({stream()}), messages());
}

TEST(HandshakeJoinerTest, JoinsMessagesSplitAtEveryByte) {
  const Bytes all = stream();
  for (std::size_t at = 1; at < all.size(); ++at) {
    EXPECT_EQ(joined({copy(ByteView(all).first(at)), copy(ByteView(all).subspan(at))}), messages()) << at;
  }
}

TEST(HandshakeJoinerTest, JoinsFragmentsOfEverySize) {
  const Bytes all = stream();
  for (std::size_t size = 1; size < all.size(); ++size) {
    std::vector<Bytes> records;
    for (std::size_t at = 0; at < all.size(); at += size) {
      records.push_back(copy(ByteView(all).subspan(at, std::min(size, all.size() - at))));
    }
    EXPECT_EQ(joined(records), messages()) << size;
  }
}

TEST(HandshakeJoinerTest, HandsOutAViewOfAMessageThatLiesInOneRecord) {
  HandshakeJoiner joiner(limit);
  const Bytes record = stream();
  joiner.add(record);
  const auto next = joiner.next();
  ASSERT_TRUE(next.has_value() && next->has_value());
  EXPECT_EQ((*next)->raw.data(), record.data());
  EXPECT_EQ((*next)->type, HandshakeType::encrypted_extensions);
}

TEST(HandshakeJoinerTest, TellsWhetherSomethingIsLeft) {
  HandshakeJoiner joiner(limit);
  EXPECT_FALSE(joiner.has_rest());
  const Bytes one = message(HandshakeType::finished, 32);
  const Bytes two = join({one, Bytes{1}});
  joiner.add(two);
  EXPECT_TRUE(joiner.has_rest());
  ASSERT_TRUE(joiner.next().has_value());
  EXPECT_TRUE(joiner.has_rest());
}

TEST(HandshakeJoinerTest, HasNoRestWhileAJoinedMessageIsOut) {
  HandshakeJoiner joiner(limit);
  const Bytes one = message(HandshakeType::finished, 32);
  joiner.add(ByteView(one).first(10));
  ASSERT_FALSE(joiner.next().value().has_value());
  EXPECT_TRUE(joiner.has_rest());
  joiner.add(ByteView(one).subspan(10));
  const auto next = joiner.next();
  ASSERT_TRUE(next.value().has_value());
  EXPECT_EQ(copy((*next)->raw), one);
  EXPECT_FALSE(joiner.has_rest());
}

TEST(HandshakeJoinerTest, KeepsAPartialMessageWhenItsRecordGoes) {
  HandshakeJoiner joiner(limit);
  const Bytes one = message(HandshakeType::certificate, 50);
  {
    const Bytes gone = copy(ByteView(one).first(20));
    joiner.add(gone);
    ASSERT_FALSE(joiner.next().value().has_value());
  }
  joiner.add(ByteView(one).subspan(20));
  EXPECT_EQ(copy(joiner.next().value()->raw), one);
}

TEST(HandshakeJoinerTest, TakesTheLongestAndRefusesOneByteMore) {
  HandshakeJoiner takes(limit);
  const Bytes longest = message(HandshakeType::certificate, limit);
  takes.add(longest);
  EXPECT_TRUE(takes.next().value().has_value());

  HandshakeJoiner joiner(limit);
  const Bytes header = copy(ByteView(message(HandshakeType::certificate, limit + 1)).first(4));
  joiner.add(header);
  const auto refused = joiner.next();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::MessageTooLong);
}

TEST(HandshakeJoinerTest, RefusesALongMessageWhoseHeaderIsSplit) {
  HandshakeJoiner joiner(limit);
  const Bytes header{11, 0xff, 0xff, 0xff};
  joiner.add(ByteView(header).first(3));
  ASSERT_FALSE(joiner.next().value().has_value());
  joiner.add(ByteView(header).subspan(3));
  const auto refused = joiner.next();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::MessageTooLong);
}

}  // namespace
}  // namespace keyway::tls
