#pragma once
/// \file
/// Browsers without a window, each with a profile of its own that trusts the world's root.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "interop/process.hpp"

namespace keyway::interop {

/// A headless Chromium, spoken to by DevTools messages over its pipe.
class Chromium {
 public:
  using Json = nlohmann::json;

  /// `local_state`: settings that hold for all of its profiles ("Local State"); null for its own.
  explicit Chromium(const Json& local_state = {});

  /// Sends a command and gives its result.
  Json call(const std::string& method, const Json& parameters);

  /// The page's text, once it holds `wanted`; what it is after ten seconds otherwise. A page is secure before it is
  /// read.
  std::string text_with(std::string_view wanted);

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

/// A headless Firefox that loads one page.
class Firefox {
 public:
  /// `preferences`: lines of its user.js, values as they stand there. `identity`: a PKCS #12 file without a password,
  /// whose certificate it shows to whoever asks.
  explicit Firefox(const std::string& url, const std::map<std::string, std::string>& preferences = {},
                   const std::string& identity = {});

  [[nodiscard]] const std::string& output() const noexcept { return process_->output(); }

 private:
  std::unique_ptr<Process> process_;
};

}  // namespace keyway::interop
