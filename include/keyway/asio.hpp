#pragma once
/// \file
/// TLS over any Boost.Asio stream, with the surface of boost::asio::ssl::stream. The one header with Boost's types.
///
/// \code
///   keyway::asio::stream<tcp::socket> stream(std::move(socket), config, name);  // the name can't be forgotten
///   co_await stream.async_handshake(use_awaitable);
///   co_await async_write(stream, buffer("hello"), use_awaitable);
/// \endcode
///
/// Works under Boost.Beast (http, websocket, tcp_stream with its timeouts). Like every Asio object, a stream belongs to
/// one strand; one read and one write may be under way at the same time.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <boost/system/system_error.hpp>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/detail/asio_engine.hpp>
#include <keyway/detail/asio_error.hpp>
#include <keyway/detail/asio_kernel.hpp>
#include <keyway/detail/asio_late.hpp>
#include <keyway/detail/asio_pause.hpp>
#include <keyway/error.hpp>
#include <keyway/handover.hpp>
#include <keyway/kernel_tls.hpp>
#include <keyway/name.hpp>

namespace keyway::asio {

/// A TLS stream over `NextLayer`, an Asio stream (or a reference to one).
///
/// Errors are the transport's own, or stand for a keyway::ErrorCode (`error == keyway::ErrorCode::NameMismatch`); the
/// whole story is then in error(). The peer's close_notify reads as boost::asio::error::eof; an end without it is
/// ErrorCode::TruncatedStream. While nothing is under way the stream holds no buffer.
template <typename NextLayer>
class stream {
 public:
  using next_layer_type = std::remove_reference_t<NextLayer>;
  using executor_type = typename next_layer_type::executor_type;

  /// A client that means to talk to `name`. What is wrong with the configuration is told by the handshake.
  template <typename Arg>
  stream(Arg&& next_layer, std::shared_ptr<const ClientConfig> config, const ServerName& name,
         const ConnectionOptions& options = {})
      : next_layer_(std::forward<Arg>(next_layer)), engine_(Connection::client(std::move(config), name, options)) {}

  /// A server.
  template <typename Arg>
  stream(Arg&& next_layer, std::shared_ptr<const ServerConfig> config, const ConnectionOptions& options = {})
      : next_layer_(std::forward<Arg>(next_layer)), engine_(Connection::server(std::move(config), options)) {}

  /// Goes on with a connection whose handshake is done (Connection::import_idle()), over the transport that it had.
  template <typename Arg>
  stream(Arg&& next_layer, Connection connection)
      : next_layer_(std::forward<Arg>(next_layer)), engine_(Result<Connection>(std::move(connection))) {}

  /// May be moved while no operation is under way.
  stream(stream&&) noexcept = default;
  stream& operator=(stream&&) noexcept = default;

  [[nodiscard]] executor_type get_executor() noexcept { return next_layer().get_executor(); }
  [[nodiscard]] next_layer_type& next_layer() noexcept { return next_layer_; }
  [[nodiscard]] const next_layer_type& next_layer() const noexcept { return next_layer_; }
  [[nodiscard]] auto& lowest_layer() noexcept { return lowest_of(next_layer()); }
  [[nodiscard]] const auto& lowest_layer() const noexcept { return lowest_of(next_layer()); }

  /// The connection inside, for what was agreed on, the verdict, exporters and key updates (which go out with the next
  /// write). Null when it could not be made: error() says why.
  [[nodiscard]] Connection* connection() noexcept { return engine_.connection(); }
  /// What ended the TLS connection; null while it is well, and for errors of the transport.
  [[nodiscard]] const Error* error() const noexcept { return engine_.error(); }

  /// What answers the pauses that the configuration asks for. The handler may keep `resume` and call it once, later and
  /// on any thread; `connection` is for its pending_…() alone, on the stream's own strand. A `resume` that is destroyed
  /// unused refuses the handshake. The blocking handshake() waits for the answer.
  using PauseHandler = std::function<void(Connection& connection, Pause pause, Resume resume)>;
  void on_pause(PauseHandler handler) { pause_handler_ = std::move(handler); }

  /// Before the handshake: lets the kernel seal and open (kernel_tls.hpp) as far as it offers to, where `NextLayer` is
  /// a socket; over anything else it does nothing. The configuration must allow_secret_extraction(); else the handshake
  /// ends with InvalidConfiguration where the kernel would.
  void use_kernel_tls(const KernelTls& offered) {
    if constexpr (is_socket) engine_.use_kernel(offered);
  }
  /// True once the kernel does.
  [[nodiscard]] bool kernel_tls_active() const noexcept { return engine_.is_in_kernel(); }

  /// Connection::export_idle(), for another process that gets the socket, too; with no operation under way. Errors
  /// also: NotReady, where bytes wait here that were not read or written; where kernel_tls_active(), as the kernel
  /// doesn't give keys back.
  [[nodiscard]] Result<Bytes> export_idle(const HandoverKey& key) { return engine_.export_idle(key); }

  // --- handshake

  void handshake(boost::system::error_code& error) { run(detail::HandshakeOperation(), error); }
  void handshake() {
    or_throw([&](auto& error) { handshake(error); });
  }
  /// Completes with `void(error_code)`. Cancellation: all types; the connection is then of no more use.
  template <typename Token>
  auto async_handshake(Token&& token) {
    return start<void(boost::system::error_code)>(detail::HandshakeOperation(), std::forward<Token>(token));
  }

  // --- early data (early_data.hpp): before the handshake, or in its place, and one operation at a time

  /// Client: sends the first flight, and with it what of the buffers may go at once. For what may come to the server
  /// twice alone. ErrorCode::NotReady: nothing may, connection()->early_data_left() is 0. Once the handshake is done,
  /// connection()->take_refused_early_data() gives back what the server did not take.
  template <typename ConstBufferSequence>
  std::size_t write_early_some(const ConstBufferSequence& buffers, boost::system::error_code& error) {
    return run(detail::EarlyWriteOperation<ConstBufferSequence>(buffers), error);
  }
  /// Completes with `void(error_code, std::size_t)`. Cancellation: terminal and partial.
  template <typename ConstBufferSequence, typename Token>
  auto async_write_early_some(const ConstBufferSequence& buffers, Token&& token) {
    return start<void(boost::system::error_code, std::size_t)>(
        detail::EarlyWriteOperation<ConstBufferSequence>(buffers), std::forward<Token>(token));
  }
  /// Server: goes on with the handshake, and reads what comes early. boost::asio::error::eof: no more does, the
  /// handshake is done. While connection()->is_handshaking(), what was read can be another's, sent again; it may be
  /// answered by write_some() all the same. What comes early and is not read stays here, and is never part of
  /// read_some().
  template <typename MutableBufferSequence>
  std::size_t read_early_some(const MutableBufferSequence& buffers, boost::system::error_code& error) {
    return run(detail::EarlyReadOperation<MutableBufferSequence>(buffers), error);
  }
  /// Completes with `void(error_code, std::size_t)`. Cancellation: as the handshake's.
  template <typename MutableBufferSequence, typename Token>
  auto async_read_early_some(const MutableBufferSequence& buffers, Token&& token) {
    return start<void(boost::system::error_code, std::size_t)>(
        detail::EarlyReadOperation<MutableBufferSequence>(buffers), std::forward<Token>(token));
  }

  // --- data

  /// Reads at least a byte, and as many records as have come.
  template <typename MutableBufferSequence>
  std::size_t read_some(const MutableBufferSequence& buffers, boost::system::error_code& error) {
    return run(detail::ReadOperation<MutableBufferSequence>(buffers), error);
  }
  template <typename MutableBufferSequence>
  std::size_t read_some(const MutableBufferSequence& buffers) {
    return or_throw([&](auto& error) { return read_some(buffers, error); });
  }
  /// Completes with `void(error_code, std::size_t)`. Cancellation: all types; nothing is lost, reading can go on.
  template <typename MutableBufferSequence, typename Token>
  auto async_read_some(const MutableBufferSequence& buffers, Token&& token) {
    return start<void(boost::system::error_code, std::size_t)>(detail::ReadOperation<MutableBufferSequence>(buffers),
                                                               std::forward<Token>(token));
  }

  /// Seals up to 64 KiB of the buffers, straight from where they are, and sends it whole.
  template <typename ConstBufferSequence>
  std::size_t write_some(const ConstBufferSequence& buffers, boost::system::error_code& error) {
    return run(detail::WriteOperation<ConstBufferSequence>(buffers), error);
  }
  template <typename ConstBufferSequence>
  std::size_t write_some(const ConstBufferSequence& buffers) {
    return or_throw([&](auto& error) { return write_some(buffers, error); });
  }
  /// Completes with `void(error_code, std::size_t)`. Cancellation: terminal and partial; the bytes told are sealed and
  /// go out with the next operation that writes, the others are not.
  template <typename ConstBufferSequence, typename Token>
  auto async_write_some(const ConstBufferSequence& buffers, Token&& token) {
    return start<void(boost::system::error_code, std::size_t)>(detail::WriteOperation<ConstBufferSequence>(buffers),
                                                               std::forward<Token>(token));
  }

  /// Writes `size` bytes of the open file `file` from `offset` on, whose own position stays: by sendfile where
  /// kernel_tls_active(), else by reading and sealing. Gives how many; fewer without an error only where the file ends
  /// sooner.
  std::size_t send_file(int file, std::uint64_t offset, std::size_t size, boost::system::error_code& error) {
    return run(detail::FileOperation(file, offset, size), error);
  }
  /// Completes with `void(error_code, std::size_t)`. Cancellation: as async_write_some()'s. Files are read as they are
  /// wherever they lie: that of a slow disk holds up the thread.
  template <typename Token>
  auto async_send_file(int file, std::uint64_t offset, std::size_t size, Token&& token) {
    return start<void(boost::system::error_code, std::size_t)>(detail::FileOperation(file, offset, size),
                                                               std::forward<Token>(token));
  }

  // --- who the client is

  /// Server: asks the client for a certificate (Connection::request_client_certificate()), unless a request waits for
  /// its answer already, and reads until the answer is there or the client has sent data before it. 0 without an error:
  /// the answer is there (ConnectionInfo::late_authentication); more: so much data, to be called again. Errors: those
  /// of the connection's call; as read_some().
  template <typename MutableBufferSequence>
  std::size_t request_client_certificate(const MutableBufferSequence& buffers, boost::system::error_code& error) {
    return run(detail::ClientProofOperation<MutableBufferSequence>(buffers), error);
  }
  /// Completes with `void(error_code, std::size_t)`. Cancellation: as async_read_some()'s.
  template <typename MutableBufferSequence, typename Token>
  auto async_request_client_certificate(const MutableBufferSequence& buffers, Token&& token) {
    return start<void(boost::system::error_code, std::size_t)>(
        detail::ClientProofOperation<MutableBufferSequence>(buffers), std::forward<Token>(token));
  }

  // --- the end

  /// Sends close_notify and waits for the peer's; data that still comes is dropped. Whoever waits sets a time limit.
  void shutdown(boost::system::error_code& error) { run(detail::ShutdownOperation(true), error); }
  void shutdown() {
    or_throw([&](auto& error) { shutdown(error); });
  }
  /// Completes with `void(error_code)`.
  template <typename Token>
  auto async_shutdown(Token&& token) {
    return start<void(boost::system::error_code)>(detail::ShutdownOperation(true), std::forward<Token>(token));
  }
  /// Sends close_notify alone: the half-closed state, in which reading goes on (RFC 8446 6.1).
  void shutdown_send(boost::system::error_code& error) { run(detail::ShutdownOperation(false), error); }
  void shutdown_send() {
    or_throw([&](auto& error) { shutdown_send(error); });
  }
  /// Completes with `void(error_code)`.
  template <typename Token>
  auto async_shutdown_send(Token&& token) {
    return start<void(boost::system::error_code)>(detail::ShutdownOperation(false), std::forward<Token>(token));
  }

 private:
  /// True where the kernel can be given the transport.
  static constexpr bool is_socket = requires(next_layer_type& layer, boost::system::error_code& error) {
    layer.native_handle();
    layer.native_non_blocking(true, error);
    layer.wait(next_layer_type::wait_read, error);
  };
  /// When an operation is done: the first after the handshake gives the connection to the kernel, if it is to have it.
  void hand_to_kernel(boost::system::error_code& error) {
    if constexpr (is_socket) {
      if (error || engine_.is_in_kernel()) return;
      if (!engine_.start_kernel(next_layer().native_handle())) error = engine_.failure();
      if (!engine_.is_in_kernel()) return;
      boost::system::error_code ignored;
      next_layer().native_non_blocking(true, ignored);
    }
  }

  template <typename Layer>
  [[nodiscard]] static auto& lowest_of(Layer& layer) noexcept {
    if constexpr (requires { layer.lowest_layer(); }) {
      return layer.lowest_layer();
    } else if constexpr (requires { layer.next_layer(); }) {
      return lowest_of(layer.next_layer());
    } else if constexpr (requires { layer.socket(); }) {
      return layer.socket();
    } else {
      return layer;
    }
  }

  template <typename Call>
  static auto or_throw(Call call) {
    boost::system::error_code error;
    if constexpr (std::is_void_v<decltype(call(error))>) {
      call(error);
      if (error) throw boost::system::system_error(error);
    } else {
      const auto result = call(error);
      if (error) throw boost::system::system_error(error);
      return result;
    }
  }

  /// Runs an operation to its end on this thread.
  template <typename Operation>
  std::size_t run(Operation operation, boost::system::error_code& error) {
    for (detail::Want want = operation.step(engine_); want != detail::Want::nothing; want = operation.step(engine_)) {
      boost::system::error_code broken;
      wait_for(want, broken);
      if (!broken) continue;
      operation.abandon(engine_, broken);
      break;
    }
    hand_to_kernel(operation.error);
    engine_.release_empty_input();
    error = operation.error;
    return operation.transferred;
  }
  void wait_for(detail::Want want, boost::system::error_code& broken) {
    switch (want) {
      case detail::Want::input: {
        const ByteSpan space = engine_.input_space();
        if (wait_for_kernel(want, broken)) return;
        input_came(next_layer().read_some(boost::asio::buffer(space.data(), space.size()), broken), broken);
        return;
      }
      case detail::Want::output: {
        if (wait_for_kernel(want, broken)) return;
        const ByteView sealed = engine_.sealed();
        engine_.output_written(
            boost::asio::write(next_layer(), boost::asio::buffer(sealed.data(), sealed.size()), broken));
        return;
      }
      case detail::Want::answer: {
        std::promise<Answer> answer;
        ask([&answer](Answer given) { answer.set_value(std::move(given)); });
        answered(answer.get_future().get());
        return;
      }
      case detail::Want::turn:  // an asynchronous write is under way, against the rules
        broken = boost::asio::error::already_started;
        return;
      case detail::Want::nothing:
        return;
    }
  }

  /// False where the kernel does not have the records.
  [[nodiscard]] bool wait_for_kernel(detail::Want want, boost::system::error_code& broken) {
    if constexpr (is_socket) {
      if (!engine_.is_in_kernel()) return false;
      const bool reads = want == detail::Want::input;
      next_layer().wait(reads ? next_layer_type::wait_read : next_layer_type::wait_write, broken);
      reads ? engine_.read_from_kernel(broken) : engine_.write_to_kernel(broken);
      return true;
    }
    return false;
  }

  /// Takes what the transport read; its end of file becomes the connection's to judge.
  void input_came(std::size_t count, boost::system::error_code& broken) {
    engine_.input_arrived(count);
    if (broken != boost::asio::error::eof) return;
    engine_.input_ended();
    broken = {};
  }
  void ask(std::move_only_function<void(Answer)> deliver) {
    Resume resume(std::move(deliver));
    Connection& connection = *engine_.connection();
    if (const auto pause = connection.pause(); pause && pause_handler_) {
      pause_handler_(connection, *pause, std::move(resume));
    }
  }
  void answered(Answer answer) {
    auto resumed = engine_.connection()->resume(std::move(answer));
    if (!resumed) engine_.keep(std::move(resumed.error()));
  }

  /// Drives an operation from one completion to the next.
  template <typename Signature, typename Operation>
  struct Driver {
    stream& self_stream;
    Operation operation;
    detail::Want waiting = detail::Want::nothing;
    bool has_waited = false;

    template <typename Self>
    void operator()(Self& self, boost::system::error_code broken = {}, std::size_t count = 0) {
      detail::Engine& engine = self_stream.engine_;
      if (!has_waited) {
        if constexpr (Operation::loses_nothing_when_cancelled) {
          self.reset_cancellation_state(boost::asio::enable_total_cancellation());
        } else {
          self.reset_cancellation_state(boost::asio::enable_partial_cancellation());
        }
      } else {
        if (waiting == detail::Want::input || waiting == detail::Want::output) io_done(count, broken);
        // Somebody gave the turn back by cancelling the timer; somebody who cancelled this operation shows below.
        if (waiting == detail::Want::turn) broken = {};
        if (waiting == detail::Want::nothing) return complete(self);
      }
      waiting = detail::Want::nothing;
      if (!broken) waiting = operation.step(engine);
      if (!broken && waiting != detail::Want::nothing &&
          self.get_cancellation_state().cancelled() != boost::asio::cancellation_type::none) {
        broken = boost::asio::error::operation_aborted;
      }
      if (broken) {
        waiting = detail::Want::nothing;
        operation.abandon(engine, broken);
      }
      self_stream.wake_waiting();
      if (waiting == detail::Want::nothing) {
        if (has_waited) return complete(self);
        has_waited = true;
        // Never inside the call that started it.
        const auto executor = self_stream.get_executor();
        boost::asio::post(executor, std::move(self));
        return;
      }
      has_waited = true;
      wait(self);
    }

    void io_done(std::size_t count, boost::system::error_code& broken) {
      detail::Engine& engine = self_stream.engine_;
      const bool reads = waiting == detail::Want::input;
      if (engine.is_in_kernel()) return reads ? engine.read_from_kernel(broken) : engine.write_to_kernel(broken);
      reads ? self_stream.input_came(count, broken) : engine.output_written(count);
    }

    template <typename Self>
    void wait(Self& self) {
      stream& owner = self_stream;
      detail::Engine& engine = owner.engine_;
      switch (waiting) {
        case detail::Want::input: {
          const ByteSpan space = engine.input_space();
          if constexpr (is_socket) {
            if (engine.is_in_kernel()) {
              owner.next_layer().async_wait(next_layer_type::wait_read, std::move(self));
              return;
            }
          }
          owner.next_layer().async_read_some(boost::asio::buffer(space.data(), space.size()), std::move(self));
          return;
        }
        case detail::Want::output: {
          if constexpr (is_socket) {
            if (engine.is_in_kernel()) {
              owner.next_layer().async_wait(next_layer_type::wait_write, std::move(self));
              return;
            }
          }
          const ByteView sealed = engine.sealed();
          boost::asio::async_write(owner.next_layer(), boost::asio::buffer(sealed.data(), sealed.size()),
                                   std::move(self));
          return;
        }
        case detail::Want::turn:
          owner.turn_given_back().async_wait(std::move(self));
          return;
        case detail::Want::answer:
          owner.async_answer(std::move(self));
          return;
        case detail::Want::nothing:
          return;
      }
    }

    template <typename Self>
    void complete(Self& self) {
      self_stream.hand_to_kernel(operation.error);
      self_stream.engine_.release_empty_input();
      if constexpr (std::is_same_v<Signature, void(boost::system::error_code)>) {
        self.complete(operation.error);
      } else {
        self.complete(operation.error, operation.transferred);
      }
    }
  };

  template <typename Signature, typename Operation, typename Token>
  auto start(Operation operation, Token&& token) {
    return boost::asio::async_compose<Token, Signature>(Driver<Signature, Operation>{*this, std::move(operation)},
                                                        token, next_layer());
  }

  /// A timer without an end, cancelled when the turn to write is given back. Made when first needed.
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    executor_type>&
  turn_given_back() {
    if (!turn_timer_) turn_timer_ = std::make_unique<Timer>(get_executor(), Timer::time_point::max());
    return *turn_timer_;
  }
  void wake_waiting() {
    if (turn_timer_ && !engine_.is_turn_taken()) turn_timer_->cancel();
  }

  /// Asks the application, and goes on with `handler` on the stream's executor once it has answered.
  template <typename Handler>
  void async_answer(Handler handler) {
    auto waiting = std::make_shared<detail::WaitingAnswer<Handler, executor_type>>(std::move(handler), get_executor());
    waiting->wait_for_cancellation();
    ask([this, waiting](Answer answer) mutable {
      const auto executor = waiting->executor();
      boost::asio::post(executor, [this, waiting = std::move(waiting), answer = std::move(answer)]() mutable {
        if (waiting->is_done()) return;  // cancelled: the stream may be gone
        answered(std::move(answer));
        waiting->complete({});
      });
    });
  }

  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, executor_type>;
  NextLayer next_layer_;
  detail::Engine engine_;
  PauseHandler pause_handler_;
  std::unique_ptr<Timer> turn_timer_;
};

/// What Boost.Beast's websocket asks of a stream: the end of the connection, found by argument-dependent look-up.
template <typename NextLayer>
void teardown(boost::beast::role_type role, stream<NextLayer>& layer, boost::system::error_code& error) {
  using boost::beast::websocket::teardown;
  layer.shutdown(error);
  boost::system::error_code ignored;
  teardown(role, layer.next_layer(), error ? ignored : error);
}
template <typename NextLayer, typename Handler>
void async_teardown(boost::beast::role_type role, stream<NextLayer>& layer, Handler&& handler) {
  layer.async_shutdown(
      [role, &layer, handler = std::forward<Handler>(handler)](boost::system::error_code error) mutable {
        if (error) return std::move(handler)(error);
        using boost::beast::websocket::async_teardown;
        async_teardown(role, layer.next_layer(), std::move(handler));
      });
}

}  // namespace keyway::asio
