#include "tls/record/record_writer.hpp"

#include <gtest/gtest.h>

#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::pattern;
using testing::protected_reader;
using testing::protected_writer;
using testing::read_all;

Result<RecordWriter::Sealed> seal(RecordWriter& writer, ByteView data, ByteSpan out) {
  const std::array<ByteView, 1> parts{data};
  return writer.seal(parts, out);
}

Bytes first(const Bytes& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(RecordWriterTest, SealsAsManyRecordsAsTheDataNeeds) {
  auto writer = protected_writer();
  auto reader = protected_reader();
  const Bytes data = pattern(50000);
  Bytes out(writer.sealed_size(data.size()));

  const auto sealed = seal(writer, data, out);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->consumed, data.size());
  EXPECT_EQ(sealed->written, out.size());
  std::vector<std::size_t> sizes;
  EXPECT_EQ(read_all(reader, out, &sizes), data);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{16384, 16384, 16384, 848}));
}

TEST(RecordWriterTest, SealsAsMuchAsFitsWhateverTheRoom) {
  const Bytes data = pattern(40000);
  for (std::size_t room = ProtectionTls13::overhead + 1; room < 40000; room += 1013) {
    auto writer = protected_writer();
    auto reader = protected_reader();
    Bytes out(room);
    const auto sealed = seal(writer, data, out);
    ASSERT_TRUE(sealed.has_value()) << room;
    EXPECT_LE(room - sealed->written, ProtectionTls13::overhead) << room;
    EXPECT_EQ(read_all(reader, first(out, sealed->written)), first(data, sealed->consumed)) << room;
  }
}

TEST(RecordWriterTest, GathersRecordsAcrossParts) {
  auto writer = protected_writer();
  auto reader = protected_reader();
  const Bytes data = pattern(60000);
  const std::array<ByteView, 4> parts{ByteView(data).first(16000), ByteView(data).subspan(16000, 1000),
                                      ByteView(data).subspan(17000, 33000), ByteView(data).subspan(50000)};
  Bytes out(writer.sealed_size(data.size()));
  const auto sealed = writer.seal(parts, out);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->consumed, data.size());
  EXPECT_EQ(sealed->written, out.size());
  EXPECT_EQ(read_all(reader, out), data);
}

TEST(RecordWriterTest, MakesSmallerRecordsOfManyParts) {
  auto writer = protected_writer();
  auto reader = protected_reader();
  const Bytes data = pattern(100);
  std::vector<ByteView> parts;
  for (std::size_t i = 0; i < data.size(); ++i) {
    parts.push_back(ByteView(data).subspan(i, 1));
    parts.emplace_back();
  }
  Bytes out(4000);
  const auto sealed = writer.seal(parts, out);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->consumed, data.size());
  std::vector<std::size_t> sizes;
  EXPECT_EQ(read_all(reader, first(out, sealed->written), &sizes), data);
  EXPECT_EQ(sizes.size(), 7U);
}

TEST(RecordWriterTest, GoesOnWhereTheLastCallStopped) {
  auto writer = protected_writer();
  auto reader = protected_reader();
  const Bytes data = pattern(100000);
  Bytes stream;
  Bytes out(20000);
  ByteView rest = data;
  while (!rest.empty()) {
    const auto sealed = seal(writer, rest, out);
    ASSERT_TRUE(sealed.has_value());
    ASSERT_GT(sealed->consumed, 0U);
    stream.insert(stream.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sealed->written));
    rest = rest.subspan(sealed->consumed);
  }
  EXPECT_EQ(read_all(reader, stream), data);
}

TEST(RecordWriterTest, WritesNothingForNothing) {
  auto writer = protected_writer();
  const auto sealed = seal(writer, {}, {});
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->consumed, 0U);
  EXPECT_EQ(sealed->written, 0U);
}

TEST(RecordWriterTest, SaysWhenNotEvenOneByteFits) {
  auto writer = protected_writer();
  Bytes out(ProtectionTls13::overhead);
  const auto refused = seal(writer, pattern(1), out);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::OutputTooSmall);
}

TEST(RecordWriterTest, KeepsApplicationDataBackUntilThereAreKeys) {
  RecordWriter writer({});
  Bytes out(100);
  EXPECT_EQ(seal(writer, pattern(1), out).error().code(), ErrorCode::NotReady);
  EXPECT_EQ(writer.append(ContentType::application_data, pattern(1), out).error().code(), ErrorCode::NotReady);
}

TEST(RecordWriterTest, StopsWhenNewKeysAreDue) {
  RecordWriter writer({});
  auto protection = testing::protection();
  ProtectionTls13TestAccess::set_sequence(protection, ProtectionTls13TestAccess::soft_limit(protection) - 2);
  writer.set_protection(std::move(protection));
  const Bytes data = pattern(4 * max_plaintext_fragment);
  Bytes out(writer.sealed_size(data.size()));

  const auto sealed = seal(writer, data, out);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->consumed, 2 * max_plaintext_fragment);
  EXPECT_TRUE(writer.needs_key_update());
  const auto again = seal(writer, data, out);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->consumed, 0U);
  Bytes key_update;
  EXPECT_TRUE(writer.append(ContentType::handshake, pattern(5), key_update).has_value());
}

class PaddedWriter : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Blocks, PaddedWriter, ::testing::Values(2, 16, 100, 512, 4096, 16384, 20000));

TEST_P(PaddedWriter, FillsWholeBlocksWithinTheRecordLimit) {
  const std::size_t block = GetParam();
  for (const std::size_t size : {1U, 15U, 16U, 99U, 511U, 512U, 5000U, 16383U, 16384U, 20000U}) {
    auto writer = protected_writer({.block = block});
    auto reader = protected_reader();
    const Bytes data = pattern(size);
    Bytes out(writer.sealed_size(size));
    const auto sealed = seal(writer, data, out);
    ASSERT_TRUE(sealed.has_value());
    EXPECT_EQ(sealed->consumed, size);
    EXPECT_EQ(sealed->written, out.size());
    EXPECT_EQ(read_all(reader, out), data);

    const std::size_t inner = RecordHeader::parse(out).length - crypto::aead_tag_size;
    EXPECT_TRUE(inner % block == 0 || inner == max_plaintext_fragment + 1) << size;
  }
}

TEST_P(PaddedWriter, NeverUndercutsThePaddingForLackOfRoom) {
  const std::size_t block = GetParam();
  const Bytes data = pattern(20000);
  for (std::size_t room = 23; room < 18000; room += 331) {
    auto writer = protected_writer({.block = block});
    Bytes out(room);
    const auto sealed = seal(writer, data, out);
    const bool fits_a_block = room >= record_header_size + block + crypto::aead_tag_size;
    ASSERT_TRUE(sealed.has_value() || !fits_a_block) << room;
    if (!sealed) continue;
    const std::size_t inner = RecordHeader::parse(out).length - crypto::aead_tag_size;
    EXPECT_TRUE(inner % block == 0 || inner == max_plaintext_fragment + 1) << room;
  }
}

TEST(RecordWriterTest, PadsHandshakeRecordsToo) {
  auto writer = protected_writer({.block = 512});
  auto reader = protected_reader();
  Bytes out;
  ASSERT_TRUE(writer.append(ContentType::handshake, pattern(36), out).has_value());
  EXPECT_EQ(out.size(), record_header_size + 512 + crypto::aead_tag_size);
  EXPECT_EQ(read_all(reader, out), pattern(36));
}

TEST(RecordWriterTest, FragmentsHandshakeMessagesInPlaintext) {
  RecordWriter writer({});
  writer.set_record_version(ProtocolVersion::TLS1_0);
  RecordReader reader;
  Bytes out = pattern(3);
  ASSERT_TRUE(writer.append(ContentType::handshake, pattern(40000), out).has_value());
  EXPECT_EQ(first(out, 3), pattern(3));
  EXPECT_EQ(testing::copy(ByteView(out).subspan(3, 5)), (Bytes{22, 3, 1, 0x40, 0}));
  std::vector<std::size_t> sizes;
  EXPECT_EQ(read_all(reader, testing::copy(ByteView(out).subspan(3)), &sizes), pattern(40000));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{16384, 16384, 7232}));
}

TEST(RecordWriterTest, FragmentsProtectedHandshakeMessages) {
  auto writer = protected_writer();
  writer.set_max_fragment(1000);
  auto reader = protected_reader();
  Bytes out;
  ASSERT_TRUE(writer.append(ContentType::handshake, pattern(2500), out).has_value());
  std::vector<std::size_t> sizes;
  EXPECT_EQ(read_all(reader, out, &sizes), pattern(2500));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1000, 1000, 500}));
}

TEST(RecordWriterTest, NeverProtectsChangeCipherSpec) {
  auto writer = protected_writer();
  Bytes out;
  ASSERT_TRUE(writer.append(ContentType::change_cipher_spec, Bytes{1}, out).has_value());
  EXPECT_EQ(out, (Bytes{20, 3, 3, 0, 1, 1}));
}

TEST(RecordWriterTest, CutsTheFragmentSizeToWhatRecordsHold) {
  auto writer = protected_writer();
  auto reader = protected_reader();
  writer.set_max_fragment(0);
  Bytes out(writer.sealed_size(2));
  ASSERT_TRUE(seal(writer, pattern(2), out).has_value());
  std::vector<std::size_t> sizes;
  EXPECT_EQ(read_all(reader, out, &sizes), pattern(2));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 1}));

  writer.set_max_fragment(100000);
  EXPECT_EQ(writer.sealed_size(16385), 16384 + 1 + 2 * ProtectionTls13::overhead);
}

TEST(RecordWriterTest, LeavesTheOutputAsItWasWhenSealingFails) {
  auto protection = testing::protection();
  ProtectionTls13TestAccess::set_sequence(protection, ProtectionTls13TestAccess::hard_limit(protection));
  RecordWriter writer({});
  writer.set_protection(std::move(protection));
  Bytes out = pattern(3);
  const auto refused = writer.append(ContentType::alert, Bytes{1, 0}, out);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::SequenceExhausted);
  EXPECT_EQ(out, pattern(3));
}

}  // namespace
}  // namespace keyway::tls
