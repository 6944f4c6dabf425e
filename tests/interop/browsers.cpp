#include "interop/browsers.hpp"

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {

Chromium::Chromium(const Json& local_state) {
  static int count = 0;
  const std::string home = world().path("browser-" + std::to_string(++count));
  static_cast<void>(nss_database(home + "/.pki/nssdb"));
  std::filesystem::create_directories(home + "/profile");
  if (!local_state.is_null()) std::ofstream(home + "/profile/Local State") << local_state.dump();
  // Fds 3 and 4 carry the messages: our ends of its stdin and stdout.
  process_ = std::make_unique<Process>(
      std::vector<std::string>{
          "sh", "-c",
          "exec chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
          "--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage "
          // How long it waits for an HTTPS record once it has an address: on a busy machine its usual 50 ms are short.
          "--enable-features=UseDnsHttpsSvcb:UseDnsHttpsSvcbSecureExtraTimeMin/5s/UseDnsHttpsSvcbSecureExtraTimeMax/5s "
          "--remote-debugging-pipe --user-data-dir=\"$HOME/profile\" about:blank 3<&0 4>&1 2>/dev/null"},
      Process::Options{.keep_input_open = true, .environment = {{"HOME", home}}});
  const Json target = call("Target.createTarget", {{"url", "about:blank"}});
  const Json session = call("Target.attachToTarget", {{"targetId", target.value("targetId", "")}, {"flatten", true}});
  session_ = session.value("sessionId", "");
  static_cast<void>(call("Network.enable", Json::object()));
  static_cast<void>(call("Page.enable", Json::object()));
  static_cast<void>(call("Security.enable", Json::object()));
}

Chromium::Json Chromium::call(const std::string& method, const Json& parameters) {
  const int id = ++last_id_;
  Json message = {{"id", id}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  process_->say(message.dump() + std::string(1, '\0'));
  const Json answer = wait([&](const Json& m) { return m.value("id", 0) == id; });
  return answer.value("result", Json::object());
}

std::string Chromium::text_with(std::string_view wanted) {
  std::string text;
  for (int i = 0; i < 100 && text.find(wanted) == std::string::npos; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    text = call("Runtime.evaluate", {{"expression", "document.body ? document.body.innerText : ''"}}).dump();
  }
  return text;
}

Firefox::Firefox(const std::string& url, const std::map<std::string, std::string>& preferences,
                 const std::string& identity) {
  static int count = 0;
  const std::string profile = world().path("firefox-" + std::to_string(++count));
  const std::string database = nss_database(profile);
  std::ofstream settings(profile + "/user.js");
  if (!identity.empty()) {
    const Outcome imported = run({"pk12util", "-i", identity, "-d", database, "-W", ""});
    EXPECT_EQ(imported.exit_code, 0) << imported.out;
    settings << "user_pref(\"security.default_personal_cert\", \"Select Automatically\");\n";
  }
  for (const auto& [name, value] : preferences) settings << "user_pref(\"" << name << "\", " << value << ");\n";
  settings.close();
  process_ = std::make_unique<Process>(
      std::vector<std::string>{"firefox-esr", "--headless", "--no-remote", "--profile", profile, "--screenshot",
                               profile + ".png", url},
      Process::Options{.environment = {{"HOME", profile}, {"MOZ_DISABLE_CONTENT_SANDBOX", "1"}}});
}

}  // namespace keyway::interop
