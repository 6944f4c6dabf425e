// Encrypted ClientHello with browsers. They take configurations from HTTPS records alone, which they ask for over
// HTTPS.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "interop/browsers.hpp"
#include "interop/ech_key.hpp"
#include "interop/name_server.hpp"
#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

/// hidden.test, behind public.test: `published` is what DNS tells of it.
struct Site {
  explicit Site(const EchKeyFile& key, const Command& more = {}) : Site(key, key, more) {}
  Site(const EchKeyFile& key, const EchKeyFile& published, const Command& more = {})
      : server(world(), crypto::KeyType::p256, with(serving(key), more)),
        names(world(), {{.name = "hidden.test", .port = server.port(), .ech = published.configs()}}) {}

  static Command serving(const EchKeyFile& key) {
    const World::Identity hidden = world().issue_for({"hidden.test"});
    const World::Identity shown = world().issue_for({"public.test"});
    return {"--cert", hidden.chain, "--key", hidden.key, "--cert", shown.chain, "--key", shown.key, "--ech", key.file};
  }
  [[nodiscard]] std::string url() const { return "https://hidden.test:" + std::to_string(server.port()) + "/page"; }
  /// The line of the server's log that tells how the page was asked for.
  [[nodiscard]] std::string logged() {
    static_cast<void>(server.process().wait_for("\"GET /page\"", std::chrono::seconds(60)));
    const std::string& log = server.process().output();
    const std::size_t at = log.find("\"GET /page\"");
    if (at != std::string::npos) return log.substr(at, log.find('\n', at) - at);
    std::string asked = log + "asked for:";
    for (const std::string& question : names.questions()) asked += ' ' + question;
    return asked;
  }
  /// That a handshake with a configuration out of date was given up. The alert tells so, ech_required; a browser that
  /// closes at once, with bytes of ours unread, takes it back by the reset that this is.
  [[nodiscard]] bool gave_up() { return server.process().wait_for(" failed: ", std::chrono::seconds(10)); }
  [[nodiscard]] bool was_rejected() {
    return server.process().wait_for("received ech_required", std::chrono::seconds(0));
  }

  KeywayServer server;
  NameServer names;
};

/// Asks for its page with Chromium, for whom all names are `site`'s.
void visit_with_chromium(const Site& site, auto&& look) {
  const Chromium::Json settings{{"dns_over_https", {{"mode", "secure"}, {"templates", site.names.https_url()}}}};
  Chromium browser(settings);
  static_cast<void>(browser.call("Page.navigate", {{"url", site.url()}}));
  look();
}

void visit_with_firefox(const Site& site, auto&& look) {
  const std::string uri = '"' + site.names.https_url() + '"';
  const Firefox browser(site.url(), {{"network.trr.mode", "3"},  // names by HTTPS alone
                                     {"network.trr.uri", uri},
                                     {"network.trr.custom_uri", uri},
                                     {"network.trr.confirmationNS", "\"skip\""},
                                     {"network.trr.allow-rfc1918", "true"},
                                     {"network.dns.echconfig.enabled", "true"},
                                     {"network.dns.use_https_rr_as_altsvc", "true"},
                                     {"network.dns.port_prefixed_qname_https_rr", "true"},
                                     {"network.captive-portal-service.enabled", "false"},
                                     {"network.connectivity-service.enabled", "false"}});
  look();
}

bool is_accepted(const std::string& line) {
  return (line + ' ').find(" ech ") != std::string::npos;
}

/// A group that no browser sends a share of: with it there are two ClientHellos.
const Command after_a_retry{"--groups", "secp384r1"};

TEST(ChromiumBrowser, HidesTheNameWithWhatDnsTellsOfOurServer) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  Site site(make_ech_key("public.test"));
  visit_with_chromium(site, [&] {
    const std::string line = site.logged();
    EXPECT_TRUE(is_accepted(line)) << line;
  });
  EXPECT_FALSE(site.was_rejected()) << site.server.process().output();
}

TEST(ChromiumBrowser, ComesBackWithWhatOurServerTellsWhenDnsIsOutOfDate) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  Site site(make_ech_key("public.test"), make_ech_key("public.test"));
  visit_with_chromium(site, [&] {
    const std::string line = site.logged();
    EXPECT_TRUE(is_accepted(line)) << line;
  });
  EXPECT_TRUE(site.gave_up()) << site.server.process().output();
}

TEST(ChromiumBrowser, HidesTheNameInItsSecondClientHelloToo) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  const EchKeyFile key = make_ech_key("public.test");
  for (const bool is_up_to_date : {true, false}) {
    Site site(key, is_up_to_date ? key : make_ech_key("public.test"), after_a_retry);
    visit_with_chromium(site, [&] {
      const std::string line = site.logged();
      EXPECT_TRUE(is_accepted(line)) << line;
      EXPECT_NE(line.find("secp384r1"), std::string::npos) << line;
    });
    EXPECT_TRUE(is_up_to_date ? !site.was_rejected() : site.gave_up()) << site.server.process().output();
  }
}

TEST(FirefoxBrowser, HidesTheNameWithWhatDnsTellsOfOurServer) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  Site site(make_ech_key("public.test"));
  visit_with_firefox(site, [&] {
    const std::string line = site.logged();
    EXPECT_TRUE(is_accepted(line)) << line;
  });
  EXPECT_FALSE(site.was_rejected()) << site.server.process().output();
}

TEST(FirefoxBrowser, ComesBackWithWhatOurServerTellsWhenDnsIsOutOfDate) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  Site site(make_ech_key("public.test"), make_ech_key("public.test"));
  visit_with_firefox(site, [&] {
    const std::string line = site.logged();
    EXPECT_TRUE(is_accepted(line)) << line;
  });
  EXPECT_TRUE(site.gave_up()) << site.server.process().output();
}

TEST(FirefoxBrowser, HidesTheNameInItsSecondClientHelloToo) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  const EchKeyFile key = make_ech_key("public.test");
  for (const bool is_up_to_date : {true, false}) {
    Site site(key, is_up_to_date ? key : make_ech_key("public.test"), after_a_retry);
    visit_with_firefox(site, [&] {
      const std::string line = site.logged();
      EXPECT_TRUE(is_accepted(line)) << line;
      EXPECT_NE(line.find("secp384r1"), std::string::npos) << line;
    });
    EXPECT_TRUE(is_up_to_date ? !site.was_rejected() : site.gave_up()) << site.server.process().output();
  }
}

}  // namespace
}  // namespace keyway::interop
