#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/ech.hpp>

#include "interop/world.hpp"

namespace keyway::interop {

/// A DNS server on free ports of 127.0.0.1, by UDP and by HTTPS (RFC 8484) with the world's certificate. It
/// knows the hosts that the test names, all at 127.0.0.1, each with an HTTPS record that has `ech`.
class NameServer {
 public:
  struct Host {
    std::string name;        ///< in lower case, without a dot at its end
    std::uint16_t port = 0;  ///< where its HTTPS server is
    EchConfigList ech;
  };

  /// `on_ipv6`: by UDP it listens on [::1].
  NameServer(World& world, std::vector<Host> hosts, bool on_ipv6 = false);
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer();

  [[nodiscard]] std::string address() const {
    return (is_on_ipv6_ ? "[::1]:" : "127.0.0.1:") + std::to_string(udp_port_);
  }
  [[nodiscard]] std::string https_url() const {
    return "https://127.0.0.1:" + std::to_string(https_port_) + "/dns-query";
  }
  /// What was asked so far: "name type", the type as a number.
  [[nodiscard]] std::vector<std::string> questions() const;

 private:
  void serve_udp();
  void serve_https();
  void serve_connection(int client);
  /// The answer to a question; empty for what is none.
  [[nodiscard]] Bytes answer(ByteView question);

  std::vector<Host> hosts_;
  std::shared_ptr<const ServerConfig> config_;
  int udp_ = -1;
  int listener_ = -1;
  std::uint16_t udp_port_ = 0;
  std::uint16_t https_port_ = 0;
  bool is_on_ipv6_;
  mutable std::mutex guard_;  // of what follows
  std::vector<std::string> questions_;
  std::vector<int> clients_;
  std::vector<std::thread> threads_;
  std::thread udp_thread_;
  std::thread https_thread_;
};

}  // namespace keyway::interop
