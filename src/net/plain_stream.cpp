#include "net/plain_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

namespace keyway::net {
namespace {

[[nodiscard]] std::unexpected<Error> failed(int error) {
  return std::unexpected(fail(ErrorCode::TransportFailed).received(std::generic_category().message(error)));
}

[[nodiscard]] bool is_temporary(int error) noexcept {
  return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

Result<void> PlainStream::wait(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::unexpected(fail(ErrorCode::TimedOut).received("no answer in time"));
    ::pollfd watched{.fd = socket_.fd(), .events = events, .revents = 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed(errno);
  }
}

Result<std::size_t> PlainStream::read_some(ByteSpan out) const {
  for (;;) {
    if (auto ready = wait(POLLIN); !ready) return std::unexpected(std::move(ready.error()));
    const ::ssize_t count = ::recv(socket_.fd(), out.data(), out.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (!is_temporary(errno)) return failed(errno);
  }
}

Result<void> PlainStream::write_all(ByteView data) const {
  while (!data.empty()) {
    if (auto ready = wait(POLLOUT); !ready) return ready;
    const ::ssize_t count = ::send(socket_.fd(), data.data(), data.size(), MSG_NOSIGNAL);
    if (count < 0 && !is_temporary(errno)) return failed(errno);
    if (count > 0) data = data.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace keyway::net
