#include "net/socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/text.hpp"

namespace keyway::net {
namespace {

using std::chrono::steady_clock;

struct AddressListDeleter {
  void operator()(::addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<::addrinfo, AddressListDeleter>;

/// Asks the system. For numeric addresses this never leaves the machine.
[[nodiscard]] Result<AddressList> look_up(const std::string& host, std::uint16_t port, bool numeric) {
  ::addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : AI_ADDRCONFIG);
  ::addrinfo* list = nullptr;
  const int outcome = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (outcome == 0) return AddressList(list);
  const std::string cause = outcome == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(outcome);
  return std::unexpected(fail(ErrorCode::NameNotResolved)
                             .at(printable(host))
                             .received(cause)
                             .advice("check the spelling and the network; --resolve HOST:PORT:ADDR names an address "
                                     "without asking DNS"));
}

/// The address texts to try for `host`; empty: ask the system.
[[nodiscard]] std::vector<IpAddress> known_addresses(const ServerName& host, std::uint16_t port,
                                                     const std::vector<ResolveOverride>& overrides) {
  std::vector<IpAddress> known;
  for (const ResolveOverride& entry : overrides) {
    if (entry.port == port && entry.host == host.to_string()) known.push_back(entry.address);
  }
  if (!known.empty()) return known;
  if (const IpAddress* address = host.ip()) return {*address};
  // RFC 6761 6.3: names under "localhost" are this machine, and no DNS server is to be asked.
  if (host.dns() == "localhost" || host.dns().ends_with(".localhost")) {
    return {*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::1")};
  }
  return {};
}

/// The error number of the connect, or 0.
[[nodiscard]] int wait_for_connect(int fd, std::chrono::milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return ETIMEDOUT;
    ::pollfd watched{.fd = fd, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000)));
    if (ready < 0 && errno != EINTR) return errno;
    if (ready <= 0) continue;
    int error = 0;
    ::socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

/// The connected socket, or the error number.
[[nodiscard]] std::expected<Descriptor, int> connect_one(const ::addrinfo& address, std::chrono::milliseconds timeout) {
  Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.fd() < 0) return std::unexpected(errno);
  int error = ::connect(socket.fd(), address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS || error == EINTR) error = wait_for_connect(socket.fd(), timeout);
  if (error != 0) return std::unexpected(error);
  const int on = 1;
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

[[nodiscard]] std::string text_of(const ::addrinfo& address) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  const std::string text(host.data());
  return (address.ai_family == AF_INET6 ? "[" + text + "]" : text) + ":" + port.data();
}

[[nodiscard]] std::string cure_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return "nothing listens there: is the server running, and is the port right?";
    case ETIMEDOUT:
      return "nothing answers there: is a firewall in between?";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no way to that network from here";
    default:
      return "check the address, the port and the network";
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Descriptor::~Descriptor() {
  close();
}
void Descriptor::close() noexcept {
  if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

Result<ResolveOverride> ResolveOverride::parse(std::string_view text) {
  const auto wrong = [&] {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("--resolve")
                               .expected("HOST:PORT:ADDR")
                               .received(printable(text))
                               .advice("for example --resolve shop.localhost:8443:127.0.0.1"));
  };
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return wrong();
  const std::string_view port_text = text.substr(first + 1, second - first - 1);
  std::string_view address_text = text.substr(second + 1);
  if (address_text.starts_with('[') && address_text.ends_with(']')) {
    address_text = address_text.substr(1, address_text.size() - 2);
  }
  std::uint16_t port = 0;
  const auto [end, problem] =
      std::from_chars(std::to_address(port_text.begin()), std::to_address(port_text.end()), port);
  const auto address = IpAddress::parse(address_text);
  const auto host = ServerName::parse(text.substr(0, first));
  if (problem != std::errc() || end != std::to_address(port_text.end()) || port == 0 || !address || !host)
    return wrong();
  return ResolveOverride{.host = host->to_string(), .port = port, .address = *address};
}

Result<TcpConnection> connect_tcp(const ServerName& host, std::uint16_t port, const ConnectOptions& options) {
  const auto resolving = steady_clock::now();
  std::vector<AddressList> lists;
  const std::vector<IpAddress> known = known_addresses(host, port, options.overrides);
  for (const IpAddress& address : known) {
    if (auto list = look_up(address.to_string(), port, true)) lists.push_back(std::move(*list));
  }
  if (known.empty()) {
    auto list = look_up(host.to_string(), port, false);
    if (!list) return std::unexpected(std::move(list.error()));
    lists.push_back(std::move(*list));
  }

  TcpConnection connection{.socket = {}, .address = {}, .resolved_in = time_since(resolving), .connected_in = {}};
  const auto connecting = steady_clock::now();
  std::string tried;
  int last_error = EADDRNOTAVAIL;
  std::size_t attempts = 0;
  for (const AddressList& list : lists) {
    for (const ::addrinfo* address = list.get(); address != nullptr && attempts < 16; address = address->ai_next) {
      ++attempts;
      auto socket = connect_one(*address, options.timeout);
      if (socket) {
        connection.socket = std::move(*socket);
        connection.address = text_of(*address);
        connection.connected_in = time_since(connecting);
        return connection;
      }
      // The first address is the one that was meant; later ones fail for lesser reasons (no IPv6 here).
      if (attempts == 1) last_error = socket.error();
      tried += (tried.empty() ? "" : "; ") + text_of(*address) + ": " + std::generic_category().message(socket.error());
    }
  }
  return std::unexpected(
      fail(ErrorCode::ConnectFailed).at(host.to_string()).received(tried).advice(cure_of(last_error)));
}

}  // namespace keyway::net
