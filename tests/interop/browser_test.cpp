#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

#include <nlohmann/json.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

/// A headless Chromium with the world's root in its trust store, spoken to by DevTools messages over its pipe.
class Chromium {
 public:
  Chromium() {
    static int count = 0;
    const std::string home = world().path("browser-" + std::to_string(++count));
    std::filesystem::create_directories(home + "/.pki/nssdb");
    EXPECT_EQ(run({"certutil", "-d", "sql:" + home + "/.pki/nssdb", "-N", "--empty-password"}).exit_code, 0);
    EXPECT_EQ(
        run({"certutil", "-d", "sql:" + home + "/.pki/nssdb", "-A", "-t", "C,,", "-n", "keyway", "-i", world().root()})
            .exit_code,
        0);
    // Fds 3 and 4 carry the messages: our ends of its stdin and stdout.
    process_ = std::make_unique<Process>(
        std::vector<std::string>{
            "sh", "-c",
            "exec chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
            "--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage "
            "--remote-debugging-pipe --user-data-dir=\"$HOME/profile\" about:blank 3<&0 4>&1 2>/dev/null"},
        Process::Options{.keep_input_open = true, .environment = {{"HOME", home}}});
    const Json target = call("Target.createTarget", {{"url", "about:blank"}});
    const Json session = call("Target.attachToTarget", {{"targetId", target.value("targetId", "")}, {"flatten", true}});
    session_ = session.value("sessionId", "");
    static_cast<void>(call("Network.enable", Json::object()));
    static_cast<void>(call("Page.enable", Json::object()));
    static_cast<void>(call("Security.enable", Json::object()));
  }

  /// Sends a command and gives its result.
  Json call(const std::string& method, const Json& parameters) {
    const int id = ++last_id_;
    Json message = {{"id", id}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    process_->say(message.dump() + std::string(1, '\0'));
    const Json answer = wait([&](const Json& m) { return m.value("id", 0) == id; });
    return answer.value("result", Json::object());
  }

  /// The page's text, once it holds `wanted`; what it is after ten seconds otherwise. A page is secure before it is
  /// read.
  std::string text_with(std::string_view wanted) {
    std::string text;
    for (int i = 0; i < 100 && text.find(wanted) == std::string::npos; ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      text = call("Runtime.evaluate", {{"expression", "document.body ? document.body.innerText : ''"}}).dump();
    }
    return text;
  }

  /// The next message, from the last one looked at on, for which `wanted` holds; null after 30 seconds.
  template <typename Wanted>
  Json wait(Wanted&& wanted) {
    for (const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
         std::chrono::steady_clock::now() < deadline;) {
      const std::string& output = process_->output();
      const auto end = output.find('\0', at_);
      if (end == std::string::npos) {
        if (!process_->read_some(std::chrono::milliseconds(100))) return Json::object();
        continue;
      }
      const Json message = Json::parse(output.substr(at_, end - at_), nullptr, false);
      at_ = end + 1;
      if (message.is_object() && wanted(message)) return message;
    }
    return Json::object();
  }

 private:
  std::unique_ptr<Process> process_;
  std::string session_;
  std::size_t at_ = 0;
  int last_id_ = 0;
};

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
  const std::string profile = world().path("firefox-" + std::to_string(server.port()));
  std::filesystem::create_directories(profile);
  ASSERT_EQ(run({"certutil", "-d", "sql:" + profile, "-N", "--empty-password"}).exit_code, 0);
  ASSERT_EQ(
      run({"certutil", "-d", "sql:" + profile, "-A", "-t", "C,,", "-n", "keyway", "-i", world().root()}).exit_code, 0);
  const std::string picture = profile + ".png";

  Process browser({"firefox-esr", "--headless", "--no-remote", "--profile", profile, "--screenshot", picture,
                   server.url("/index.html")},
                  {.environment = {{"HOME", profile}, {"MOZ_DISABLE_CONTENT_SANDBOX", "1"}}});

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

}  // namespace
}  // namespace keyway::interop
