#include "net/url.hpp"

#include <gtest/gtest.h>

#include "net/mime.hpp"
#include "net/socket.hpp"

namespace keyway::net {
namespace {

TEST(Url, TakesApartWhatPeopleWrite) {
  struct Case {
    std::string text, host, target;
    std::uint16_t port;
  };
  const std::vector<Case> cases{
      {"https://example.org", "example.org", "/", 443},
      {"HTTPS://Example.ORG/", "example.org", "/", 443},
      {"example.org:8443/a/b?c=d#e", "example.org", "/a/b?c=d", 8443},
      {"https://127.0.0.1:1/x y", "127.0.0.1", "/x%20y", 1},
      {"https://[::1]:8443/", "::1", "/", 8443},
      {"https://example.org?q", "example.org", "/?q", 443},
      {"https://example.org/a/../../b/./c/..", "example.org", "/b/", 443},
      {"https://example.org/ü", "example.org", "/%C3%BC", 443},
  };
  for (const Case& expected : cases) {
    const auto url = Url::parse(expected.text);
    ASSERT_TRUE(url) << expected.text << ": " << url.error().message();
    EXPECT_EQ(url->host.to_string(), expected.host);
    EXPECT_EQ(url->target, expected.target);
    EXPECT_EQ(url->port, expected.port);
  }
}

TEST(Url, RefusesWhatIsNone) {
  for (const std::string text :
       {"", "http://example.org/", "https://", "https://user@example.org/", "https://a:0/", "https://a:65536/",
        "https://a:x/", "https://a:/", "https://exa mple.org/", "https://a/\r\nX: y", "ftp://a", "https://1.2.3/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
  EXPECT_FALSE(Url::parse("https://a/" + std::string(10'000, 'a')));
  EXPECT_FALSE(Url::parse(std::string("https://a/\0b", 12)));
}

TEST(Url, ResolvesRedirects) {
  const auto base = Url::parse("https://example.org:8443/a/b?c");
  const auto to = [&](std::string_view location) { return base->resolve(location)->to_string(); };
  EXPECT_EQ(to("/x"), "https://example.org:8443/x");
  EXPECT_EQ(to("x"), "https://example.org:8443/a/x");
  EXPECT_EQ(to("../x"), "https://example.org:8443/x");
  EXPECT_EQ(to("?x"), "https://example.org:8443/a/b?x");
  EXPECT_EQ(to("//other.org/x"), "https://other.org/x");
  EXPECT_EQ(to("https://other.org/x"), "https://other.org/x");
  EXPECT_FALSE(base->resolve("http://other.org/x"));
}

TEST(ResolveOverride, TakesAddressesOfBothKinds) {
  const auto v4 = ResolveOverride::parse("Shop.localhost:8443:127.0.0.1");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->host, "shop.localhost");
  EXPECT_EQ(v4->port, 8443);
  EXPECT_EQ(v4->address.to_string(), "127.0.0.1");
  const auto v6 = ResolveOverride::parse("a:1:[::1]");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->address.to_string(), "::1");
  for (const std::string_view text :
       {"", "a", "a:1", "a:1:", "a:1:b", "a:0:127.0.0.1", "a:x:127.0.0.1", ":1:127.0.0.1"}) {
    EXPECT_FALSE(ResolveOverride::parse(text)) << text;
  }
}

TEST(ConnectTcp, TellsEveryAddressThatItTried) {
  // Port 1 of this machine: nobody listens there.
  const auto connection = connect_tcp(*ServerName::parse("localhost"), 1);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code(), ErrorCode::ConnectFailed);
  EXPECT_NE(connection.error().received().find("127.0.0.1:1"), std::string::npos);
  EXPECT_NE(connection.error().received().find("[::1]:1"), std::string::npos);
  EXPECT_FALSE(connection.error().advice().empty());
}

TEST(ConnectTcp, TellsANameThatDoesNotExist) {
  const auto connection = connect_tcp(*ServerName::parse("does-not-exist.invalid"), 443);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code(), ErrorCode::NameNotResolved);
}

TEST(MediaType, GoesByTheEnding) {
  EXPECT_EQ(media_type_of("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type_of("A.PNG"), "image/png");
  EXPECT_EQ(media_type_of("archive.tar.gz"), "application/gzip");
  EXPECT_EQ(media_type_of("font.woff2"), "font/woff2");
  for (const std::string_view name : {"", "html", ".", "a.", "a.unknown", "a.aaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace keyway::net
