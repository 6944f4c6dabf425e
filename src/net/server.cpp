#include "net/server.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/text.hpp"
#include "net/handover_channel.hpp"
#include "net/server_session.hpp"
#include "net/site.hpp"

namespace keyway::net {
namespace {

using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;

awaitable<void> run_session(ServerShared& shared, ServerWorker& worker, ServerStream stream, tcp::endpoint peer) {
  ServerSession session(shared, worker, peer, std::move(stream));
  co_await session.run();
}

[[nodiscard]] Error listen_error(const std::string& where, std::uint16_t port, const error_code& error) {
  std::string_view cure = "check the address: it must be one of this machine's";
  if (error == boost::asio::error::address_in_use) {
    cure = "another program listens there: stop it, or choose another port with --listen";
  } else if (error == boost::asio::error::access_denied && port < 1024) {
    cure = "ports below 1024 are for the administrator: choose one above with --listen, for example 8443";
  }
  return fail(ErrorCode::ListenFailed).at(where).received(error.message()).advice(cure);
}

/// What the options ask for that the configuration must have.
[[nodiscard]] Result<void> check_fit(const ServerConfig& config, const FileServerOptions& options) {
  for (const std::string& prefix : options.asks_for_certificate_at) {
    if (decode_path(prefix)) continue;
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("where clients are asked for a certificate")
                               .expected("a path that begins with a slash")
                               .received(printable(prefix)));
  }
  if (!options.asks_for_certificate_at.empty() && config.late_client_authentication() == nullptr) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("FileServer").expected("ask_clients_later()"));
  }
  if ((options.kernel_tls.offers_anything() || !options.hand_over.empty()) &&
      !config.common().allows_secret_extraction) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("FileServer").expected("allow_secret_extraction()"));
  }
  return {};
}

}  // namespace

/// Signals that came and were not looked at yet.
struct HeldSignals {
  boost::asio::io_context context{1};
  boost::asio::signal_set set{context, SIGINT, SIGTERM};
};

class FileServer::State {
 public:
  State(std::shared_ptr<const ServerConfig> config, FileServerOptions options, Site site)
      : shared_{.config = std::move(config), .options = std::move(options), .site = std::move(site)} {}
  ~State() {
    stop();
    join();
  }

  [[nodiscard]] Result<void> listen() {
    const FileServerOptions& options = shared_.options;
    error_code error;
    const auto address = boost::asio::ip::make_address(options.address, error);
    if (error) {
      return std::unexpected(fail(ErrorCode::InvalidArgument)
                                 .at("the address to listen on")
                                 .expected("an IP address")
                                 .received(options.address)
                                 .advice("for example 127.0.0.1:8443, or 0.0.0.0:8443 for all of this machine's"));
    }
    const tcp::endpoint endpoint(address, options.port);
    if (auto taken = take_listener(endpoint); !taken || acceptor_.is_open()) return taken;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return std::unexpected(listen_error(text_of(endpoint), options.port, error));
    port_ = acceptor_.local_endpoint(error).port();
    return options.hand_over.empty() ? Result<void>() : open_door();
  }

  void start() {
    for (ServerWorker& worker : workers_) {
      ++running_;
      worker.thread = std::thread([this, &worker] {
        worker.context->run();
        --running_;
      });
    }
    boost::asio::co_spawn(acceptor_.get_executor(), accept_all(), boost::asio::detached);
    if (predecessor_) boost::asio::co_spawn(acceptor_.get_executor(), take_connections(), boost::asio::detached);
    if (door_) boost::asio::co_spawn(acceptor_.get_executor(), wait_for_successor(), boost::asio::detached);
  }

  void drain() {
    if (shared_.is_draining.exchange(true)) return;
    boost::asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      // The socket stays open in the other process, and must not be watched here.
      if (shared_.successor != nullptr) {
        const Descriptor closed(acceptor_.release(ignored));
      } else {
        acceptor_.close(ignored);
      }
      pause_.cancel();
      if (watch_) watch_->cancel(ignored);
      door_.reset();
    });
    for (ServerWorker& worker : workers_) {
      boost::asio::post(*worker.context, [this, &worker] { drain(worker); });
    }
  }
  void stop() {
    for (ServerWorker& worker : workers_) worker.context->stop();
  }
  void join() {
    for (ServerWorker& worker : workers_) {
      if (worker.thread.joinable()) worker.thread.join();
    }
  }
  void use(std::shared_ptr<const ServerConfig> config, FurtherIdentities further) {
    const std::lock_guard lock(shared_.config_guard);
    shared_.config.swap(config);
    shared_.options.further_identities.swap(further);
  }
  [[nodiscard]] bool holds_signals() const noexcept { return shared_.options.holds_signals; }
  [[nodiscard]] HeldSignals& hold_signals(bool with_hangup) {
    if (!signals_) signals_ = std::make_unique<HeldSignals>();
    if (with_hangup) signals_->set.add(SIGHUP);
    return *signals_;
  }
  [[nodiscard]] bool is_replaced() const noexcept { return is_replaced_; }
  [[nodiscard]] bool is_running() const noexcept { return running_ != 0; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::size_t connections() const noexcept { return shared_.connections; }

 private:
  [[nodiscard]] static std::size_t thread_count(std::size_t wanted) {
    return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  }

  void drain(ServerWorker& worker) {
    worker.work.reset();
    // Ending a session takes it off the list.
    const std::vector<ServerSession*> sessions(worker.sessions.begin(), worker.sessions.end());
    for (ServerSession* session : sessions) session->drain();
    if (worker.sessions.empty()) return;
    worker.deadline.emplace(*worker.context, shared_.options.drain_timeout);
    worker.deadline->async_wait([&worker](const error_code& error) {
      if (error) return;
      for (ServerSession* session : worker.sessions) session->abort();
    });
  }

  [[nodiscard]] awaitable<void> accept_all() {
    for (std::size_t turn = 0; !shared_.is_draining; ++turn) {
      // Full: whoever comes waits in the kernel's queue.
      if (shared_.connections >= shared_.options.max_connections) {
        co_await rest(std::chrono::milliseconds(10));
        continue;
      }
      ServerWorker& worker = workers_[turn % workers_.size()];
      error_code error;
      tcp::endpoint peer;
      tcp::socket socket = co_await acceptor_.async_accept(*worker.context, peer, redirect_error(use_awaitable, error));
      if (error == boost::asio::error::operation_aborted || shared_.is_draining) co_return;
      if (error) {
        // No more descriptors, for one: better late than never.
        co_await rest(std::chrono::milliseconds(100));
        continue;
      }
      ++shared_.connections;
      auto stream = make_stream(shared_, std::move(socket), peer);
      boost::asio::co_spawn(*worker.context, run_session(shared_, worker, std::move(stream), peer),
                            boost::asio::detached);
    }
  }
  [[nodiscard]] awaitable<void> rest(std::chrono::milliseconds time) {
    error_code ignored;
    pause_.expires_after(time);
    co_await pause_.async_wait(redirect_error(use_awaitable, ignored));
  }

  // --- another process in this one's place, or this one in another's

  [[nodiscard]] Result<void> open_door() {
    auto door = HandoverDoor::open(shared_.options.hand_over);
    if (!door) return std::unexpected(std::move(door.error()));
    door_.emplace(std::move(*door));
    return {};
  }

  /// Takes the listening socket of the process that serves now, if there is one.
  [[nodiscard]] Result<void> take_listener(const tcp::endpoint& wanted) {
    if (shared_.options.hand_over.empty()) return {};
    auto channel = HandoverChannel::connect(shared_.options.hand_over);
    if (!channel) return std::unexpected(std::move(channel.error()));
    if (!*channel) return {};
    auto message = (*channel)->receive();
    if (!message) return std::unexpected(std::move(message.error()));
    const bool is_listener = *message && (*message)->kind == HandoverMessage::Kind::listener;
    auto key = HandoverKey::from(is_listener ? ByteView((*message)->payload) : ByteView());
    if (!key) return std::unexpected(std::move(key.error()).at("the hand-over's beginning"));
    wipe((*message)->payload);
    error_code error;
    acceptor_.assign(wanted.protocol(), (*message)->descriptor.release(), error);
    const tcp::endpoint listening = error ? tcp::endpoint() : acceptor_.local_endpoint(error);
    const bool fits = listening.address() == wanted.address() && (wanted.port() == 0 || listening == wanted);
    if (error || !fits) {
      return std::unexpected(fail(ErrorCode::ListenFailed)
                                 .at(text_of(wanted))
                                 .received("a server to be replaced that listens on " + text_of(listening))
                                 .advice("listen there too, or stop that server"));
    }
    port_ = listening.port();
    predecessor_.emplace(std::move(**channel), std::move(*key));
    return {};
  }

  [[nodiscard]] awaitable<bool> wait_to_read(int fd) {
    if (shared_.is_draining) co_return false;
    error_code error;
    watch_.emplace(acceptor_.get_executor(), ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    co_await watch_->async_wait(boost::asio::posix::stream_descriptor::wait_read, redirect_error(use_awaitable, error));
    co_return !error && !shared_.is_draining;
  }

  /// Goes on with the other process's connections, until it has no more.
  [[nodiscard]] awaitable<void> take_connections() {
    const auto& [channel, key] = *predecessor_;
    std::size_t count = 0;
    Result<void> going = channel.send(HandoverMessage::Kind::taken, {});
    while (going) {
      const bool is_there = co_await wait_to_read(channel.fd());
      if (!is_there) co_return;
      auto message = channel.receive();
      if (!message) going = std::unexpected(std::move(message.error()));
      if (!message || !*message) break;
      if ((*message)->kind == HandoverMessage::Kind::connection && take(std::move(**message), key)) ++count;
    }
    shared_.note(going ? "took over " + std::to_string(count) + " connections" : going.error().message());
    if (auto opened = open_door(); !opened) {
      shared_.note("can't be replaced: " + opened.error().message());
      co_return;
    }
    co_await wait_for_successor();
  }

  [[nodiscard]] bool take(HandoverMessage message, const HandoverKey& key) {
    const ConnectionOptions options{.id = shared_.next_id++, .observer = shared_.options.observer};
    auto connection = Connection::import_idle(shared_.present_config(), key, message.payload, options);
    if (!connection) {
      shared_.note("a connection of the other process can't go on: " + connection.error().message());
      return false;
    }
    ServerWorker& worker = workers_[turn_++ % workers_.size()];
    error_code error;
    tcp::socket socket(*worker.context);
    socket.assign(acceptor_.local_endpoint(error).protocol(), message.descriptor.release(), error);
    const tcp::endpoint peer = error ? tcp::endpoint() : socket.remote_endpoint(error);
    if (error) return false;  // the client is gone
    ++shared_.connections;
    ServerStream stream(std::move(socket), std::move(*connection));
    boost::asio::co_spawn(*worker.context, run_session(shared_, worker, std::move(stream), peer),
                          boost::asio::detached);
    return true;
  }

  /// Until another process has taken over; one that gives up on the way changes nothing.
  [[nodiscard]] awaitable<void> wait_for_successor() {
    for (;;) {
      const bool is_there = co_await wait_to_read(door_->fd());
      if (!is_there) co_return;
      auto channel = door_->accept();
      auto key = HandoverKey::generate(*shared_.present_config()->common().provider);
      if (!channel || !key) continue;
      auto sent = channel->send(HandoverMessage::Kind::listener, key->bytes(), acceptor_.native_handle());
      if (!sent) continue;
      const bool has_answered = co_await wait_to_read(channel->fd());
      if (!has_answered) co_return;
      const auto answer = channel->receive();
      if (!answer || !*answer || (*answer)->kind != HandoverMessage::Kind::taken) continue;
      door_.reset();
      successor_.reset(new ServerSuccessor{.channel = std::move(*channel), .key = std::move(*key)});
      shared_.successor = successor_.get();
      break;
    }
    shared_.note("another process takes over");
    drain();
    is_replaced_ = true;
    if (signals_) boost::asio::post(signals_->context, [] {});
  }

  ServerShared shared_;
  std::atomic<std::size_t> running_ = 0;
  std::unique_ptr<ServerSuccessor> successor_;
  std::vector<ServerWorker> workers_{thread_count(shared_.options.threads)};
  tcp::acceptor acceptor_{*workers_.front().context};
  boost::asio::steady_timer pause_{*workers_.front().context};
  std::uint16_t port_ = 0;
  struct Predecessor {
    HandoverChannel channel;
    HandoverKey key;
  };
  std::optional<Predecessor> predecessor_;  ///< whose place this one takes
  std::optional<HandoverDoor> door_;
  std::optional<boost::asio::posix::stream_descriptor> watch_;  ///< of the door, or of the other process
  std::size_t turn_ = 0;                                        ///< of the workers, for connections that were taken
  std::atomic<bool> is_replaced_ = false;
  std::unique_ptr<HeldSignals> signals_;  ///< null until they are held
};

FileServer::FileServer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
FileServer::~FileServer() = default;

Result<std::unique_ptr<FileServer>> FileServer::start(std::shared_ptr<const ServerConfig> config,
                                                      FileServerOptions options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("FileServer").received("no configuration"));
  if (config->early_data() != nullptr && config->early_data()->max_size > most_request_head) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument)
            .at("FileServer, early data")
            .expected("at most " + std::to_string(most_request_head) + " bytes, as much as a head may have"));
  }
  if (auto fit = check_fit(*config, options); !fit) return std::unexpected(std::move(fit.error()));
  auto site = Site::open(options.folder, options.listings);
  if (!site) return std::unexpected(std::move(site.error()));
  auto state = std::make_unique<State>(std::move(config), std::move(options), std::move(*site));
  // Before anybody can see that the server is there, and stop it.
  if (state->holds_signals()) static_cast<void>(state->hold_signals(/*with_hangup=*/true));
  if (auto listening = state->listen(); !listening) return std::unexpected(std::move(listening.error()));
  state->start();
  return std::unique_ptr<FileServer>(new FileServer(std::move(state)));
}

std::uint16_t FileServer::port() const noexcept {
  return state_->port();
}
std::size_t FileServer::connections() const noexcept {
  return state_->connections();
}
void FileServer::drain() {
  state_->drain();
}
void FileServer::wait() {
  state_->join();
}

void FileServer::use(std::shared_ptr<const ServerConfig> config, FurtherIdentities further) {
  if (config) state_->use(std::move(config), std::move(further));
}

void FileServer::run_until_signal(const std::function<void()>& on_hangup) {
  auto& [context, signals] = state_->hold_signals(on_hangup != nullptr);
  bool is_first = true;
  std::function<void(const error_code&, int)> on_signal = [&](const error_code& error, int number) {
    if (error) return;
    if (number == SIGHUP) {
      if (is_first) on_hangup();
      return signals.async_wait(on_signal);
    }
    if (!std::exchange(is_first, false)) return state_->stop();
    state_->drain();
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);
  while (is_first && !state_->is_replaced()) context.run_one();
  while (state_->is_running()) context.run_for(std::chrono::milliseconds(20));
  state_->join();
}

}  // namespace keyway::net
