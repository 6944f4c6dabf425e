#pragma once
/// \file
/// Other programs as clients and servers, set up for the world's certificates.

#include <memory>
#include <string>
#include <vector>

#include "interop/world.hpp"

namespace keyway::interop {

/// `openssl s_client` that verifies our server, and asks for its page.
[[nodiscard]] Outcome s_client(const KeywayServer& server, const std::vector<std::string>& more,
                               const std::string& input = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");

/// `openssl s_server -www` on a free port.
class OpenSslServer {
 public:
  explicit OpenSslServer(crypto::KeyType type, const std::vector<std::string>& more = {});
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Process& process() noexcept { return *process_; }

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

[[nodiscard]] std::string nginx_command();

/// nginx that answers "Hello from nginx", with these `ssl_protocols` and more directives.
class NginxServer {
 public:
  explicit NginxServer(const std::string& protocols, const std::string& directives = "");
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Process& process() noexcept { return *process_; }

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// A database of NSS without a password that trusts the world's root; `certutil` makes it.
[[nodiscard]] std::string nss_database(const std::string& folder);

/// How a language runs its peer program of tests/interop/peers: the command up to the role.
using Command = std::vector<std::string>;
[[nodiscard]] std::string peer_source(const std::string& name);
[[nodiscard]] Command with(Command command, const Command& more);
/// The newest Go of this machine.
[[nodiscard]] std::string go_command();
/// The 23 of "go1.23.5"; 0 where there is no Go.
[[nodiscard]] int go_minor_version();
/// Builds a Go peer once.
[[nodiscard]] std::string go_peer(const std::string& source = "peer.go");

}  // namespace keyway::interop
