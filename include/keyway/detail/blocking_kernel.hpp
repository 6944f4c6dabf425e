#pragma once
// The definitions of <keyway/blocking.hpp> about records in the kernel, files and connections that leave.

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <keyway/blocking.hpp>

namespace keyway {

/// Once the handshake is done and all of it is sent.
inline Result<void> BlockingStream::start_kernel_tls() {
  const KernelTls offered = std::exchange(kernel_offer_, KernelTls());
  if (!offered.offers_anything() || begin_ != end_ || !data_.empty()) return {};
  auto started = KernelRecords::start(offered, fd_, connection_);
  if (!started) return std::unexpected(std::move(started.error()));
  kernel_ = std::move(*started);
  // A KeyUpdate of the peer's may want its answer.
  return kernel_ ? flush_output(deadline_after(timeouts_.write)) : Result<void>();
}

/// As read_more(), of what the kernel has opened.
inline Result<void> BlockingStream::read_more_opened(const Deadline& deadline) {
  const std::size_t held = end_ - begin_;
  if (begin_ != 0) std::ranges::copy(ByteView(input_).subspan(begin_, held), input_.begin());
  begin_ = 0;
  end_ = held;
  input_.resize(std::max(input_.size(), held + KernelRecords::record_room));
  for (;;) {
    auto count = kernel_->receive(connection_, ByteSpan(input_).subspan(end_));
    if (!count) return std::unexpected(failed(std::move(count.error())));
    if (*count && **count == 0) return connection_.end_of_input();
    if (*count) {
      end_ += **count;
      return {};
    }
    if (auto ready = wait_until_ready(POLLIN, deadline); !ready) return ready;
  }
}

inline Result<void> BlockingStream::flush_by_kernel(const Deadline& overall) {
  while (!connection_.output().empty()) {
    auto sent = kernel_->send_records(connection_, connection_.output());
    if (!sent) return std::unexpected(std::move(sent.error()));
    if (*sent) {
      connection_.sent(**sent);
      continue;
    }
    const Deadline deadline = overall ? overall : deadline_after(timeouts_.write);
    if (auto ready = wait_until_ready(POLLOUT, deadline); !ready) return ready;
  }
  return {};
}

/// What goes before data: the protocol's own output, and new keys when they are due.
inline Result<void> BlockingStream::update_keys_when_due() {
  if (connection_.error() != nullptr) return std::unexpected(*connection_.error());
  if (connection_.has_closed()) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("write_all"));
  auto due = kernel_->needs_key_update();
  if (!due) return std::unexpected(std::move(due.error()));
  if (*due) {
    if (auto updated = connection_.update_keys(false); !updated) return updated;
  }
  return flush_output({});
}

inline Result<void> BlockingStream::send_by_kernel(ByteView data) {
  constexpr std::size_t most_at_once = 65536;
  while (!data.empty()) {
    if (auto updated = update_keys_when_due(); !updated) return updated;
    auto sent = kernel_->send(data.first(std::min(data.size(), most_at_once)));
    if (!sent) return std::unexpected(std::move(sent.error()));
    if (*sent) {
      data = data.subspan(**sent);
    } else if (auto ready = wait_until_ready(POLLOUT, deadline_after(timeouts_.write)); !ready) {
      return ready;
    }
  }
  return {};
}

inline Result<std::size_t> BlockingStream::send_file_by_kernel(int file, std::uint64_t offset, std::size_t size) {
  constexpr std::size_t most_at_once = std::size_t{1} << 20U;
  // sendfile() has no flag for it.
  const int flags = ::fcntl(fd_, F_GETFL);
  const bool is_blocking = flags >= 0 && (flags & O_NONBLOCK) == 0;
  if (is_blocking) ::fcntl(fd_, F_SETFL, flags | O_NONBLOCK);
  std::size_t total = 0;
  Result<void> outcome;
  while (outcome && total < size) {
    outcome = update_keys_when_due();
    if (!outcome) break;
    auto sent = kernel_->send_file(file, offset + total, std::min(size - total, most_at_once));
    if (!sent) {
      outcome = std::unexpected(std::move(sent.error()));
    } else if (!*sent) {
      outcome = wait_until_ready(POLLOUT, deadline_after(timeouts_.write));
    } else if (**sent == 0) {
      break;  // the file ends here
    } else {
      total += **sent;
    }
  }
  if (is_blocking) ::fcntl(fd_, F_SETFL, flags);
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  return total;
}

inline Result<std::size_t> BlockingStream::send_file(int file, std::uint64_t offset, std::size_t size) {
  if (kernel_) return send_file_by_kernel(file, offset, size);
  constexpr std::size_t most_at_once = 65536;
  Bytes part(std::min(size, most_at_once));
  std::size_t total = 0;
  while (total < size) {
    const std::size_t wanted = std::min(size - total, part.size());
    const ::ssize_t count = ::pread(file, part.data(), wanted, static_cast<::off_t>(offset + total));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return std::unexpected(
          fail(ErrorCode::FileUnreadable).at("send_file").received(std::generic_category().message(errno)));
    }
    if (count == 0) break;
    const auto read = static_cast<std::size_t>(count);
    if (auto written = write_all(ByteView(part).first(read)); !written) {
      return std::unexpected(std::move(written.error()));
    }
    total += read;
  }
  return total;
}

inline Result<Bytes> BlockingStream::export_idle(const HandoverKey& key) {
  if (kernel_) {
    return std::unexpected(
        fail(ErrorCode::NotReady).at("export_idle").expected("a connection whose keys the kernel does not have"));
  }
  if (auto flushed = flush_output(deadline_after(timeouts_.write)); !flushed) {
    return std::unexpected(std::move(flushed.error()));
  }
  if (begin_ != end_ || !data_.empty() || early_begin_ != early_.size()) {
    return std::unexpected(fail(ErrorCode::NotReady).at("export_idle").expected("all that came to be read first"));
  }
  return connection_.export_idle(key);
}

}  // namespace keyway
