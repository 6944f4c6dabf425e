#include "tls/record/record_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tls/record/record_testing.hpp"

namespace keyway::tls {
namespace {

using testing::copy;
using ::testing::HasSubstr;
using testing::pattern;
using testing::plaintext_record;
using testing::protected_reader;
using testing::protection;
using testing::refusal;
using testing::sealed;

TEST(RecordReaderTest, AsksForTheHeaderThenForTheRest) {
  const Bytes record = plaintext_record(ContentType::handshake, pattern(30));
  for (std::size_t size = 0; size < record.size(); ++size) {
    RecordReader reader;
    Bytes begun(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
    const auto incoming = reader.next(begun);
    ASSERT_TRUE(incoming.has_value()) << size;
    EXPECT_FALSE(incoming->complete);
    EXPECT_EQ(incoming->consumed, 0U);
    EXPECT_EQ(incoming->needed, size < record_header_size ? record_header_size - size : record.size() - size);
    EXPECT_EQ(begun, copy(ByteView(record).first(size)));
  }
}

TEST(RecordReaderTest, TakesOneRecordOffTheFront) {
  RecordReader reader;
  Bytes stream = testing::join({plaintext_record(ContentType::handshake, pattern(30), 0x0301),
                                plaintext_record(ContentType::alert, Bytes{2, 40})});
  const auto first = reader.next(stream);
  ASSERT_TRUE(first.has_value() && first->complete);
  EXPECT_EQ(first->consumed, 35U);
  EXPECT_EQ(first->type, ContentType::handshake);
  EXPECT_FALSE(first->was_protected);
  EXPECT_EQ(copy(first->content), pattern(30));
  const auto second = reader.next(ByteSpan(stream).subspan(35));
  ASSERT_TRUE(second.has_value() && second->complete);
  EXPECT_EQ(second->type, ContentType::alert);
}

TEST(RecordReaderTest, DecryptsInTheCallersBuffer) {
  auto writer = protection();
  auto reader = protected_reader();
  Bytes record = sealed(writer, ContentType::application_data, pattern(100), 9);
  const auto incoming = reader.next(record);
  ASSERT_TRUE(incoming.has_value() && incoming->complete);
  EXPECT_TRUE(incoming->was_protected);
  EXPECT_EQ(incoming->consumed, record.size());
  EXPECT_EQ(incoming->content.data(), record.data() + record_header_size);
  EXPECT_EQ(copy(incoming->content), pattern(100));
}

TEST(RecordReaderTest, IgnoresTheVersionsThatStartWith3) {
  for (std::uint16_t version = 0x0300; version <= 0x03ff; ++version) {
    RecordReader reader;
    EXPECT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(4), version)), std::nullopt) << version;
  }
}

TEST(RecordReaderTest, BoundsPlaintextByItsHeaderAlone) {
  RecordReader takes;
  EXPECT_EQ(refusal(takes, Bytes{22, 3, 3, 0x40, 0x00}), std::nullopt);
  RecordReader reader;
  EXPECT_EQ(refusal(reader, Bytes{22, 3, 3, 0x40, 0x01}), ErrorCode::RecordTooLong);
}

TEST(RecordReaderTest, BoundsCiphertextByItsHeaderAlone) {
  auto reader = protected_reader();
  EXPECT_EQ(refusal(reader, Bytes{23, 3, 3, 0x41, 0x00}), std::nullopt);
  EXPECT_EQ(refusal(reader, Bytes{23, 3, 3, 0x41, 0x01}), ErrorCode::RecordTooLong);
}

TEST(RecordReaderTest, RefusesEmptyRecordsThatMayNotBeEmpty) {
  for (const auto type : {ContentType::handshake, ContentType::alert, ContentType::change_cipher_spec}) {
    RecordReader reader;
    EXPECT_EQ(refusal(reader, plaintext_record(type, {})), ErrorCode::EmptyRecord) << to_string(type);
  }
  for (const auto type : {ContentType::handshake, ContentType::alert}) {
    auto writer = protection();
    auto reader = protected_reader();
    EXPECT_EQ(refusal(reader, sealed(writer, type, {}, 3)), ErrorCode::EmptyRecord) << to_string(type);
  }
}

TEST(RecordReaderTest, RefusesAnotherMajorVersionLaterOn) {
  RecordReader reader;
  ASSERT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(4))), std::nullopt);
  EXPECT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(4), 0x0403)),
            ErrorCode::InvalidRecordHeader);
}

TEST(RecordReaderTest, RefusesUnknownTypesLaterOn) {
  RecordReader reader;
  ASSERT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(4))), std::nullopt);
  for (const int type : {0, 19, 24, 128, 255}) {
    EXPECT_EQ(refusal(reader, plaintext_record(static_cast<ContentType>(type), pattern(4))),
              ErrorCode::UnexpectedContentType);
  }
}

struct Stranger {
  std::string_view name;
  Bytes bytes;
  std::string_view hint;
};

Bytes text(std::string_view from) {
  return copy(as_bytes(from));
}

TEST(RecordReaderTest, TellsWhatIsNotTls) {
  const std::vector<Stranger> strangers{
      {"HTTP request", text("GET / HTTP/1.1\r\n"), "HTTP request"},
      {"HTTP answer", text("HTTP/1.1 400 Bad Request"), "HTTP answer"},
      {"HTTP/2", text("PRI * HTTP/2.0"), "HTTP/2"},
      {"SSH", text("SSH-2.0-OpenSSH_9.2"), "SSH"},
      {"SMTP", text("220 mail.example ESMTP"), "SMTP"},
      {"IMAP", text("* OK IMAP4rev1"), "IMAP"},
      {"PROXY", text("PROXY TCP4 1.2.3.4"), "PROXY protocol"},
      {"SSLv2 hello", Bytes{0x80, 0x2e, 1, 0, 2, 0, 0x15}, "SSLv2"},
      {"SSLv2 hello for 3.0", Bytes{0x80, 0x2e, 1, 3, 0, 0, 0x15}, "SSLv2"},
      {"zeros", Bytes(20, 0), "00 00 00 00 00"},
      {"a handshake of TLS 4", Bytes{22, 4, 0, 0, 5, 1, 2, 3}, "16 04 00 00 05"},
  };
  for (const Stranger& stranger : strangers) {
    RecordReader reader;
    Bytes bytes = stranger.bytes;
    const auto refused = reader.next(bytes);
    ASSERT_FALSE(refused.has_value()) << stranger.name;
    EXPECT_EQ(refused.error().code(), ErrorCode::NotTls) << stranger.name;
    EXPECT_THAT(refused.error().message(), HasSubstr(stranger.hint));
  }
}

TEST(RecordReaderTest, TakesNoGuessesOnceTlsWasSpoken) {
  RecordReader reader;
  ASSERT_EQ(refusal(reader, plaintext_record(ContentType::handshake, pattern(4))), std::nullopt);
  EXPECT_EQ(refusal(reader, text("GET / HTTP/1.1\r\n")), ErrorCode::UnexpectedContentType);
}

TEST(RecordReaderTest, RefusesEveryFlippedBitOfARecord) {
  auto writer = protection();
  const Bytes record = sealed(writer, ContentType::application_data, pattern(20), 4);
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    auto reader = protected_reader();
    reader.allow_change_cipher_spec(false);
    Bytes altered = record;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto incoming = reader.next(altered);
    const bool waits_for_more = incoming.has_value() && !incoming->complete;
    const bool is_length = bit / 8 == 3 || bit / 8 == 4;
    EXPECT_TRUE(!incoming.has_value() || (is_length && waits_for_more)) << bit;
  }
}

TEST(RecordReaderTest, TakesAPlaintextAlertOnlyWhereItIsAllowed) {
  auto reader = protected_reader();
  const Bytes alert = plaintext_record(ContentType::alert, Bytes{2, 40});
  EXPECT_EQ(refusal(reader, alert), ErrorCode::UnexpectedContentType);
  reader.allow_plaintext_alerts(true);
  Bytes again = alert;
  const auto incoming = reader.next(again);
  ASSERT_TRUE(incoming.has_value() && incoming->complete);
  EXPECT_FALSE(incoming->was_protected);
  EXPECT_EQ(copy(incoming->content), (Bytes{2, 40}));
}

TEST(RecordReaderTest, TakesEmptyApplicationData) {
  auto writer = protection();
  auto reader = protected_reader();
  Bytes record = sealed(writer, ContentType::application_data, {});
  const auto incoming = reader.next(record);
  ASSERT_TRUE(incoming.has_value() && incoming->complete);
  EXPECT_TRUE(incoming->content.empty());
}

TEST(RecordReaderTest, GoesOnUnderNewKeys) {
  auto reader = protected_reader(testing::suite(), 7);
  auto old_keys = protection(testing::suite(), 7);
  auto new_keys = protection(testing::suite(), 8);
  ASSERT_EQ(refusal(reader, sealed(old_keys, ContentType::application_data, pattern(5))), std::nullopt);
  reader.set_protection(protection(testing::suite(), 8));
  EXPECT_EQ(refusal(reader, sealed(new_keys, ContentType::application_data, pattern(5))), std::nullopt);
  EXPECT_EQ(refusal(reader, sealed(old_keys, ContentType::application_data, pattern(5))), ErrorCode::BadRecordMac);
}

}  // namespace
}  // namespace keyway::tls
