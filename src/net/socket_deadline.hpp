#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace keyway::net {

/// A moment at which a socket is closed, whatever is under way on it. It may be moved often: the timer itself is set
/// anew only where it would ring too late. For the socket's own thread.
class SocketDeadline {
 public:
  /// `socket` stays where it is, and outlives this.
  explicit SocketDeadline(boost::asio::ip::tcp::socket& socket);
  SocketDeadline(const SocketDeadline&) = delete;
  SocketDeadline& operator=(const SocketDeadline&) = delete;
  ~SocketDeadline();

  void expires_after(std::chrono::milliseconds time);
  /// True once it has closed the socket.
  [[nodiscard]] bool has_passed() const noexcept;

 private:
  struct State;
  static void set(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // what the timer holds, too
};

}  // namespace keyway::net
