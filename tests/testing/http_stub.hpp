#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <keyway/bytes.hpp>

namespace keyway::testing {

/// A server of plain HTTP on a free port of 127.0.0.1 that answers with what the test says, one connection after the
/// other, until it goes out of scope.
class HttpStub {
 public:
  struct Reply {
    unsigned status = 200;
    std::string fields = {};  ///< further header lines, each with "\r\n"
    Bytes body = {};
    bool is_silent = false;  ///< takes the request and says nothing until the client goes
  };
  /// `request` is the head and what came of the body with it.
  using Handler = std::function<Reply(const std::string& request)>;

  explicit HttpStub(Handler handler);
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;
  ~HttpStub();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// Every request so far.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve();
  void serve_one(int client);

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex guard_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace keyway::testing
