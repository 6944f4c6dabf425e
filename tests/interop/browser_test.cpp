#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "interop/browsers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = Chromium::Json;

TEST(ChromiumBrowser, ShowsThePadlockForOurServer) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world());
  Chromium browser;

  static_cast<void>(browser.call("Page.navigate", {{"url", server.url()}}));
  const Json state = browser.wait([](const Json& m) {
    return m.value("method", "") == "Security.visibleSecurityStateChanged" &&
           m["params"]["visibleSecurityState"].contains("certificateSecurityState");
  });

  ASSERT_TRUE(state.contains("params")) << "no security state came";
  const Json visible = state["params"]["visibleSecurityState"];
  EXPECT_EQ(visible.value("securityState", ""), "secure") << visible.dump(1);
  const Json certificate = visible["certificateSecurityState"];
  EXPECT_EQ(certificate.value("protocol", ""), "TLS 1.3");
  EXPECT_EQ(certificate.value("keyExchangeGroup", ""), "X25519MLKEM768");
  EXPECT_EQ(certificate.value("cipher", ""), "AES_128_GCM");
  EXPECT_EQ(certificate.value("certificateHasWeakSignature", true), false);

  const std::string text = browser.text_with("Welcome to the shop");
  EXPECT_NE(text.find("Welcome to the shop"), std::string::npos) << text;
}

/// How a page is protected, as Chromium's own tools tell it.
Json certificate_state(Chromium& browser, const std::string& url) {
  static_cast<void>(browser.call("Page.navigate", {{"url", url}}));
  const Json state = browser.wait([](const Json& m) {
    return m.value("method", "") == "Security.visibleSecurityStateChanged" &&
           m["params"]["visibleSecurityState"].contains("certificateSecurityState");
  });
  return state.contains("params") ? state["params"]["visibleSecurityState"]["certificateSecurityState"]
                                  : Json::object();
}

TEST(ChromiumBrowser, SpeaksNothingButAPostQuantumGroup) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world(), crypto::KeyType::p256, {"--groups", "X25519MLKEM768"});
  Chromium browser;

  const Json state = certificate_state(browser, server.url());

  EXPECT_EQ(state.value("keyExchangeGroup", ""), "X25519MLKEM768") << state.dump(1) << server.process().output();
  EXPECT_EQ(state.value("protocol", ""), "TLS 1.3");
}

TEST(ChromiumBrowser, TakesOurCertificateCompressed) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world());
  Chromium browser;

  static_cast<void>(certificate_state(browser, server.url()));

  EXPECT_TRUE(server.process().wait_for("certificate in brotli")) << server.process().output();
}

TEST(ChromiumBrowser, SpeaksTls12WithOurServer) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world(), crypto::KeyType::p256, {"--tls-max", "1.2"});
  Chromium browser;

  const Json state = certificate_state(browser, server.url());

  EXPECT_EQ(state.value("protocol", ""), "TLS 1.2") << state.dump(1) << server.process().output();
  EXPECT_EQ(state.value("keyExchange", ""), "ECDHE_ECDSA") << state.dump(1);
  EXPECT_EQ(state.value("cipher", ""), "AES_128_GCM");
}

/// A page of so much that a browser opens several connections for it.
std::string large_page() {
  std::string html = "<!doctype html><title>many</title>";
  for (int i = 0; i < 8; ++i) html += "<img src='/big.bin?" + std::to_string(i) + "'>";
  world().write("site/many.html", html);
  return "/many.html";
}

/// Those connections go on with the first one's session, by the protocol that the server chose.
void expect_resumption(KeywayServer& server, const std::string& seen) {
  EXPECT_TRUE(server.process().wait_for(", resuming a session", std::chrono::seconds(60)))
      << server.process().output() << seen;
  EXPECT_NE(server.process().output().find("protocol http/1.1"), std::string::npos) << server.process().output();
}

TEST(ChromiumBrowser, ComesBackInBothVersions) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  for (const char* version : {"1.2", "1.3"}) {
    KeywayServer server(world(), crypto::KeyType::p256, {"--tls-max", version, "-v"});
    Chromium browser;
    static_cast<void>(browser.call("Page.navigate", {{"url", server.url(large_page())}}));
    expect_resumption(server, version);
  }
}

TEST(ChromiumBrowser, FollowsAHelloRetryRequest) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world(), crypto::KeyType::p256, {"--groups", "secp384r1", "-v"});
  Chromium browser;

  const Json state = certificate_state(browser, server.url());

  EXPECT_EQ(state.value("keyExchangeGroup", ""), "P-384") << state.dump(1) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("after a HelloRetryRequest")) << server.process().output();
}

TEST(ChromiumBrowser, RefusesOurServerUnderAnotherName) {
  KEYWAY_REQUIRE_PROGRAM("chromium");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  const std::uint16_t port = free_port();
  // A server that shows its one certificate whatever it is asked for.
  Process server({"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port), "-cert", world().chain(),
                  "-cert_chain", world().chain(), "-key", world().key(), "-www", "-quiet"});
  ASSERT_TRUE(wait_for_port(port));
  Chromium browser;

  const Json answer = browser.call("Page.navigate", {{"url", "https://bank.localhost:" + std::to_string(port) + "/"}});

  EXPECT_EQ(answer.value("errorText", ""), "net::ERR_CERT_COMMON_NAME_INVALID") << answer.dump();
}

/// Firefox loads a page of `server`; what the server's log says of it.
void expect_firefox_loads_a_page(KeywayServer& server, const std::string& logged) {
  Firefox browser(server.url("/index.html"));
  // The server's log tells that the page was asked for, after a handshake that Firefox accepted.
  EXPECT_TRUE(server.process().wait_for("/index.html", std::chrono::seconds(60)))
      << server.process().output() << browser.output();
  EXPECT_NE(server.process().output().find(logged), std::string::npos) << server.process().output();
}

TEST(FirefoxBrowser, LoadsAPageWithAPostQuantumGroup) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world(), crypto::KeyType::p256, {"--groups", "X25519MLKEM768"});
  expect_firefox_loads_a_page(server, "TLS 1.3 TLS_AES_128_GCM_SHA256 X25519MLKEM768");
}

TEST(FirefoxBrowser, LoadsAPageWithTls12) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world(), crypto::KeyType::p256, {"--tls-max", "1.2"});
  expect_firefox_loads_a_page(server, "TLS 1.2 TLS_ECDHE_ECDSA_WITH_");
}

TEST(FirefoxBrowser, ComesBackInBothVersions) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  for (const char* version : {"1.2", "1.3"}) {
    KeywayServer server(world(), crypto::KeyType::p256, {"--tls-max", version, "-v"});
    const Firefox browser(server.url(large_page()));
    expect_resumption(server, version + browser.output());
  }
}

TEST(FirefoxBrowser, FollowsAHelloRetryRequest) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  KeywayServer server(world(), crypto::KeyType::p256, {"--groups", "secp384r1", "-v"});
  expect_firefox_loads_a_page(server, "after a HelloRetryRequest");
}

TEST(FirefoxBrowser, ShowsItsCertificateInBothVersions) {
  KEYWAY_REQUIRE_PROGRAM("firefox-esr");
  KEYWAY_REQUIRE_PROGRAM("pk12util");
  const std::string identity = world().path("firefox-identity.p12");
  const Outcome packed = run({"openssl", "pkcs12", "-export", "-in", world().client_chain(), "-inkey",
                              world().client_key(), "-out", identity, "-passout", "pass:"});
  ASSERT_EQ(packed.exit_code, 0) << packed.out;
  for (const char* version : {"1.2", "1.3"}) {
    KeywayServer server(world(), crypto::KeyType::p256,
                        {"--tls-max", version, "--client-ca", world().root(), "--require-client-cert"});
    const Firefox browser(server.url("/index.html"), {}, identity);
    EXPECT_TRUE(server.process().wait_for("client \"", std::chrono::seconds(60)))
        << version << server.process().output() << browser.output();
  }
}

}  // namespace
}  // namespace keyway::interop
