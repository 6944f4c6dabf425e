#include "net/site.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/site_folder.hpp"

namespace keyway::net {
namespace {

class AnsweringSite : public ::testing::Test {
 protected:
  testing::SiteFolder folder;
  Site site = *Site::open(folder.path());

  [[nodiscard]] SiteAnswer get(std::string_view target) const {
    return site.answer({.method = "GET", .target = target});
  }
  [[nodiscard]] static std::string body(SiteAnswer& answer) {
    if (answer.file.fd() < 0) return answer.text;
    Bytes bytes(answer.size);
    const auto count = answer.read_file(bytes);
    return count ? std::string(as_text(ByteView(bytes).first(*count))) : "";
  }
  [[nodiscard]] static std::string field(const SiteAnswer& answer, std::string_view name) {
    const auto found = std::ranges::find(answer.fields, name, [](const auto& entry) { return entry.first; });
    return found == answer.fields.end() ? "" : found->second;
  }
};

TEST_F(AnsweringSite, GivesFilesWithTheirType) {
  SiteAnswer answer = get("/page.txt?query");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(field(answer, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.size, 10U);
  EXPECT_EQ(body(answer), "0123456789");
  EXPECT_EQ(get("/p%61ge.txt").status, 200U);
  EXPECT_EQ(get("//./page.txt").status, 200U);
  EXPECT_EQ(get("/alias.txt").status, 200U);
}

TEST_F(AnsweringSite, NeverLeavesTheFolder) {
  for (const std::string_view target : {"/../secret.txt",
                                        "/..%2fsecret.txt",
                                        "/%2e%2e/secret.txt",
                                        "/%2E%2E%2Fsecret.txt",
                                        "/sub/../../secret.txt",
                                        "/sub/..%2f..%2fsecret.txt",
                                        "/..\\secret.txt",
                                        "/%5c..%5csecret.txt",
                                        "/escape.txt",
                                        "/up/secret.txt",
                                        "/up/",
                                        "/up",
                                        "/page.txt%00.html",
                                        "/page.txt%0a",
                                        "/%",
                                        "/%2",
                                        "/%zz",
                                        "",
                                        "*",
                                        "secret.txt",
                                        "/.../secret.txt",
                                        "/....//secret.txt",
                                        "/..%c0%afsecret.txt",
                                        "//etc/passwd",
                                        "/etc/passwd",
                                        "/%2fetc/passwd",
                                        "/.hidden",
                                        "/sub/.x",
                                        "/page.txt/",
                                        "/missing",
                                        "/page.txt/x"}) {
    SiteAnswer answer = get(target);
    EXPECT_TRUE(answer.status == 400 || answer.status == 404) << target << ": " << answer.status;
    EXPECT_EQ(body(answer).find("secret"), std::string::npos) << target;
    EXPECT_EQ(body(answer).find("root:"), std::string::npos) << target;
  }
  EXPECT_EQ(get("/" + std::string(100'000, '/')).status, 200U);
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "/a";
  EXPECT_EQ(get(deep).status, 400U);
  EXPECT_EQ(get("/" + std::string(5'000, 'a')).status, 404U);
}

TEST_F(AnsweringSite, ShowsFoldersWithoutTrustingNames) {
  SiteAnswer root = get("/");
  EXPECT_EQ(root.status, 200U);
  const std::string html = body(root);
  EXPECT_NE(html.find("\"./page.txt\""), std::string::npos);
  EXPECT_NE(html.find("\"./sub/\""), std::string::npos);
  EXPECT_EQ(html.find("hidden"), std::string::npos);
  SiteAnswer sub = get("/sub/");
  const std::string listed = body(sub);
  EXPECT_NE(listed.find("&lt;b&gt;&amp;.html"), std::string::npos);
  EXPECT_NE(listed.find("%3Cb%3E%26.html"), std::string::npos);
  EXPECT_EQ(listed.find("<b>"), std::string::npos);
  SiteAnswer indexed = get("/indexed/");
  EXPECT_EQ(body(indexed), "<h1>index</h1>");
  const Site silent = *Site::open(folder.path(), false);
  EXPECT_EQ(silent.answer({.method = "GET", .target = "/"}).status, 404U);
}

TEST_F(AnsweringSite, SendsFoldersWithoutASlashToTheOneWithIt) {
  EXPECT_EQ(get("/sub").status, 301U);
  EXPECT_EQ(field(get("/sub?x"), "Location"), "/sub/");
  // Never to another host.
  EXPECT_EQ(field(get("//sub"), "Location"), "/sub/");
}

TEST_F(AnsweringSite, ServesSingleRanges) {
  struct Case {
    std::string range;
    unsigned status;
    std::string body;
  };
  for (const Case& expected : std::vector<Case>{{"bytes=0-3", 206, "0123"},
                                                {"bytes=4-", 206, "456789"},
                                                {"bytes=-3", 206, "789"},
                                                {"bytes=-300", 206, "0123456789"},
                                                {"bytes=8-100", 206, "89"},
                                                {"bytes=0-0", 206, "0"},
                                                {"bytes=10-", 416, ""},
                                                {"bytes=-0", 416, ""},
                                                {"bytes=3-2", 200, "0123456789"},
                                                {"bytes=0-1,4-5", 200, "0123456789"},
                                                {"bytes=a-b", 200, "0123456789"},
                                                {"bytes=-", 200, "0123456789"},
                                                {"lines=0-1", 200, "0123456789"},
                                                {"bytes=99999999999999999999-", 200, "0123456789"}}) {
    SiteAnswer answer = site.answer({.method = "GET", .target = "/page.txt", .range = expected.range});
    EXPECT_EQ(answer.status, expected.status) << expected.range;
    if (expected.status == 416) continue;
    EXPECT_EQ(body(answer), expected.body) << expected.range;
  }
  const SiteAnswer part = site.answer({.method = "GET", .target = "/page.txt", .range = "bytes=2-3"});
  EXPECT_EQ(field(part, "Content-Range"), "bytes 2-3/10");
  const SiteAnswer none = site.answer({.method = "GET", .target = "/page.txt", .range = "bytes=10-"});
  EXPECT_EQ(field(none, "Content-Range"), "bytes */10");
}

TEST_F(AnsweringSite, KnowsWhatTheClientHasAlready) {
  const SiteAnswer first = get("/page.txt");
  const std::string tag = field(first, "ETag");
  const std::string modified = field(first, "Last-Modified");
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_none_match = tag}).status, 304U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_none_match = "\"x\", W/" + tag}).status, 304U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_none_match = "*"}).status, 304U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_none_match = "\"x\""}).status, 200U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_modified_since = modified}).status, 304U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_modified_since = "Sat, 01 Jan 2000 00:00:00 GMT"})
                .status,
            200U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_modified_since = "rubbish"}).status, 200U);
  EXPECT_EQ(
      site.answer({.method = "GET", .target = "/page.txt", .if_none_match = "\"x\"", .if_modified_since = modified})
          .status,
      200U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_range = "\"x\"", .range = "bytes=0-1"}).status,
            200U);
  EXPECT_EQ(site.answer({.method = "GET", .target = "/page.txt", .if_range = tag, .range = "bytes=0-1"}).status, 206U);
}

TEST_F(AnsweringSite, RefusesOtherMethodsAndOddFiles) {
  const SiteAnswer refused = site.answer({.method = "POST", .target = "/page.txt"});
  EXPECT_EQ(refused.status, 405U);
  EXPECT_EQ(field(refused, "Allow"), "GET, HEAD");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(get("/pipe").status, 404U);
}

TEST(OpeningASite, TellsWhatIsWrongWithTheFolder) {
  const testing::SiteFolder folder;
  const auto missing = Site::open(folder.path() / "nothing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::FileNotFound);
  const auto file = Site::open(folder.path() / "page.txt");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code(), ErrorCode::FileUnreadable);
}

}  // namespace
}  // namespace keyway::net
