#include "transport.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace keyway::bogo {
namespace {

std::unexpected<Failure> system_failure(std::string_view what) {
  return mismatch(std::string(what) + ": " + std::strerror(errno));
}

bool connect_to_loopback(int fd, bool ipv6, std::uint16_t port) {
  if (ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Outcome<Transport> Transport::connect(const Settings& settings) {
  const int fd = ::socket(settings.ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return system_failure("socket");
  Transport transport(fd);
  if (!connect_to_loopback(fd, settings.ipv6, static_cast<std::uint16_t>(settings.port.value_or(0)))) {
    return system_failure("connect");
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::array<std::uint8_t, 8> id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(settings.shim_id >> (8 * i));
  if (auto said = transport.write(id); !said) return std::unexpected(std::move(said.error()));
  return transport;
}

Transport::Transport(Transport&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Transport::~Transport() {
  if (fd_ < 0) return;
  std::array<std::uint8_t, 4096> rest{};
  if (::shutdown(fd_, SHUT_WR) == 0) {
    while (::read(fd_, rest.data(), rest.size()) > 0) continue;
  }
  ::close(fd_);
}

Outcome<std::size_t> Transport::read(ByteSpan out) {
  const ssize_t count = ::read(fd_, out.data(), out.size());
  if (count < 0) return system_failure("read");
  return static_cast<std::size_t>(count);
}

Outcome<void> Transport::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return system_failure("write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace keyway::bogo
