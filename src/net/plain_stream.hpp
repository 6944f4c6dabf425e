#pragma once

#include <chrono>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "net/socket.hpp"

namespace keyway::net {

/// Bytes over a connected, non-blocking TCP socket without TLS, until a moment at which all has to be done.
class PlainStream {
 public:
  PlainStream(Socket socket, std::chrono::steady_clock::time_point deadline) noexcept
      : socket_(std::move(socket)), deadline_(deadline) {}

  /// At least one byte; 0: the peer has closed. Errors: TimedOut, TransportFailed.
  [[nodiscard]] Result<std::size_t> read_some(ByteSpan out) const;
  [[nodiscard]] Result<void> write_all(ByteView data) const;

 private:
  [[nodiscard]] Result<void> wait(short events) const;

  Socket socket_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace keyway::net
