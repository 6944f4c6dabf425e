// The messages after the hellos, records and alerts: what is theirs alone.

#include <gtest/gtest.h>

#include <array>

#include "tls/wire/expect_error.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/record.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {
namespace {

/// A Certificate with this many entries of one byte.
Bytes certificate_of(std::size_t entries) {
  CertificateMessage message;
  const Bytes cert_data = hex("30");
  message.certificate_list.assign(entries, {cert_data, {}});
  return encode(message);
}

TEST(CertificateMessage, BoundsTheNumberOfEntries) {
  EXPECT_EQ(CertificateMessage::parse(certificate_of(max_certificate_entries))->certificate_list.size(),
            max_certificate_entries);
  expect_error(CertificateMessage::parse(certificate_of(max_certificate_entries + 1)), ErrorCode::LengthOutOfRange,
               "Certificate, certificate_list", AlertDescription::decode_error);
}

TEST(CertificateMessage, RefusesAnEmptyCertificate) {
  expect_error(CertificateMessage::parse(hex("00"
                                             "00000b"
                                             "000001"
                                             "30"
                                             "0000"
                                             "000000"
                                             "0000")),
               ErrorCode::LengthOutOfRange, "Certificate, entry 2, cert_data", AlertDescription::decode_error);
}

TEST(CertificateMessage, RefusesACertificateLongerThanTheList) {
  expect_error(CertificateMessage::parse(hex("00"
                                             "000006"
                                             "000003"
                                             "30"
                                             "0000")),
               ErrorCode::Truncated, "Certificate, entry 1, extensions", AlertDescription::decode_error);
}

TEST(CertificateMessage, RefusesDuplicateExtensionsOfAnEntry) {
  expect_error(CertificateMessage::parse(hex("00"
                                             "00000e"
                                             "000001"
                                             "30"
                                             "0008"
                                             "00050000"
                                             "00050000")),
               ErrorCode::DuplicateExtension, "Certificate, entry 1, extensions", AlertDescription::illegal_parameter);
}

TEST(CertificateVerifyMessage, SignsSpacesContextAndTranscript) {
  const Bytes transcript_hash = hex("0101010101010101010101010101010101010101010101010101010101010101");

  const Bytes content = certificate_verify_content(Side::server, transcript_hash);

  // The example at the end of RFC 8446 4.4.3.
  EXPECT_EQ(content, hex("2020202020202020202020202020202020202020202020202020202020202020"
                         "2020202020202020202020202020202020202020202020202020202020202020"
                         "544c5320312e332c207365727665722043657274696669636174655665726966"
                         "79"
                         "00"
                         "0101010101010101010101010101010101010101010101010101010101010101"));
}

TEST(CertificateVerifyMessage, NamesTheSideThatSigns) {
  const Bytes content = certificate_verify_content(Side::client, {});

  EXPECT_EQ(as_text(ByteView(content).subspan(64)), std::string_view("TLS 1.3, client CertificateVerify\0", 34));
}

TEST(KeyUpdateMessage, RefusesAnUnknownRequest) {
  for (unsigned request = 2; request <= 255; ++request) {
    const Bytes body = {static_cast<std::uint8_t>(request)};
    expect_error(KeyUpdate::parse(body), ErrorCode::InvalidKeyUpdate, "KeyUpdate, request_update",
                 AlertDescription::illegal_parameter);
  }
}

TEST(NewSessionTicketMessage, RefusesAnEmptyTicket) {
  expect_error(NewSessionTicket::parse(hex("00000001"
                                           "00000002"
                                           "00"
                                           "0000"
                                           "0000")),
               ErrorCode::LengthOutOfRange, "NewSessionTicket, ticket", AlertDescription::decode_error);
}

TEST(NewSessionTicketMessage, BoundsItsExtensionsByOneByteLess) {
  Bytes contents = hex("0a0afffb");
  contents.resize(0xffff);
  NewSessionTicket message;
  message.ticket = ByteView(contents).first(1);
  message.extensions = ExtensionBlock::of_own(contents);

  expect_error(NewSessionTicket::parse(encode(message)), ErrorCode::LengthOutOfRange, "NewSessionTicket, extensions",
               AlertDescription::decode_error);
}

TEST(AlertMessage, RefusesALevelThatIsNeither) {
  for (const unsigned level : {0U, 3U, 255U}) {
    const Bytes fragment = {static_cast<std::uint8_t>(level), 0};
    expect_error(Alert::parse(fragment), ErrorCode::InvalidAlert, "Alert, level", AlertDescription::illegal_parameter);
  }
}

TEST(AlertMessage, IsAClosureForTwoDescriptionsAlone) {
  for (unsigned code = 0; code <= 255; ++code) {
    EXPECT_EQ(is_closure(static_cast<AlertDescription>(code)), code == 0 || code == 90) << code;
  }
}

TEST(RecordHeader, StandsInFiveBytes) {
  std::array<std::uint8_t, record_header_size> bytes{};

  RecordHeader{ContentType::handshake, ProtocolVersion::TLS1_0, 0x1234}.write_to(bytes);

  EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), hex("1603011234"));
}

TEST(RecordHeader, ReadsBackWhatItWroteWhateverItIs) {
  SampleMaker maker(3);
  for (int i = 0; i < 300; ++i) {
    const ByteView bytes = maker.bytes(record_header_size, record_header_size);

    std::array<std::uint8_t, record_header_size> written{};
    RecordHeader::parse(bytes).write_to(written);

    EXPECT_TRUE(std::ranges::equal(written, bytes));
  }
}

TEST(HandshakeHeader, HasALengthOfThreeBytes) {
  const HandshakeHeader header = parse_handshake_header(hex("0bfedcba"));

  EXPECT_EQ(header.type, HandshakeType::certificate);
  EXPECT_EQ(header.length, 0xfedcbaU);
}

TEST(HandshakeHeader, IsWrittenBeforeTheMessage) {
  Bytes written;
  Writer out(written);

  write_handshake(out, KeyUpdate{KeyUpdateRequest::update_requested});

  EXPECT_EQ(written, hex("18"
                         "000001"
                         "01"));
}

}  // namespace
}  // namespace keyway::tls::testing
