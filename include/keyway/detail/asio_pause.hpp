#pragma once
// How the answer to a pause finds its way back to the handshake.

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <keyway/connection.hpp>

namespace keyway::asio {

/// Answers a pause: to be called once, on any thread. Destroyed unused, it refuses.
class Resume {
 public:
  explicit Resume(std::move_only_function<void(Answer)> deliver) : deliver_(std::move(deliver)) {}
  Resume(Resume&& other) noexcept : deliver_(std::exchange(other.deliver_, nullptr)) {}
  Resume& operator=(Resume&&) = delete;
  ~Resume() {
    if (deliver_) deliver_(answer::Refuse{AlertDescription::internal_error});
  }

  void operator()(Answer answer) {
    if (auto deliver = std::exchange(deliver_, nullptr)) deliver(std::move(answer));
  }

 private:
  std::move_only_function<void(Answer)> deliver_;
};

namespace detail {

/// A handler that waits for an answer or for its cancellation, whichever is first. All calls on its executor, but
/// executor().
template <typename Handler, typename Executor>
class WaitingAnswer : public std::enable_shared_from_this<WaitingAnswer<Handler, Executor>> {
 public:
  WaitingAnswer(Handler handler, const Executor& executor)
      : handler_(std::move(handler)), executor_(executor), work_(executor) {}

  [[nodiscard]] Executor executor() const noexcept { return executor_; }
  [[nodiscard]] bool is_done() const noexcept { return !handler_; }

  void wait_for_cancellation() {
    auto slot = boost::asio::get_associated_cancellation_slot(*handler_);
    if (!slot.is_connected()) return;
    slot.assign([weak = this->weak_from_this()](boost::asio::cancellation_type) {
      const auto self = weak.lock();
      if (!self) return;
      boost::asio::post(self->executor(), [self] { self->complete(boost::asio::error::operation_aborted); });
    });
  }
  void complete(const boost::system::error_code& error) {
    if (!handler_) return;
    auto slot = boost::asio::get_associated_cancellation_slot(*handler_);
    if (slot.is_connected()) slot.clear();
    auto handler = std::move(*handler_);
    handler_.reset();
    auto work = std::move(work_);
    std::move(handler)(error);
  }

 private:
  std::optional<Handler> handler_;
  const Executor executor_;
  boost::asio::executor_work_guard<Executor> work_;
};

}  // namespace detail
}  // namespace keyway::asio
