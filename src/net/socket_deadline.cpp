#include "net/socket_deadline.hpp"

namespace keyway::net {

using std::chrono::steady_clock;

struct SocketDeadline::State {
  explicit State(boost::asio::ip::tcp::socket& of) : socket(&of), timer(of.get_executor()) {}

  boost::asio::ip::tcp::socket* socket;  ///< null once nobody is interested
  boost::asio::steady_timer timer;
  steady_clock::time_point moment{};
  steady_clock::time_point rings = steady_clock::time_point::max();  ///< max: it is not set
  bool has_passed = false;
};

SocketDeadline::SocketDeadline(boost::asio::ip::tcp::socket& socket) : state_(std::make_shared<State>(socket)) {}

SocketDeadline::~SocketDeadline() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void SocketDeadline::expires_after(std::chrono::milliseconds time) {
  state_->moment = steady_clock::now() + time;
  if (state_->moment < state_->rings) set(state_);
}

bool SocketDeadline::has_passed() const noexcept {
  return state_->has_passed;
}

void SocketDeadline::set(const std::shared_ptr<State>& state) {
  state->rings = state->moment;
  state->timer.expires_at(state->rings);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->socket == nullptr) return;
    state->rings = steady_clock::time_point::max();
    if (state->moment > steady_clock::now()) return set(state);
    state->has_passed = true;
    boost::system::error_code ignored;
    state->socket->close(ignored);
  });
}

}  // namespace keyway::net
