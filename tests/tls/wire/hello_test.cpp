// ClientHello and ServerHello: what is theirs alone. What holds for every codec stands in codec_test.cpp.

#include <gtest/gtest.h>

#include "tls/wire/client_hello.hpp"
#include "tls/wire/expect_error.hpp"
#include "tls/wire/sample_messages.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::testing {
namespace {

constexpr std::string_view random_in_hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A ClientHello around these parts, each in hexadecimal with its length.
Bytes client_hello_of(std::string_view session_id, std::string_view suites, std::string_view methods,
                      std::string_view extensions) {
  std::string text = "0303";
  for (const std::string_view part : {random_in_hex, session_id, suites, methods, extensions}) text += part;
  return hex(text);
}

Bytes server_hello_of(std::string_view session_id, std::string_view extensions) {
  std::string text = "0303";
  for (const std::string_view part : {random_in_hex, session_id, std::string_view("130100"), extensions}) text += part;
  return hex(text);
}

/// A list of `size` zero bytes in hexadecimal, after `length`.
std::string zeros(std::string_view length, std::size_t size) {
  return std::string(length) + std::string(2 * size, '0');
}

TEST(ClientHelloMessage, TakesAHelloWithoutExtensions) {
  const Bytes body = client_hello_of("00", "00021301", "0100", "");

  const auto hello = ClientHello::parse(body);

  ASSERT_TRUE(hello.has_value());
  EXPECT_FALSE(hello->has_extensions);
  EXPECT_EQ(encode(*hello), body);
}

TEST(ClientHelloMessage, TellsAnEmptyBlockFromNone) {
  const Bytes body = client_hello_of("00", "00021301", "0100", "0000");

  const auto hello = ClientHello::parse(body);

  ASSERT_TRUE(hello.has_value());
  EXPECT_TRUE(hello->has_extensions);
  EXPECT_EQ(encode(*hello), body);
}

TEST(ClientHelloMessage, BoundsTheSessionId) {
  EXPECT_TRUE(ClientHello::parse(client_hello_of(zeros("20", 32), "00021301", "0100", "")).has_value());
  expect_error(ClientHello::parse(client_hello_of(zeros("21", 33), "00021301", "0100", "")),
               ErrorCode::LengthOutOfRange, "ClientHello, legacy_session_id", AlertDescription::decode_error);
}

TEST(ClientHelloMessage, RefusesCipherSuitesThatAreNoList) {
  expect_error(ClientHello::parse(client_hello_of("00", "0000", "0100", "")), ErrorCode::ListEmpty,
               "ClientHello, cipher_suites", AlertDescription::decode_error);
  expect_error(ClientHello::parse(client_hello_of("00", "0003130113", "0100", "")), ErrorCode::ListMisaligned,
               "ClientHello, cipher_suites", AlertDescription::decode_error);
}

TEST(ClientHelloMessage, TakesTheLongestListOfCipherSuites) {
  EXPECT_TRUE(ClientHello::parse(client_hello_of("00", zeros("fffe", 0xfffe), "0100", "")).has_value());
}

TEST(ClientHelloMessage, RefusesAnEmptyListOfCompressionMethods) {
  expect_error(ClientHello::parse(client_hello_of("00", "00021301", "00", "")), ErrorCode::ListEmpty,
               "ClientHello, legacy_compression_methods", AlertDescription::decode_error);
}

TEST(ClientHelloMessage, WantsPreSharedKeyLast) {
  EXPECT_TRUE(ClientHello::parse(client_hello_of("00", "00021301", "0100",
                                                 "0008"
                                                 "00000000"
                                                 "00290000"))
                  .has_value());
  expect_error(ClientHello::parse(client_hello_of("00", "00021301", "0100",
                                                  "0008"
                                                  "00290000"
                                                  "00000000")),
               ErrorCode::PreSharedKeyNotLast, "ClientHello, extensions", AlertDescription::illegal_parameter);
}

TEST(ClientHelloMessage, RefusesDuplicateExtensions) {
  expect_error(ClientHello::parse(client_hello_of("00", "00021301", "0100",
                                                  "0008"
                                                  "00170000"
                                                  "00170000")),
               ErrorCode::DuplicateExtension, "ClientHello, extensions", AlertDescription::decode_error);
}

TEST(ClientHelloMessage, KeepsGreaseInEveryList) {
  const Bytes body = client_hello_of("00", "00042a2a1301", "0100",
                                     "0011"
                                     "4a4a000100"
                                     "000a00080006"
                                     "8a8a001d0017");

  const auto hello = ClientHello::parse(body);

  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(encode(*hello), body);
  EXPECT_TRUE(hello->cipher_suites.contains(static_cast<CipherSuite>(0x2a2a)));
  EXPECT_TRUE(hello->extensions.has(static_cast<ExtensionType>(0x4a4a)));
  const auto extensions = ClientHelloExtensions::parse(hello->extensions);
  ASSERT_TRUE(extensions.has_value());
  EXPECT_TRUE(extensions->supported_groups->named_group_list.contains(static_cast<NamedGroup>(0x8a8a)));
}

TEST(ClientHelloExtensions, NamesTheExtensionThatIsMalformed) {
  struct Case {
    std::string_view extension;
    ErrorCode code;
    std::string_view where;
  };
  const Case cases[] = {
      {"0033"
       "0006"
       "0005001d0002aa",
       ErrorCode::Truncated, "ClientHello, extension key_share, client_shares"},
      {"0033"
       "0006"
       "0004001d0000",
       ErrorCode::LengthOutOfRange, "ClientHello, extension key_share, client_shares"},
      {"002b"
       "0001"
       "00",
       ErrorCode::ListEmpty, "ClientHello, extension supported_versions, versions"},
      {"000a"
       "0003"
       "000117",
       ErrorCode::ListMisaligned, "ClientHello, extension supported_groups"},
      {"000d"
       "0000"
       "",
       ErrorCode::Truncated, "ClientHello, extension signature_algorithms"},
      {"0032"
       "0002"
       "0000",
       ErrorCode::ListEmpty, "ClientHello, extension signature_algorithms_cert"},
      {"0010"
       "0003"
       "000100",
       ErrorCode::LengthOutOfRange,
       "ClientHello, extension application_layer_protocol_negotiation, protocol_name_list"},
      {"002c"
       "0002"
       "0000",
       ErrorCode::LengthOutOfRange, "ClientHello, extension cookie"},
      {"0000"
       "0000"
       "",
       ErrorCode::Truncated, "ClientHello, extension server_name"},
  };
  for (const Case& one : cases) {
    // The length is worked out here, so that the cases may state the body alone.
    const Bytes type = hex(one.extension.substr(0, 4));
    const Bytes body = hex(one.extension.substr(8));
    Bytes contents = type;
    Writer out(contents);
    out.vector16(body);

    const auto extensions = ClientHelloExtensions::parse(ExtensionBlock::of_own(contents));

    SCOPED_TRACE(one.where);
    expect_error(extensions, one.code, one.where, AlertDescription::decode_error);
  }
}

TEST(ServerHelloMessage, TakesAHelloWithoutExtensions) {
  const Bytes body = server_hello_of("00", "");

  const auto hello = ServerHello::parse(body);

  ASSERT_TRUE(hello.has_value());
  EXPECT_FALSE(hello->has_extensions);
  EXPECT_EQ(encode(*hello), body);
}

TEST(ServerHelloMessage, BoundsTheSessionId) {
  EXPECT_TRUE(ServerHello::parse(server_hello_of(zeros("20", 32), "0000")).has_value());
  expect_error(ServerHello::parse(server_hello_of(zeros("21", 33), "0000")), ErrorCode::LengthOutOfRange,
               "ServerHello, legacy_session_id_echo", AlertDescription::decode_error);
}

TEST(ServerHelloMessage, IsARetryWhenItsRandomSaysSo) {
  ServerHello hello;
  EXPECT_FALSE(hello.is_hello_retry_request());

  // RFC 8446 4.1.3
  const Bytes special = hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  std::ranges::copy(special, hello.random.begin());

  EXPECT_TRUE(hello.is_hello_retry_request());
}

TEST(ServerHelloMessage, SelectsTheVersionOfTheExtension) {
  const Bytes with = server_hello_of("00",
                                     "0006"
                                     "002b00020304");
  const Bytes without = server_hello_of("00", "0000");
  const Bytes malformed = server_hello_of("00",
                                          "0007"
                                          "002b0003020304");

  EXPECT_EQ(selected_version(ServerHello::parse(with).value()).value(), ProtocolVersion::TLS1_3);
  EXPECT_EQ(selected_version(ServerHello::parse(without).value()).value(), ProtocolVersion::TLS1_2);
  expect_error(selected_version(ServerHello::parse(malformed).value()), ErrorCode::TrailingData,
               "ServerHello, extension supported_versions", AlertDescription::decode_error);
}

TEST(DowngradeSentinel, StandsInTheLastEightBytes) {
  SampleMaker maker(7);
  HelloRandom random{};
  std::ranges::copy(maker.bytes(32, 32), random.begin());
  const HelloRandom before = random;
  EXPECT_EQ(downgrade_sentinel(random), DowngradeSentinel::none);

  set_downgrade_sentinel(random, DowngradeSentinel::none);
  EXPECT_EQ(random, before);
  set_downgrade_sentinel(random, DowngradeSentinel::tls12);
  EXPECT_EQ(downgrade_sentinel(random), DowngradeSentinel::tls12);
  EXPECT_EQ(Bytes(random.begin() + 24, random.end()), hex("444f574e47524401"));
  set_downgrade_sentinel(random, DowngradeSentinel::tls11_or_below);
  EXPECT_EQ(downgrade_sentinel(random), DowngradeSentinel::tls11_or_below);
  EXPECT_EQ(Bytes(random.begin() + 24, random.end()), hex("444f574e47524400"));

  EXPECT_TRUE(std::equal(before.begin(), before.begin() + 24, random.begin()));
}

}  // namespace
}  // namespace keyway::tls::testing
