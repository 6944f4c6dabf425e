// Attack 10: ChangeCipherSpec early, late, twice, malformed, after Finished. Attack 17: the outer content type and the
// inner one are both checked. Attack 11, as far as records go: no application data without protection.

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

Bytes change_cipher_spec(ByteView content) {
  return plaintext_record(ContentType::change_cipher_spec, content);
}

TEST(ChangeCipherSpecRecords, AreHandedOutToBePassedOver) {
  auto reader = protected_reader();
  Bytes record = change_cipher_spec(Bytes{1});
  const auto incoming = reader.next(record);
  ASSERT_TRUE(incoming.has_value() && incoming->complete);
  EXPECT_EQ(incoming->type, ContentType::change_cipher_spec);
  EXPECT_FALSE(incoming->was_protected);
  EXPECT_EQ(incoming->consumed, 6U);
}

TEST(ChangeCipherSpecRecords, DoNotDisturbTheSequenceNumbers) {
  auto writer = protection();
  auto reader = protected_reader();
  EXPECT_EQ(refusal(reader, sealed(writer, ContentType::handshake, pattern(9))), std::nullopt);
  EXPECT_EQ(refusal(reader, change_cipher_spec(Bytes{1})), std::nullopt);
  EXPECT_EQ(refusal(reader, sealed(writer, ContentType::handshake, pattern(9))), std::nullopt);
}

TEST(ChangeCipherSpecRecords, AreRefusedOutsideTheHandshake) {
  for (const bool is_protected : {false, true}) {
    RecordReader reader;
    if (is_protected) reader.set_protection(protection());
    reader.allow_change_cipher_spec(false);
    EXPECT_EQ(refusal(reader, change_cipher_spec(Bytes{1})), ErrorCode::UnexpectedChangeCipherSpec);
  }
}

TEST(ChangeCipherSpecRecords, AreRefusedWhenMalformed) {
  for (const Bytes& content : {Bytes{0}, Bytes{2}, Bytes{255}, Bytes{1, 1}, Bytes(300, 1)}) {
    auto reader = protected_reader();
    EXPECT_EQ(refusal(reader, change_cipher_spec(content)), ErrorCode::InvalidChangeCipherSpec);
  }
}

TEST(ChangeCipherSpecRecords, AreRefusedUnderProtection) {
  auto writer = protection();
  auto reader = protected_reader();
  EXPECT_EQ(refusal(reader, sealed(writer, ContentType::change_cipher_spec, Bytes{1})),
            ErrorCode::UnexpectedContentType);
}

TEST(OuterContentType, IsApplicationDataUnderProtection) {
  for (int type = 0; type < 256; ++type) {
    if (type == 23) continue;
    auto writer = protection();
    auto reader = protected_reader();
    reader.allow_change_cipher_spec(false);
    Bytes first = sealed(writer, ContentType::handshake, pattern(9));
    ASSERT_EQ(refusal(reader, first), std::nullopt);
    Bytes record = sealed(writer, ContentType::handshake, pattern(9));
    record[0] = static_cast<std::uint8_t>(type);
    // One that says handshake is held to the keys first; the header is part of what they protect.
    const auto wanted = type == 20   ? ErrorCode::UnexpectedChangeCipherSpec
                        : type == 22 ? ErrorCode::BadRecordMac
                                     : ErrorCode::UnexpectedContentType;
    EXPECT_EQ(refusal(reader, record), wanted) << type;
  }
}

TEST(OuterContentType, IsNotApplicationDataWithoutProtection) {
  RecordReader reader;
  EXPECT_EQ(refusal(reader, plaintext_record(ContentType::application_data, pattern(9))),
            ErrorCode::UnexpectedContentType);
}

TEST(OuterContentType, OfPlaintextHandshakeIsRefusedOnceThereAreKeys) {
  auto reader = protected_reader();
  reader.allow_plaintext_alerts(true);
  EXPECT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(9))), ErrorCode::BadRecordMac);
}

TEST(InnerContentType, IsAlertHandshakeOrApplicationData) {
  for (int type = 1; type < 256; ++type) {
    auto writer = protection();
    auto reader = protected_reader();
    const Bytes record = sealed(writer, static_cast<ContentType>(type), pattern(9));
    const bool is_known = type >= 21 && type <= 23;
    EXPECT_EQ(refusal(reader, record), is_known ? std::nullopt : std::optional(ErrorCode::UnexpectedContentType))
        << type;
  }
}

TEST(InnerContentType, IsNeverPaddingAlone) {
  auto reader = protected_reader();
  const auto secret = testing::traffic_secret(testing::suite());
  EXPECT_EQ(refusal(reader, testing::record_around(testing::suite(), secret, 0, Bytes(50, 0))),
            ErrorCode::NoContentType);
}

}  // namespace
}  // namespace keyway::tls
