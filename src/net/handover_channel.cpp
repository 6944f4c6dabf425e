#include "net/handover_channel.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>

#include <keyway/connection.hpp>

#include "core/text.hpp"

namespace keyway::net {
namespace {

namespace fs = std::filesystem;
using LocalAddress = boost::asio::local::stream_protocol::endpoint;

constexpr std::chrono::milliseconds patience{10'000};
/// Kind, and the payload's size.
constexpr std::size_t frame_size = 5;

[[nodiscard]] Error handover_error(int error, std::string_view doing) {
  return fail(ErrorCode::TransportFailed).at(doing).received(std::generic_category().message(error));
}

/// Room for a control message with one descriptor; the alignment leaves room for a second.
struct alignas(::cmsghdr) DescriptorControl {
  using One = std::array<std::uint8_t, sizeof(int)>;
  std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> bytes{};

  [[nodiscard]] ByteSpan at(std::size_t index) {
    return ByteSpan(bytes).subspan(CMSG_LEN(0) + index * sizeof(int), sizeof(int));
  }
  void put(int descriptor) { std::ranges::copy(std::bit_cast<One>(descriptor), at(0).begin()); }
  [[nodiscard]] Descriptor take(std::size_t index) {
    One one{};
    std::ranges::copy(at(index), one.begin());
    return Descriptor(std::bit_cast<int>(one));
  }
};

/// The first byte of a message, and the descriptor that goes with it. Stays where it is made.
struct DescriptorMessage {
  DescriptorControl control;
  ::iovec part{};
  ::msghdr header{};

  explicit DescriptorMessage(std::uint8_t& first) noexcept : part{.iov_base = &first, .iov_len = 1} {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    offer_room();
  }
  DescriptorMessage(const DescriptorMessage&) = delete;
  DescriptorMessage& operator=(const DescriptorMessage&) = delete;
  ~DescriptorMessage() = default;

  void offer_room() noexcept {
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
  }
};

[[nodiscard]] Result<void> wait_for_peer(int fd, short events) {
  for (;;) {
    ::pollfd watched{.fd = fd, .events = events, .revents = 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
    if (ready > 0) return {};
    if (ready == 0) return std::unexpected(fail(ErrorCode::TimedOut).at("hand-over").received("no answer in time"));
    if (errno != EINTR) return std::unexpected(handover_error(errno, "hand-over"));
  }
}

[[nodiscard]] bool may_try_again(int error) noexcept {
  return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

/// True where the other end belongs to this process's user: the file's mode says so too, unless somebody changed it.
[[nodiscard]] bool is_own_user(int fd) noexcept {
  ::ucred peer{};
  ::socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

[[nodiscard]] Result<LocalAddress> address_of(const fs::path& path) {
  ::sockaddr_un room{};
  if (!path.empty() && path.native().size() < sizeof room.sun_path) return LocalAddress(path.native());
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("the hand-over's socket")
                             .expected("a path of 1 to " + std::to_string(sizeof room.sun_path - 1) + " bytes")
                             .received(printable(path.native())));
}

[[nodiscard]] Descriptor new_socket() {
  return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

[[nodiscard]] Error door_error(int error, const fs::path& path) {
  return fail(ErrorCode::ListenFailed)
      .at(printable(path.native()))
      .received(std::generic_category().message(error))
      .advice("name a socket in a folder that this user may write to, and no file that is there");
}

}  // namespace

Result<std::optional<HandoverChannel>> HandoverChannel::connect(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  Descriptor socket = new_socket();
  if (::connect(socket.fd(), address->data(), static_cast<::socklen_t>(address->size())) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) return std::optional<HandoverChannel>();
    return std::unexpected(handover_error(errno, printable(path.native())));
  }
  if (is_own_user(socket.fd())) return std::optional(HandoverChannel(std::move(socket)));
  return std::unexpected(fail(ErrorCode::TransportFailed)
                             .at(printable(path.native()))
                             .received("another user's process")
                             .advice("name a socket in a folder that nobody else may write to"));
}

Result<void> HandoverChannel::send(HandoverMessage::Kind kind, ByteView payload, int descriptor) const {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::array<std::uint8_t, frame_size> frame{static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(size >> 24U),
                                             static_cast<std::uint8_t>(size >> 16U),
                                             static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
  if (descriptor < 0) {
    if (auto sent = send_bytes(frame); !sent) return sent;
    return send_bytes(payload);
  }
  DescriptorMessage message(frame.front());
  message.control.put(descriptor);
  ::cmsghdr* header = CMSG_FIRSTHDR(&message.header);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  message.header.msg_controllen = header->cmsg_len;
  // The descriptor goes with the first byte.
  while (::sendmsg(socket_.fd(), &message.header, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) {
    if (!may_try_again(errno)) return std::unexpected(handover_error(errno, "hand-over"));
    if (auto ready = wait_for_peer(socket_.fd(), POLLOUT); !ready) return ready;
  }
  if (auto sent = send_bytes(ByteView(frame).subspan(1)); !sent) return sent;
  return send_bytes(payload);
}

Result<void> HandoverChannel::send_bytes(ByteView bytes) const {
  while (!bytes.empty()) {
    const ::ssize_t count = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (!may_try_again(errno)) return std::unexpected(handover_error(errno, "hand-over"));
    if (auto ready = wait_for_peer(socket_.fd(), POLLOUT); !ready) return ready;
  }
  return {};
}

Result<bool> HandoverChannel::receive_bytes(ByteSpan out) const {
  bool has_begun = false;
  while (!out.empty()) {
    const ::ssize_t count = ::recv(socket_.fd(), out.data(), out.size(), MSG_DONTWAIT);
    if (count > 0) {
      has_begun = true;
      out = out.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count == 0 && !has_begun) return false;
    if (count == 0) return std::unexpected(handover_error(ECONNRESET, "hand-over"));
    if (!may_try_again(errno)) return std::unexpected(handover_error(errno, "hand-over"));
    if (auto ready = wait_for_peer(socket_.fd(), POLLIN); !ready) return std::unexpected(std::move(ready.error()));
  }
  return true;
}

Result<std::optional<HandoverMessage>> HandoverChannel::receive() const {
  HandoverMessage received;
  std::array<std::uint8_t, frame_size> frame{};
  DescriptorMessage message(frame.front());
  ::ssize_t count = 0;
  while ((count = ::recvmsg(socket_.fd(), &message.header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT)) < 0) {
    if (errno == ECONNRESET) return std::optional<HandoverMessage>();
    if (!may_try_again(errno)) return std::unexpected(handover_error(errno, "hand-over"));
    if (auto ready = wait_for_peer(socket_.fd(), POLLIN); !ready) return std::unexpected(std::move(ready.error()));
    message.offer_room();
  }
  if (count == 0) return std::optional<HandoverMessage>();
  const ::cmsghdr* header = CMSG_FIRSTHDR(&message.header);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    received.descriptor = message.control.take(0);
    if (header->cmsg_len > CMSG_LEN(sizeof(int))) message.control.take(1).close();
  }
  const auto rest = receive_bytes(ByteSpan(frame).subspan(1));
  if (!rest) return std::unexpected(rest.error());
  const std::size_t size =
      std::size_t{frame[1]} << 24U | std::size_t{frame[2]} << 16U | std::size_t{frame[3]} << 8U | std::size_t{frame[4]};
  received.kind = static_cast<HandoverMessage::Kind>(frame[0]);
  if (!*rest || size > Connection::max_exported) return std::unexpected(handover_error(EPROTO, "hand-over"));
  received.payload.resize(size);
  const auto whole = receive_bytes(received.payload);
  if (!whole) return std::unexpected(whole.error());
  if (!*whole) return std::unexpected(handover_error(EPROTO, "hand-over"));
  return std::optional(std::move(received));
}

Result<HandoverDoor> HandoverDoor::open(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  struct ::stat about{};
  if (::lstat(path.c_str(), &about) == 0) {
    if (!S_ISSOCK(about.st_mode)) return std::unexpected(door_error(EEXIST, path));
    auto there = HandoverChannel::connect(path);
    if (!there) return std::unexpected(std::move(there.error()));
    if (*there) return std::unexpected(door_error(EADDRINUSE, path));
    ::unlink(path.c_str());  // of a process that is gone
  }
  Descriptor socket = new_socket();
  // Before it has its name: the file gets this mode, and there is no moment with another.
  if (::fchmod(socket.fd(), S_IRUSR | S_IWUSR) != 0 ||
      ::bind(socket.fd(), address->data(), static_cast<::socklen_t>(address->size())) != 0) {
    return std::unexpected(door_error(errno, path));
  }
  HandoverDoor door(std::move(socket), path);
  if (::listen(door.fd(), 1) != 0) return std::unexpected(door_error(errno, path));
  return door;
}

HandoverDoor::~HandoverDoor() {
  if (socket_.fd() >= 0) ::unlink(path_.c_str());
}

std::optional<HandoverChannel> HandoverDoor::accept() const {
  Descriptor socket(::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.fd() < 0 || !is_own_user(socket.fd())) return std::nullopt;
  return HandoverChannel(std::move(socket));
}

}  // namespace keyway::net
