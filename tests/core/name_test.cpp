#include <keyway/name.hpp>

#include <string>

#include <gtest/gtest.h>

#include "testing/vectors.hpp"

namespace keyway {
namespace {

std::string normal(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "none";
}

TEST(IpAddress, ReadsAndWritesIpv4) {
  EXPECT_EQ(normal("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(normal("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(IpAddress::parse("1.2.3.4")->bytes().size(), 4U);
  for (const char* bad : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1..3.4", "1.2.3.", ".1.2.3",
                          "1.2.3.4 ", "1.2.3.-4", "0x1.2.3.4", "1.2.3.1000"}) {
    EXPECT_EQ(normal(bad), "none") << bad;
  }
}

/// The right-hand side is the form of RFC 5952.
TEST(IpAddress, ReadsAndWritesIpv6) {
  const std::pair<const char*, const char*> cases[] = {
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"::ffff:192.0.2.1", "::ffff:c000:201"},
      {"0:0:0:0:0:0:13.1.68.3", "::d01:4403"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(normal(text), expected) << text;
  for (const char* bad :
       {":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:8::", "::1%eth0",
        "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4::", "1:", ":1", "1:2:3:4::5:6:7:8", "::1.2.3.4:5"}) {
    EXPECT_EQ(normal(bad), "none") << bad;
  }
}

TEST(IpAddress, ComesFromItsBytesAlone) {
  EXPECT_EQ(IpAddress::from_bytes(testing::hex("7f000001")), IpAddress::parse("127.0.0.1"));
  EXPECT_EQ(IpAddress::from_bytes(testing::hex("00000000000000000000000000000001")), IpAddress::parse("::1"));
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 3, 5, 15, 17})
    EXPECT_FALSE(IpAddress::from_bytes(Bytes(size)));
  EXPECT_NE(IpAddress::parse("0.0.0.0"), IpAddress::parse("::"));
}

TEST(ServerName, KeepsHostNamesInLowerCaseWithoutTheLastDot) {
  for (const char* text : {"Shop.Example.COM", "shop.example.com."}) {
    const auto name = ServerName::parse(text);
    ASSERT_TRUE(name) << text;
    EXPECT_TRUE(name->is_dns());
    EXPECT_EQ(name->dns(), "shop.example.com");
    EXPECT_EQ(name->ip(), nullptr);
  }
  for (const char* good :
       {"localhost", "a", "xn--bcher-kva.example", "_dmarc.example.com", "1.example", "a-b.c", "123abc", "3com.com"}) {
    EXPECT_TRUE(ServerName::parse(good)) << good;
  }
  EXPECT_EQ(ServerName::parse("A.b").value(), ServerName::parse("a.B").value());
}

TEST(ServerName, KnowsAddresses) {
  EXPECT_EQ(*ServerName::parse("127.0.0.1")->ip(), *IpAddress::parse("127.0.0.1"));
  EXPECT_EQ(ServerName::parse("[::1]")->to_string(), "::1");
  EXPECT_EQ(ServerName::parse("::1")->dns(), "");
}

TEST(ServerName, HoldsTheLimitsOfLength) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_TRUE(ServerName::parse(longest));
  EXPECT_TRUE(ServerName::parse(longest + "."));
  EXPECT_FALSE(ServerName::parse(longest + "b"));
  EXPECT_FALSE(ServerName::parse(label + "a"));
}

TEST(ServerName, KeepsOtherLettersInTheirAsciiForm) {
  EXPECT_EQ(ServerName::parse("Bücher.example").value().dns(), "xn--bcher-kva.example");
  EXPECT_EQ(ServerName::parse("faß.example").value().dns(), "xn--fa-hia.example");  // UTS 46, not transitional
  EXPECT_EQ(ServerName::parse("例え。テスト").value().dns(), "xn--r8jz45g.xn--zckzah");
}

TEST(EmailAddress, KeepsTheCaseBeforeTheAtAlone) {
  const auto address = EmailAddress::parse("Alice.Smith+x@Example.COM").value();

  EXPECT_EQ(address.local(), "Alice.Smith+x");
  EXPECT_EQ(address.host(), "example.com");
  EXPECT_EQ(address.to_string(), "Alice.Smith+x@example.com");
}

TEST(EmailAddress, RefusesWhatIsNone) {
  for (const std::string_view bad :
       {"", "alice", "@example.com", "alice@", "alice@bob@example.com", "a..b@example.com", ".a@example.com",
        "a b@example.com", "\"a\"@example.com", "alice@[192.0.2.1]", "alice@192.0.2.1"}) {
    EXPECT_FALSE(EmailAddress::parse(bad)) << bad;
  }
}

TEST(ServerName, RefusesWhatIsNoneAndSaysWhatToDo) {
  for (const std::string bad : {"",
                                ".",
                                "..",
                                "a..b",
                                ".a",
                                "a b",
                                "-a.com",
                                "a-.com",
                                "https://a.com",
                                "a.com:443",
                                "a.com/",
                                "b\xff\xfe.example",
                                "*.example.com",
                                "1.2.3.4.5",
                                "300.1.1.1",
                                "1.2.3",
                                "example.123",
                                "example.0x7f",
                                "[1.2.3.4]",
                                "[a]",
                                "[",
                                "a@b",
                                "::1%lo",
                                "a.com\n",
                                "a..",
                                "%00.com"}) {
    const auto name = ServerName::parse(bad);
    ASSERT_FALSE(name) << bad;
    EXPECT_EQ(name.error().code(), ErrorCode::InvalidServerName);
    EXPECT_FALSE(name.error().advice().empty());
  }
  EXPECT_FALSE(ServerName::parse(std::string_view("a\0b.com", 7)));
}

}  // namespace
}  // namespace keyway
