#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <keyway/error.hpp>
#include <keyway/name.hpp>

namespace keyway::net {

/// An open file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// The caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void close() noexcept;

 private:
  int fd_ = -1;
};

using Socket = Descriptor;

[[nodiscard]] inline std::chrono::microseconds time_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
}

/// Says that HOST:PORT is to be found at this address, whatever DNS says: `--resolve HOST:PORT:ADDR`.
struct ResolveOverride {
  std::string host;  ///< lower case
  std::uint16_t port = 0;
  IpAddress address;

  /// Reads "shop.localhost:8443:127.0.0.1" or "shop.localhost:8443:[::1]". Errors: InvalidArgument.
  [[nodiscard]] static Result<ResolveOverride> parse(std::string_view text);
};

struct ConnectOptions {
  std::vector<ResolveOverride> overrides = {};
  std::chrono::milliseconds timeout{10'000};  ///< for each address
};

struct TcpConnection {
  Descriptor socket;
  std::string address;  ///< "127.0.0.1:8443", "[::1]:8443"
  std::chrono::microseconds resolved_in{};
  std::chrono::microseconds connected_in{};
};

/// Looks the host up (names under "localhost" are this machine, RFC 6761 6.3) and connects to the first of its
/// addresses that answers. Errors: NameNotResolved, ConnectFailed, with every address tried.
[[nodiscard]] Result<TcpConnection> connect_tcp(const ServerName& host, std::uint16_t port,
                                                const ConnectOptions& options = {});

}  // namespace keyway::net
