// What a verdict wants, fetched over HTTP, and the cache of it.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.hpp"
#include "net/evidence.hpp"
#include "testing/http_stub.hpp"
#include "testing/make_ocsp.hpp"

namespace keyway::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using x509::Fetch;
using x509::FetchKind;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "keyway-evidence-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

/// A list that holds until a day from test_now.
Bytes list(const CrlOptions& options = {}) {
  static const TestAuthority authority;
  return authority.crl({}, options);
}

Fetch wanted(const std::string& url, FetchKind kind = FetchKind::crl) {
  Fetch fetch;
  fetch.kind = kind;
  fetch.url = url;
  fetch.max_size = 100'000;
  return fetch;
}

net::EvidenceFetcher fetcher(const fs::path& folder = {}, net::EvidenceOptions options = {}) {
  return net::EvidenceFetcher(std::move(options),
                              folder.empty() ? nullptr : std::make_unique<net::EvidenceCache>(folder, provider()));
}

TEST(Evidence, IsGotByGet) {
  const Bytes crl = list();
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = crl}; });

  const auto got = fetcher().fetch(wanted(server.url("/a.crl")), test_now);

  EXPECT_EQ(got.bytes, crl);
  EXPECT_FALSE(got.is_cached);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests()[0], StartsWith("GET /a.crl HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST(Evidence, OfAResponderIsGotByPostWhereThatIsWanted) {
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = {1, 2, 3}}; });
  Fetch fetch = wanted(server.url("/"), FetchKind::ocsp);
  fetch.body = {'q', 'u', 'e', 'r', 'y'};

  const auto got = fetcher().fetch(fetch, test_now);

  EXPECT_EQ(got.bytes, (Bytes{1, 2, 3}));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_THAT(requests[0], StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(requests[0], HasSubstr("Content-Type: application/ocsp-request\r\n"));
  EXPECT_TRUE(requests[0].ends_with("\r\n\r\nquery"));
}

TEST(Evidence, IsGivenUpWhereItIsTooLongTooSlowOrNotThere) {
  HttpStub large([&](const std::string&) { return HttpStub::Reply{.body = Bytes(200'000)}; });
  EXPECT_THAT(fetcher().fetch(wanted(large.url("/")), test_now).why_not, HasSubstr("at most 100000 bytes"));

  HttpStub silent([&](const std::string&) { return HttpStub::Reply{.is_silent = true}; });
  net::EvidenceOptions impatient;
  impatient.timeout = milliseconds(200);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(fetcher({}, impatient).fetch(wanted(silent.url("/")), test_now).bytes.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(5000));

  HttpStub missing([&](const std::string&) { return HttpStub::Reply{.status = 404, .body = {1}}; });
  const auto gone = fetcher().fetch(wanted(missing.url("/")), test_now);
  EXPECT_TRUE(gone.bytes.empty());
  EXPECT_THAT(gone.why_not, HasSubstr("404"));
}

TEST(Evidence, IsNotFollowedToOddPlacesNorForEver) {
  std::string location;
  HttpStub server(
      [&](const std::string&) { return HttpStub::Reply{.status = 302, .fields = "Location: " + location + "\r\n"}; });
  for (const char* odd : {"https://127.0.0.1/", "file:///etc/passwd", "ftp://127.0.0.1/", "http://user@127.0.0.1/"}) {
    location = odd;
    const std::size_t before = server.requests().size();
    EXPECT_TRUE(fetcher().fetch(wanted(server.url("/")), test_now).bytes.empty()) << odd;
    EXPECT_EQ(server.requests().size(), before + 1) << odd;
  }
  location = "/again";
  const std::size_t before = server.requests().size();
  EXPECT_THAT(fetcher().fetch(wanted(server.url("/")), test_now).why_not, HasSubstr("too many redirects"));
  EXPECT_EQ(server.requests().size(), before + 4);
}

TEST(Evidence, FollowsARedirectToHttp) {
  const Bytes crl = list();
  HttpStub server([&](const std::string& request) {
    if (request.starts_with("GET /there ")) return HttpStub::Reply{.body = crl};
    return HttpStub::Reply{.status = 301, .fields = "Location: /there\r\n"};
  });
  EXPECT_EQ(fetcher().fetch(wanted(server.url("/here")), test_now).bytes, crl);
}

TEST(Evidence, ThatHasNoTimeLeftIsNotAskedFor) {
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = {1}}; });
  net::EvidenceOptions none;
  none.total_timeout = milliseconds(0);
  auto late = fetcher({}, none);

  const auto all = late.fetch_all(std::vector{wanted(server.url("/"))}, test_now);

  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].answer.empty());
  EXPECT_TRUE(server.requests().empty());
}

TEST(EvidenceCache, AnswersWhileItIsYoungAndAsksWhetherThereIsANewerOneLater) {
  const TemporaryFolder folder;
  const Bytes crl = list();
  HttpStub server([&](const std::string& request) {
    const bool is_known = request.find("If-None-Match: \"one\"") != std::string::npos &&
                          request.find("If-Modified-Since: Sat, 21 Nov 2026 11:00:00 GMT") != std::string::npos;
    return is_known ? HttpStub::Reply{.status = 304}
                    : HttpStub::Reply{.fields = "ETag: \"one\"\r\nLast-Modified: Sat, 21 Nov 2026 11:00:00 GMT\r\n",
                                      .body = crl};
  });
  const Fetch fetch = wanted(server.url("/a.crl"));

  EXPECT_FALSE(fetcher(folder.path()).fetch(fetch, test_now).is_cached);
  const auto young = fetcher(folder.path()).fetch(fetch, test_now + hours(5));
  EXPECT_EQ(server.requests().size(), 1U);
  const auto older = fetcher(folder.path()).fetch(fetch, test_now + hours(7));
  EXPECT_EQ(server.requests().size(), 2U);
  const auto confirmed = fetcher(folder.path()).fetch(fetch, test_now + hours(8));

  EXPECT_TRUE(young.is_cached && older.is_cached && confirmed.is_cached);
  EXPECT_EQ(older.bytes, crl);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(EvidenceCache, AsksAgainAfterNextUpdate) {
  const TemporaryFolder folder;
  const Bytes short_lived = list({.next_update = test_now + hours(1)});
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = short_lived}; });
  const Fetch fetch = wanted(server.url("/a.crl"));

  (void)fetcher(folder.path()).fetch(fetch, test_now);
  EXPECT_FALSE(fetcher(folder.path()).fetch(fetch, test_now + hours(2)).is_cached);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(EvidenceCache, StandsInForAServerThatIsGone) {
  const TemporaryFolder folder;
  const Bytes crl = list();
  Fetch fetch;
  {
    HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = crl}; });
    fetch = wanted(server.url("/a.crl"));
    (void)fetcher(folder.path()).fetch(fetch, test_now);
  }
  EXPECT_EQ(fetcher(folder.path()).fetch(fetch, test_now + hours(20)).bytes, crl);
  EXPECT_TRUE(fetcher(folder.path()).fetch(fetch, test_now + hours(25)).bytes.empty());
}

TEST(EvidenceCache, TakesADamagedFileForNone) {
  const TemporaryFolder folder;
  const Bytes crl = list();
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = crl}; });
  const Fetch fetch = wanted(server.url("/a.crl"));
  (void)fetcher(folder.path()).fetch(fetch, test_now);
  const net::EvidenceCache cache(folder.path(), provider());
  const Bytes whole = read_file(cache.file_of(fetch)).value();
  ASSERT_TRUE(cache.find(fetch));

  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(cache.file_of(fetch), std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(size));
    EXPECT_FALSE(cache.find(fetch)) << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += 13) {
    Bytes changed = whole;
    changed[at] ^= 0x20U;
    std::ofstream(cache.file_of(fetch), std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(changed.data()), static_cast<std::streamsize>(changed.size()));
    const auto found = cache.find(fetch);
    // What says when it was asked for and by which tag is not guarded by more than its form; what is believed is.
    if (found) {
      EXPECT_EQ(found->bytes, crl) << at;
    }
  }
  EXPECT_EQ(fetcher(folder.path()).fetch(fetch, test_now).bytes, crl);
}

TEST(EvidenceCache, KeepsOnlyWhatItIsAndHoldsForATime) {
  const TemporaryFolder folder;
  Bytes answer;
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = answer}; });
  const auto keeps = [&](const Fetch& fetch) {
    (void)fetcher(folder.path()).fetch(fetch, test_now);
    return net::EvidenceCache(folder.path(), provider()).find(fetch).has_value();
  };
  const TestAuthority authority;
  const auto leaf = authority.issue({.names = {"shop.localhost"}});

  answer = {'<', 'h', 't', 'm', 'l', '>'};
  EXPECT_FALSE(keeps(wanted(server.url("/1"))));
  answer = list({.next_update = std::nullopt});
  EXPECT_FALSE(keeps(wanted(server.url("/2"))));
  answer = make_ocsp(authority.intermediate(), leaf.serial);
  EXPECT_TRUE(keeps(wanted(server.url("/3"), FetchKind::ocsp)));
  answer = make_ocsp(authority.intermediate(), leaf.serial, {.next_update = std::nullopt});
  EXPECT_FALSE(keeps(wanted(server.url("/4"), FetchKind::ocsp)));
  Fetch once = wanted(server.url("/5"), FetchKind::ocsp);
  once.nonce = {1, 2, 3};
  answer = make_ocsp(authority.intermediate(), leaf.serial);
  EXPECT_FALSE(keeps(once));
}

TEST(EvidenceCache, IsForThisUserAlone) {
  const TemporaryFolder folder;
  const Bytes crl = list();
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = crl}; });
  const fs::path inside = folder.path() / "cache" / "keyway";
  const Fetch fetch = wanted(server.url("/a.crl"));
  (void)fetcher(inside).fetch(fetch, test_now);

  EXPECT_EQ(fs::status(inside).permissions(), fs::perms::owner_all);
  const auto file = net::EvidenceCache(inside, provider()).file_of(fetch);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace keyway::testing
