// RFC 8446 4.2.10: a server that takes no early data passes over it, within a bound, and takes what comes after.

#include <gtest/gtest.h>

#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::pattern;
using testing::plaintext_record;
using testing::protected_reader;
using testing::protection;
using testing::refusal;
using testing::sealed;

/// A record under keys that the reader does not have.
Bytes early_data(std::size_t size) {
  auto early = protection(testing::suite(), /*seed=*/99);
  return sealed(early, ContentType::application_data, pattern(size));
}

TEST(SkippedEarlyData, IsPassedOverUntilARecordDecrypts) {
  auto writer = protection();
  auto reader = protected_reader();
  reader.skip_early_data();

  Bytes early = early_data(100);
  const auto skipped = reader.next(early);
  ASSERT_TRUE(skipped.has_value());
  EXPECT_TRUE(skipped->complete && skipped->skipped);
  EXPECT_EQ(skipped->consumed, early.size());
  EXPECT_TRUE(skipped->content.empty());

  EXPECT_EQ(refusal(reader, sealed(writer, ContentType::handshake, pattern(9))), std::nullopt);
  EXPECT_EQ(refusal(reader, early_data(100)), ErrorCode::BadRecordMac);
}

TEST(SkippedEarlyData, IsAForeignRecordWhereNoneWasAnnounced) {
  auto reader = protected_reader();
  EXPECT_EQ(refusal(reader, early_data(100)), ErrorCode::BadRecordMac);
}

TEST(SkippedEarlyData, IsBounded) {
  auto reader = protected_reader();
  reader.skip_early_data();
  constexpr std::size_t half = RecordReader::max_skipped_early_data / 2 - 17;  // 17: the inner type and the tag
  EXPECT_EQ(refusal(reader, early_data(half)), std::nullopt);
  EXPECT_EQ(refusal(reader, early_data(half)), std::nullopt);
  EXPECT_EQ(refusal(reader, early_data(1)), ErrorCode::TooMuchEarlyData);
}

TEST(SkippedEarlyData, ComesInFrontOfTheSecondClientHelloToo) {
  RecordReader reader;
  ASSERT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(9))), std::nullopt);
  reader.skip_early_data();
  EXPECT_EQ(refusal(reader, early_data(100)), std::nullopt);
  ASSERT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(9))), std::nullopt);
  EXPECT_EQ(refusal(reader, early_data(100)), ErrorCode::UnexpectedContentType);
}

}  // namespace
}  // namespace keyway::tls
