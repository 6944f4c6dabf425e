#include "tls/record/protection.hpp"

#include <gtest/gtest.h>

#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::copy;
using testing::pattern;
using testing::protection;
using testing::sealed;

Result<ProtectionTls13::Opened> open(ProtectionTls13& reader, Bytes& record) {
  return reader.open(ByteView(record).first(record_header_size), ByteSpan(record).subspan(record_header_size));
}

ErrorCode code_of(const Result<ProtectionTls13::Opened>& opened) {
  return opened ? ErrorCode::InternalError : opened.error().code();
}

class ProtectionOf : public ::testing::TestWithParam<CipherSuite> {
 protected:
  const SuiteTls13& suite() const { return testing::suite(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Suites, ProtectionOf,
                         ::testing::Values(CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                           CipherSuite::TLS_CHACHA20_POLY1305_SHA256),
                         testing::suite_name);

void expect_round_trip(ProtectionTls13& writer, ProtectionTls13& reader, std::size_t size, std::size_t padding) {
  Bytes record = sealed(writer, ContentType::application_data, pattern(size), padding);
  const auto opened = open(reader, record);
  ASSERT_TRUE(opened.has_value()) << size << ": " << opened.error().message();
  EXPECT_EQ(opened->type, ContentType::application_data);
  EXPECT_EQ(copy(opened->content), pattern(size)) << size;
}

TEST_P(ProtectionOf, RoundTripsEverySmallSizeAndTheLargest) {
  auto writer = protection(suite());
  auto reader = protection(suite());
  for (std::size_t size = 0; size <= 300; ++size) expect_round_trip(writer, reader, size, 0);
  for (const std::size_t size : {16383U, 16384U}) expect_round_trip(writer, reader, size, 0);
}

TEST_P(ProtectionOf, TakesPaddingOff) {
  auto writer = protection(suite());
  auto reader = protection(suite());
  for (const std::size_t padding : {1U, 2U, 15U, 16U, 255U, 16284U}) expect_round_trip(writer, reader, 100, padding);
  expect_round_trip(writer, reader, 0, 16384);
}

TEST_P(ProtectionOf, KeepsZerosThatBelongToTheContent) {
  auto writer = protection(suite());
  auto reader = protection(suite());
  Bytes record = sealed(writer, ContentType::handshake, Bytes(40, 0), 3);
  const auto opened = open(reader, record);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(copy(opened->content), Bytes(40, 0));
}

TEST_P(ProtectionOf, GathersParts) {
  auto writer = protection(suite());
  auto reader = protection(suite());
  const Bytes data = pattern(1000);
  const std::array<ByteView, 5> parts{ByteView(data).first(1), ByteView(), ByteView(data).subspan(1, 63),
                                      ByteView(data).subspan(64, 1), ByteView(data).subspan(65)};
  Bytes record(data.size() + 7 + ProtectionTls13::overhead);
  ASSERT_TRUE(writer.seal(ContentType::application_data, parts, 7, record).has_value());
  const auto opened = open(reader, record);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(copy(opened->content), data);
}

TEST_P(ProtectionOf, RefusesEveryFlippedBit) {
  auto writer = protection(suite());
  const Bytes record = sealed(writer, ContentType::application_data, pattern(20), 4);
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    auto reader = protection(suite());
    Bytes altered = record;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_EQ(code_of(open(reader, altered)), ErrorCode::BadRecordMac) << bit;
  }
}

TEST_P(ProtectionOf, RefusesEveryTruncation) {
  auto writer = protection(suite());
  const Bytes record = sealed(writer, ContentType::application_data, pattern(20));
  for (std::size_t size = record_header_size; size < record.size(); ++size) {
    auto reader = protection(suite());
    Bytes cut(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(code_of(open(reader, cut)), ErrorCode::BadRecordMac) << size;
  }
}

TEST_P(ProtectionOf, RefusesARecordOutOfItsPlace) {
  auto writer = protection(suite());
  Bytes first = sealed(writer, ContentType::application_data, pattern(20));
  Bytes second = sealed(writer, ContentType::application_data, pattern(20));
  Bytes replayed = first;

  auto skips = protection(suite());
  EXPECT_EQ(code_of(open(skips, second)), ErrorCode::BadRecordMac);
  auto reader = protection(suite());
  ASSERT_TRUE(open(reader, first).has_value());
  EXPECT_EQ(code_of(open(reader, replayed)), ErrorCode::BadRecordMac);
}

TEST_P(ProtectionOf, RefusesARecordOfOtherKeys) {
  auto writer = protection(suite(), 7);
  auto reader = protection(suite(), 8);
  Bytes record = sealed(writer, ContentType::application_data, pattern(20));
  EXPECT_EQ(code_of(open(reader, record)), ErrorCode::BadRecordMac);
}

TEST_P(ProtectionOf, RefusesPaddingAlone) {
  const auto secret = testing::traffic_secret(suite());
  auto reader = protection(suite());
  Bytes padding_alone = testing::record_around(suite(), secret, 0, Bytes(10, 0));
  Bytes nothing_at_all = testing::record_around(suite(), secret, 1, {});
  EXPECT_EQ(code_of(open(reader, padding_alone)), ErrorCode::NoContentType);
  EXPECT_EQ(code_of(open(reader, nothing_at_all)), ErrorCode::NoContentType);
}

TEST_P(ProtectionOf, BoundsTheInnerPlaintext) {
  const auto secret = testing::traffic_secret(suite());
  auto reader = protection(suite());
  Bytes longest(max_plaintext_fragment + 1, 23);
  Bytes fits = testing::record_around(suite(), secret, 0, longest);
  EXPECT_TRUE(open(reader, fits).has_value());

  Bytes one_more(max_plaintext_fragment + 2, 0);
  one_more[0] = 23;
  Bytes too_long = testing::record_around(suite(), secret, 1, one_more);
  EXPECT_EQ(code_of(open(reader, too_long)), ErrorCode::RecordTooLong);
}

TEST(Protection, SaysThatTheOutputIsTooSmallAndSpendsNoNumber) {
  auto writer = protection();
  Bytes out(10 + ProtectionTls13::overhead - 1);
  const Bytes data = pattern(10);
  const std::array<ByteView, 1> parts{data};
  const auto refused = writer.seal(ContentType::application_data, parts, 0, out);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::OutputTooSmall);
  EXPECT_EQ(writer.sequence_number(), 0U);
}

TEST(Protection, RefusesToSealMoreThanARecordHolds) {
  auto writer = protection();
  Bytes out(40000);
  const Bytes data = pattern(max_plaintext_fragment + 1);
  const std::array<ByteView, 1> too_long{data};
  const std::array<ByteView, 1> full{ByteView(data).first(max_plaintext_fragment)};
  const std::array<ByteView, ProtectionTls13::max_parts + 1> too_many{};

  EXPECT_FALSE(writer.seal(ContentType::application_data, too_long, 0, out).has_value());
  EXPECT_FALSE(writer.seal(ContentType::application_data, full, 1, out).has_value());
  EXPECT_FALSE(writer.seal(ContentType::application_data, too_many, 0, out).has_value());
  EXPECT_EQ(writer.sequence_number(), 0U);
}

TEST(Protection, LeavesTheBytesAfterTheRecordAlone) {
  auto writer = protection();
  Bytes out(200, 0xee);
  const Bytes data = pattern(10);
  const std::array<ByteView, 1> parts{data};
  const auto written = writer.seal(ContentType::application_data, parts, 0, out);
  ASSERT_TRUE(written.has_value());
  for (std::size_t i = *written; i < out.size(); ++i) EXPECT_EQ(out[i], 0xee) << i;
}

}  // namespace
}  // namespace keyway::tls
