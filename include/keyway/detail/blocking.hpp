#pragma once
// The definitions of <keyway/blocking.hpp>, inline, so that it needs no library beside the protocol's.

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

#include <keyway/blocking.hpp>

namespace keyway {

inline Result<BlockingStream> BlockingStream::client(int fd, std::shared_ptr<const ClientConfig> config,
                                                     const ServerName& name, const BlockingTimeouts& timeouts,
                                                     const ConnectionOptions& options) {
  auto connection = Connection::client(std::move(config), name, options);
  if (!connection) return std::unexpected(std::move(connection.error()));
  return BlockingStream(fd, std::move(*connection), timeouts);
}

inline Result<BlockingStream> BlockingStream::server(int fd, std::shared_ptr<const ServerConfig> config,
                                                     const BlockingTimeouts& timeouts,
                                                     const ConnectionOptions& options) {
  auto connection = Connection::server(std::move(config), options);
  if (!connection) return std::unexpected(std::move(connection.error()));
  return BlockingStream(fd, std::move(*connection), timeouts);
}

inline Result<void> BlockingStream::handshake() {
  const Deadline deadline = deadline_after(timeouts_.handshake);
  for (;;) {
    if (auto flushed = flush_output(deadline); !flushed) return flushed;
    if (!connection_.is_handshaking()) return start_kernel_tls();
    if (auto advanced = advance_handshake(deadline); !advanced) return advanced;
  }
}

/// Answers a pause, or receives once.
inline Result<void> BlockingStream::advance_handshake(const Deadline& deadline) {
  if (connection_.pause()) {
    if (auto answered = answer_pause(); !answered) return std::unexpected(failed(std::move(answered.error())));
  } else if (connection_.peer_has_closed()) {
    return std::unexpected(fail(ErrorCode::PeerClosedInHandshake));
  } else if (auto read = read_more(deadline); !read) {
    return read;
  }
  return decode();
}

inline Result<std::size_t> BlockingStream::write_early(ByteView data) {
  constexpr std::size_t most_at_once = 65536;
  if (auto flushed = flush_output(deadline_after(timeouts_.handshake)); !flushed) {
    return std::unexpected(std::move(flushed.error()));
  }
  std::size_t total = 0;
  Bytes sealed;
  while (!data.empty() && connection_.early_data_left() != 0) {
    const ByteView part = data.first(std::min({data.size(), connection_.early_data_left(), most_at_once}));
    sealed.resize(std::max(sealed.size(), connection_.sealed_size(part.size())));
    auto sent = connection_.send_early(part, sealed);
    if (!sent) return std::unexpected(std::move(sent.error()));
    if (auto written = send_all(ByteView(sealed).first(sent->written), timeouts_.write, {}); !written) {
      return std::unexpected(std::move(written.error()));
    }
    data = data.subspan(sent->consumed);
    total += sent->consumed;
  }
  return total;
}

inline Result<std::size_t> BlockingStream::read_early(ByteSpan out) {
  const Deadline deadline = deadline_after(timeouts_.handshake);
  while (early_begin_ == early_.size()) {
    early_ = Bytes();
    early_begin_ = 0;
    if (auto flushed = flush_output(deadline); !flushed) return std::unexpected(std::move(flushed.error()));
    if (!connection_.is_handshaking()) {
      if (auto started = start_kernel_tls(); !started) return std::unexpected(std::move(started.error()));
      return 0;
    }
    if (auto advanced = advance_handshake(deadline); !advanced) return std::unexpected(std::move(advanced.error()));
  }
  const ByteView waiting = ByteView(early_).subspan(early_begin_);
  const std::size_t count = std::min(out.size(), waiting.size());
  std::ranges::copy(waiting.first(count), out.begin());
  early_begin_ += count;
  return count;
}

inline Result<std::size_t> BlockingStream::read_some(ByteSpan out) {
  if (connection_.is_handshaking()) return std::unexpected(fail(ErrorCode::NotReady).at("read_some"));
  while (data_.empty()) {
    if (auto decoded = decode(); !decoded) return std::unexpected(std::move(decoded.error()));
    if (!data_.empty()) break;
    if (connection_.peer_has_closed()) return 0;
    if (connection_.pause()) {
      if (auto answered = answer_pause(); !answered) return std::unexpected(failed(std::move(answered.error())));
      continue;
    }
    // A KeyUpdate that was asked for goes out before waiting.
    if (auto flushed = flush_output(deadline_after(timeouts_.write)); !flushed) {
      return std::unexpected(std::move(flushed.error()));
    }
    if (auto read = read_more(deadline_after(timeouts_.read)); !read) return std::unexpected(std::move(read.error()));
  }
  const std::size_t count = std::min(out.size(), data_.size());
  std::ranges::copy(data_.first(count), out.begin());
  data_ = data_.subspan(count);
  if (data_.empty() && begin_ == end_) {
    input_ = Bytes();
    begin_ = end_ = 0;
  }
  return count;
}

inline Result<void> BlockingStream::write_all(ByteView data) {
  return write_all(std::span(&data, 1));
}

inline Result<void> BlockingStream::write_all(std::span<const ByteView> pieces) {
  if (kernel_) {
    for (const ByteView piece : pieces) {
      if (auto sent = send_by_kernel(piece); !sent) return sent;
    }
    return {};
  }
  constexpr std::size_t most_at_once = 65536;
  Bytes sealed;
  for (ByteView piece : pieces) {
    while (!piece.empty()) {
      const ByteView part = piece.first(std::min(piece.size(), most_at_once));
      sealed.resize(std::max(sealed.size(), connection_.sealed_size(part.size())));
      auto sent = connection_.send(part, sealed);
      if (!sent) return std::unexpected(std::move(sent.error()));
      if (auto written = send_all(ByteView(sealed).first(sent->written), timeouts_.write, {}); !written) return written;
      piece = piece.subspan(sent->consumed);
    }
  }
  return {};
}

inline Result<void> BlockingStream::close_sending() {
  connection_.close();
  return flush_output(deadline_after(timeouts_.close));
}

inline Result<void> BlockingStream::close() {
  if (auto closed = close_sending(); !closed) return closed;
  const Deadline deadline = deadline_after(timeouts_.close);
  for (;;) {
    data_ = {};
    if (auto decoded = decode(); !decoded) return decoded;
    if (!data_.empty()) continue;
    if (connection_.peer_has_closed()) return {};
    if (auto read = read_more(deadline); !read) return read;
  }
}

inline BlockingStream::Deadline BlockingStream::deadline_after(std::chrono::milliseconds timeout) {
  if (timeout.count() <= 0) return std::nullopt;
  return std::chrono::steady_clock::now() + timeout;
}

/// Waits until the socket is ready for one of `events`, or broken. Errors: TimedOut, TransportFailed.
inline Result<void> BlockingStream::wait_until_ready(short events, const Deadline& deadline) const {
  for (;;) {
    int wait_ms = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::unexpected(fail(ErrorCode::TimedOut));
      wait_ms = static_cast<int>(std::min<std::chrono::milliseconds::rep>(left.count(), 1'000'000));
    }
    ::pollfd watched{.fd = fd_, .events = events, .revents = 0};
    const int ready = ::poll(&watched, 1, wait_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) {
      return std::unexpected(fail(ErrorCode::TransportFailed).received(std::generic_category().message(errno)));
    }
  }
}

inline Result<void> BlockingStream::send_all(ByteView bytes, std::chrono::milliseconds timeout,
                                             const Deadline& overall) const {
  while (!bytes.empty()) {
    const Deadline deadline = overall ? overall : deadline_after(timeout);
    const ::ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      return std::unexpected(fail(ErrorCode::TransportFailed).received(std::generic_category().message(errno)));
    }
    if (auto ready = wait_until_ready(POLLOUT, deadline); !ready) return ready;
  }
  return {};
}

/// Sends what the protocol itself has to say.
inline Result<void> BlockingStream::flush_output(const Deadline& overall) {
  if (kernel_) return flush_by_kernel(overall);
  while (!connection_.output().empty()) {
    const ByteView output = connection_.output();
    if (auto sent = send_all(output, timeouts_.write, overall); !sent) return sent;
    connection_.sent(output.size());
  }
  return {};
}

/// Receives once, at least a byte, or learns of the end.
inline Result<void> BlockingStream::read_more(const Deadline& deadline) {
  if (kernel_) return read_more_opened(deadline);
  constexpr std::size_t usual_room = 16384 + 512;
  const std::size_t held = end_ - begin_;
  if (begin_ != 0) std::ranges::copy(ByteView(input_).subspan(begin_, held), input_.begin());
  begin_ = 0;
  end_ = held;
  input_.resize(std::max({input_.size(), usual_room, held + std::max<std::size_t>(needed_, 1)}));
  for (;;) {
    ByteSpan room = ByteSpan(input_).subspan(end_);
    // The kernel takes over between two records: none is begun beyond the one that is asked for.
    if (kernel_offer_.offers_anything()) {
      constexpr std::size_t header = 5;
      room = room.first(std::min(room.size(), end_ == 0 ? header : std::max<std::size_t>(needed_, 1)));
    }
    const ::ssize_t count = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
    if (count > 0) {
      end_ += static_cast<std::size_t>(count);
      return {};
    }
    if (count == 0) return connection_.end_of_input();
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      return std::unexpected(fail(ErrorCode::TransportFailed).received(std::generic_category().message(errno)));
    }
    if (auto ready = wait_until_ready(POLLIN, deadline); !ready) return ready;
  }
}

/// Works through what has come, until there is data, a pause, or nothing more to be had.
inline Result<void> BlockingStream::decode() {
  while (data_.empty() && begin_ != end_ && !connection_.pause() && !connection_.peer_has_closed()) {
    auto received = connection_.receive(ByteSpan(input_).subspan(begin_, end_ - begin_));
    if (!received) return std::unexpected(failed(std::move(received.error())));
    if (kernel_) {
      auto followed = kernel_->follow_reading_keys(connection_);
      if (!followed) return std::unexpected(failed(std::move(followed.error())));
    }
    begin_ += received->consumed;
    needed_ = received->needed;
    data_ = received->application_data;
    early_.insert(early_.end(), received->early_data.begin(), received->early_data.end());
    if (received->consumed == 0) break;
  }
  return {};
}

inline Result<void> BlockingStream::answer_pause() {
  const auto pause = connection_.pause();
  if (!pause_handler_) return connection_.resume(answer::Refuse{AlertDescription::internal_error});
  return connection_.resume(pause_handler_(connection_, *pause));
}

/// Tells the peer, as far as it still listens.
inline Error BlockingStream::failed(Error error) {
  static_cast<void>(flush_output(deadline_after(std::chrono::seconds(1))));
  return error;
}

}  // namespace keyway
