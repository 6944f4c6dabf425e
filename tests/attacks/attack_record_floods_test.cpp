// Attack 15: floods of empty records, ChangeCipherSpec and tiny fragments are bounded; attack 4: a declared size
// allocates nothing before bytes arrive.

#include <gtest/gtest.h>

#include "tls/record/handshake_joiner.hpp"
#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::pattern;
using testing::protected_reader;
using testing::protection;
using testing::refusal;
using testing::sealed;

TEST(RecordFloods, OfEmptyApplicationDataEndAtThe33rd) {
  auto writer = protection();
  auto reader = protected_reader();
  for (int i = 1; i <= 32; ++i) {
    ASSERT_EQ(refusal(reader, sealed(writer, ContentType::application_data, {}, 10)), std::nullopt) << i;
  }
  EXPECT_EQ(refusal(reader, sealed(writer, ContentType::application_data, {}, 10)), ErrorCode::TooManyEmptyRecords);
}

TEST(RecordFloods, AreCountedInARowOnly) {
  auto writer = protection();
  auto reader = protected_reader();
  for (int i = 0; i < 200; ++i) {
    const Bytes content(i % 31 == 30 ? 1 : 0);
    ASSERT_EQ(refusal(reader, sealed(writer, ContentType::application_data, content)), std::nullopt) << i;
  }
}

TEST(RecordFloods, AreBrokenByAHandshakeMessageToo) {
  auto writer = protection();
  auto reader = protected_reader();
  for (int i = 0; i < 200; ++i) {
    const bool is_message = i % 31 == 30;
    const auto type = is_message ? ContentType::handshake : ContentType::application_data;
    ASSERT_EQ(refusal(reader, sealed(writer, type, Bytes(is_message ? 1 : 0))), std::nullopt) << i;
  }
}

TEST(RecordFloods, OfChangeCipherSpecEndAtTheThird) {
  const Bytes ccs = testing::plaintext_record(ContentType::change_cipher_spec, Bytes{1});
  for (const bool is_protected : {false, true}) {
    RecordReader reader;
    if (is_protected) reader.set_protection(protection());
    EXPECT_EQ(refusal(reader, ccs), std::nullopt);
    EXPECT_EQ(refusal(reader, ccs), std::nullopt);
    EXPECT_EQ(refusal(reader, ccs), ErrorCode::UnexpectedChangeCipherSpec);
  }
}

TEST(RecordFloods, OfChangeCipherSpecAreCountedAcrossTheChangeOfKeys) {
  const Bytes ccs = testing::plaintext_record(ContentType::change_cipher_spec, Bytes{1});
  RecordReader reader;
  EXPECT_EQ(refusal(reader, ccs), std::nullopt);
  reader.set_protection(protection());
  EXPECT_EQ(refusal(reader, ccs), std::nullopt);
  EXPECT_EQ(refusal(reader, ccs), ErrorCode::UnexpectedChangeCipherSpec);
}

TEST(RecordFloods, OfTinyFragmentsGrowNoFurtherThanTheMessage) {
  constexpr std::size_t limit = 5000;
  HandshakeJoiner joiner(limit);
  const Bytes header{11, 0, limit >> 8U, limit & 0xffU};
  std::size_t messages = 0;
  for (std::size_t i = 0; i < 4 + limit; ++i) {
    const Bytes one{i < header.size() ? header[i] : std::uint8_t{0}};
    joiner.add(one);
    const auto next = joiner.next();
    ASSERT_TRUE(next.has_value());
    if (*next) ++messages;
  }
  EXPECT_EQ(messages, 1U);
  EXPECT_FALSE(joiner.has_rest());
}

TEST(RecordFloods, OfClaimsAloneAreRefusedAtTheHeader) {
  HandshakeJoiner joiner(65536);
  const Bytes claim{11, 0xff, 0xff, 0xff};
  joiner.add(claim);
  const auto refused = joiner.next();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::MessageTooLong);
}

}  // namespace
}  // namespace keyway::tls
