// The extensions: what is theirs alone. What holds for every codec stands in codec_test.cpp.

#include <gtest/gtest.h>

#include "tls/wire/expect_error.hpp"
#include "tls/wire/extensions/alpn.hpp"
#include "tls/wire/extensions/key_share.hpp"
#include "tls/wire/extensions/server_name.hpp"
#include "tls/wire/extensions/supported_versions.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {
namespace {

TEST(ServerNameExtension, WritesTheListOfRfc6066) {
  EXPECT_EQ(encode(ServerNameExtension{as_bytes("a.b")}), hex("0006"
                                                              "00"
                                                              "0003"
                                                              "612e62"));
}

TEST(ServerNameExtension, RefusesAnEmptyName) {
  expect_error(ServerNameExtension::parse(hex("0003"
                                              "00"
                                              "0000")),
               ErrorCode::LengthOutOfRange, "extension server_name, host_name", AlertDescription::decode_error);
}

TEST(ServerNameExtension, RefusesAnEmptyList) {
  expect_error(ServerNameExtension::parse(hex("0000")), ErrorCode::InvalidServerNameExtension,
               "extension server_name, server_name_list", AlertDescription::decode_error);
}

TEST(ServerNameExtension, RefusesTwoHostNames) {
  expect_error(ServerNameExtension::parse(hex("0008"
                                              "00000161"
                                              "00000162")),
               ErrorCode::InvalidServerNameExtension, "extension server_name, server_name_list",
               AlertDescription::illegal_parameter);
}

TEST(ServerNameExtension, RefusesAnotherTypeOfName) {
  expect_error(ServerNameExtension::parse(hex("0004"
                                              "01000161")),
               ErrorCode::InvalidServerNameExtension, "extension server_name, name_type",
               AlertDescription::illegal_parameter);
}

TEST(ServerNameExtension, HandsOnANulByteForThePolicyToJudge) {
  const Bytes body =
      hex("0006"
          "000003"
          "610062");

  const auto extension = ServerNameExtension::parse(body);

  ASSERT_TRUE(extension.has_value());
  EXPECT_EQ(extension->host_name.size(), 3U);
}

TEST(AlpnExtension, ListsTheNamesInOrder) {
  const Bytes body =
      hex("000c"
          "026832"
          "08687474702f312e31");
  const auto extension = AlpnExtension::parse(body);
  ASSERT_TRUE(extension.has_value());

  std::vector<std::string> names;
  extension->for_each([&](ByteView name) { names.emplace_back(as_text(name)); });

  EXPECT_EQ(names, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(extension->only(), std::nullopt);
}

TEST(AlpnExtension, TellsTheOneNameOfAnAnswer) {
  const Bytes body =
      hex("0003"
          "026832");

  const auto extension = AlpnExtension::parse(body);

  ASSERT_TRUE(extension.has_value());
  ASSERT_TRUE(extension->only().has_value());
  EXPECT_EQ(as_text(*extension->only()), "h2");
  EXPECT_FALSE(AlpnExtension().only().has_value());
}

TEST(AlpnExtension, RefusesAnEmptyNameAndAnEmptyList) {
  expect_error(AlpnExtension::parse(hex("0004"
                                        "026832"
                                        "00")),
               ErrorCode::LengthOutOfRange, "extension application_layer_protocol_negotiation, protocol_name_list",
               AlertDescription::decode_error);
  expect_error(AlpnExtension::parse(hex("0000")), ErrorCode::ListEmpty,
               "extension application_layer_protocol_negotiation, protocol_name_list", AlertDescription::decode_error);
}

TEST(AlpnExtension, RefusesANameLongerThanTheList) {
  expect_error(AlpnExtension::parse(hex("0003"
                                        "036832")),
               ErrorCode::Truncated, "extension application_layer_protocol_negotiation, protocol_name_list",
               AlertDescription::decode_error);
}

TEST(KeyShareExtension, MayBeEmptyToAskForARetry) {
  EXPECT_TRUE(KeyShareClientHello::parse(hex("0000")).has_value());
}

TEST(KeyShareExtension, RefusesTwoSharesForOneGroup) {
  expect_error(KeyShareClientHello::parse(hex("000a"
                                              "001d0001aa"
                                              "001d0001bb")),
               ErrorCode::KeyShareMismatch, "extension key_share, client_shares", AlertDescription::illegal_parameter);
  expect_error(KeyShareClientHello::parse(hex("000f"
                                              "11ec0001aa"
                                              "001d0001aa"
                                              "11ec0001bb")),
               ErrorCode::KeyShareMismatch, "extension key_share, client_shares", AlertDescription::illegal_parameter);
}

TEST(KeyShareExtension, RefusesAnEmptyShare) {
  expect_error(KeyShareClientHello::parse(hex("0004"
                                              "001d0000")),
               ErrorCode::LengthOutOfRange, "extension key_share, client_shares", AlertDescription::decode_error);
  expect_error(KeyShareServerHello::parse(hex("001d0000")), ErrorCode::LengthOutOfRange,
               "extension key_share, key_exchange", AlertDescription::decode_error);
}

TEST(SupportedVersionsExtension, RefusesAListThatIsEmptyOrUneven) {
  expect_error(SupportedVersionsExtension::parse(hex("00")), ErrorCode::ListEmpty,
               "extension supported_versions, versions", AlertDescription::decode_error);
  expect_error(SupportedVersionsExtension::parse(hex("03030403")), ErrorCode::ListMisaligned,
               "extension supported_versions, versions", AlertDescription::decode_error);
}

TEST(WireList, DecodesItsEntriesInOrder) {
  const Bytes bytes = hex("130113022a2a");
  const WireList<CipherSuite> list{bytes};

  const std::vector<CipherSuite> entries(list.begin(), list.end());

  EXPECT_EQ(entries, (std::vector{CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                  static_cast<CipherSuite>(0x2a2a)}));
  EXPECT_EQ(list.size(), 3U);
  EXPECT_TRUE(list.contains(CipherSuite::TLS_AES_256_GCM_SHA384));
  // The bytes of neighbours don't make an entry.
  EXPECT_FALSE(list.contains(static_cast<CipherSuite>(0x0113)));
}

TEST(WireList, OfBytesHasAnEntryForEach) {
  const Bytes bytes = hex("000140");
  const WireList<CompressionMethod> list{bytes};

  EXPECT_EQ(list.size(), 3U);
  EXPECT_TRUE(list.contains(CompressionMethod::LZS));
  EXPECT_TRUE(WireList<CompressionMethod>().empty());
}

}  // namespace
}  // namespace keyway::tls::testing
