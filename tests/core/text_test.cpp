#include "core/text.hpp"

#include <gtest/gtest.h>

namespace keyway {
namespace {

Bytes bytes_of(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

TEST(Hex, RoundTripsEveryByte) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(from_hex(to_hex(all)).value(), all);
  EXPECT_EQ(to_hex(Bytes{0x09, 0xaf, 0xf0}), "09aff0");
  EXPECT_EQ(to_hex(Bytes{1, 2, 3}, ":"), "01:02:03");
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(from_hex("aBCd").value(), (Bytes{0xab, 0xcd}));
}

TEST(Hex, RefusesEveryOtherCharacter) {
  for (int c = 0; c < 256; ++c) {
    const std::string text{'0', static_cast<char>(c)};
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    EXPECT_EQ(from_hex(text).has_value(), digit) << c;
  }
  EXPECT_EQ(from_hex("abc").error().code(), ErrorCode::InvalidHex);
  EXPECT_EQ(from_hex("0011zz").error().where(), "character 5");
}

/// RFC 4648 10.
TEST(Base64, AgreesWithRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    EXPECT_EQ(from_base64(encoded).value(), bytes_of(plain));
  }
}

TEST(Base64, RoundTripsEveryByte) {
  Bytes all;
  for (int i = 0; i < 256; ++i) {
    all.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(from_base64(to_base64(all)).value(), all);
  }
  EXPECT_EQ(to_base64(Bytes{0xfb, 0xff, 0xbf}), "+/+/");
}

TEST(Base64, PassesOverWhiteSpaceAndNothingElse) {
  EXPECT_EQ(from_base64(" Z\tm\r\n9 v\n").value(), bytes_of("foo"));
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Zg==Zg==", "Z===", "====", "=", "Zm9", "Zh==", "Zm9=", "Zm-v", "Zm9v!",
                          "Z=g=", "Zm9vZ"}) {
    const auto decoded = from_base64(bad);
    ASSERT_FALSE(decoded) << bad;
    EXPECT_EQ(decoded.error().code(), ErrorCode::InvalidBase64);
  }
}

TEST(Base64, RefusesEveryCharacterOutsideTheAlphabet) {
  for (int c = 0; c < 256; ++c) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    const bool digit =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    // In the middle of a group even the padding is out of place.
    const std::string text = std::string("AA") + static_cast<char>(c) + (space ? "AA" : "A");
    EXPECT_EQ(from_base64(text).has_value(), space || digit) << c;
  }
}

TEST(Pem, RoundTripsInLinesOf64) {
  const Bytes data(100, 0xa5);
  const std::string text = to_pem("CERTIFICATE", data);
  EXPECT_TRUE(text.starts_with("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_TRUE(text.ends_with("\n-----END CERTIFICATE-----\n"));
  EXPECT_EQ(text.find('\n', 28) - 28, 64U);
  const auto blocks = parse_pem(text).value();
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].label, "CERTIFICATE");
  EXPECT_EQ(blocks[0].data, data);
}

TEST(Pem, TakesSeveralBlocksWithTextBetweenAndAnyLineEnds) {
  const auto blocks = parse_pem(
      "\xef\xbb\xbfSubject: CN=somebody\r\n-----BEGIN A-----\r\nZm9v\r\n-----END A-----\r\n\r\nmore text\n"
      "  -----BEGIN PRIVATE KEY-----  \n  Zm9v\n  YmFy\n-----END PRIVATE KEY-----");
  ASSERT_TRUE(blocks) << blocks.error().message();
  ASSERT_EQ(blocks->size(), 2U);
  EXPECT_EQ((*blocks)[0].data, bytes_of("foo"));
  EXPECT_EQ((*blocks)[1].label, "PRIVATE KEY");
  EXPECT_EQ((*blocks)[1].data, bytes_of("foobar"));
}

TEST(Pem, WithoutABlockIsEmptyAndNoError) {
  EXPECT_TRUE(parse_pem("").value().empty());
  EXPECT_TRUE(parse_pem("no PEM here\n").value().empty());
}

TEST(Pem, TellsTheLineOfWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"-----BEGIN A-----\nZm9v\n", "line 2"},
      {"x\n-----BEGIN A-----\nZm9v\n-----END B-----\n", "line 4"},
      {"-----BEGIN A----\nZm9v\n-----END A-----\n", "line 1"},
      {"-----BEGIN A-----\n-----BEGIN A-----\n", "line 2"},
      {"-----END A-----\n", "line 1"},
      {"-----BEGIN A-----\nName: value\n\nZm9v\n-----END A-----\n", "line 2"},
      {"-----BEGIN -----\n-----END -----\n", "line 1"},
  };
  for (const auto& [text, line] : cases) {
    const auto blocks = parse_pem(text);
    ASSERT_FALSE(blocks) << text;
    EXPECT_EQ(blocks.error().code(), ErrorCode::InvalidPem);
    EXPECT_EQ(blocks.error().where(), line) << text;
  }
  const auto garbage = parse_pem("-----BEGIN A-----\n!!!!\n-----END A-----\n");
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code(), ErrorCode::InvalidPem);
}

TEST(Pem, TellsThatAnOldStyleKeyIsEncrypted) {
  const auto blocks = parse_pem("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nZm9v\n");
  ASSERT_FALSE(blocks);
  EXPECT_EQ(blocks.error().code(), ErrorCode::EncryptedKey);
  EXPECT_FALSE(blocks.error().advice().empty());
}

TEST(Printable, LeavesTextAloneAndShowsWhatIsNone) {
  EXPECT_EQ(printable("plain text, Zürich, 漢字, 🔑"), "plain text, Zürich, 漢字, 🔑");
  EXPECT_EQ(printable(std::string_view("a\0b\n\t\x1b[31m\x7f", 11)), "a\\x00b\\x0a\\x09\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xff\xc3(\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80"),
            "\\xff\\xc3(\\xc0\\x80\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xc3"), "\\xc3") << "a character that is cut off";
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "a control character of C1 starts terminal commands, too";
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "turns the direction of what follows";
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdef", 5), "abcde…");
  EXPECT_EQ(printable("abüd", 3), "ab…");
  EXPECT_EQ(printable("\n\n", 5), "\\x0a…");
}

}  // namespace
}  // namespace keyway
