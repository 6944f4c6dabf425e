#include "net/server.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include <keyway/asio.hpp>
#include <keyway/certificate.hpp>

#include "net/request_head.hpp"
#include "net/site.hpp"

namespace keyway::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

using Stream = keyway::asio::stream<beast::tcp_stream>;
using Request = http::request_parser<http::empty_body>;

constexpr std::uint32_t most_head = 16'384;
constexpr std::size_t file_part = 65'536;
constexpr std::chrono::seconds goodbye_timeout{2};

[[nodiscard]] std::string text_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

[[nodiscard]] std::chrono::microseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start);
}

class Session;

/// One thread with what runs on it: connections never cross to another.
struct Worker {
  std::unordered_set<Session*> sessions;  // outlives the context, whose end destroys the sessions
  std::unique_ptr<boost::asio::io_context> context = std::make_unique<boost::asio::io_context>(1);
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{context->get_executor()};
  std::optional<boost::asio::steady_timer> deadline;  // of the drain
  std::thread thread;

  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    deadline.reset();
    work.reset();
    context.reset();
  }
};

/// What all sessions share.
struct Shared {
  std::mutex config_guard = {};
  std::shared_ptr<const ServerConfig> config;  ///< of connections to come
  FileServerOptions options;
  Site site;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::uint64_t> next_id = 1;
  std::atomic<bool> is_draining = false;

  [[nodiscard]] std::shared_ptr<const ServerConfig> present_config() {
    const std::lock_guard lock(config_guard);
    return config;
  }
};

/// One connection.
class Session {
 public:
  Session(Shared& shared, Worker& worker, tcp::socket socket, const tcp::endpoint& peer)
      : shared_(shared),
        worker_(worker),
        peer_(text_of(peer)),
        stream_(std::move(socket), shared.present_config(),
                ConnectionOptions{.id = shared.next_id++, .observer = shared.options.observer}) {
    worker_.sessions.insert(this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    worker_.sessions.erase(this);
    --shared_.connections;
    if (worker_.sessions.empty() && worker_.deadline) worker_.deadline->cancel();
  }

  [[nodiscard]] awaitable<void> run();

  /// The server drains: a connection that waits for a request need not wait longer.
  void drain() {
    if (is_idle_) transport().cancel();
  }
  void abort() { transport().close(); }

 private:
  [[nodiscard]] beast::tcp_stream& transport() noexcept { return stream_.next_layer(); }
  [[nodiscard]] awaitable<std::size_t> shake_hands(error_code& error);
  [[nodiscard]] awaitable<void> read_early(error_code& error, bool stops_at_request);
  [[nodiscard]] awaitable<bool> wait_for_request(error_code& error);
  [[nodiscard]] awaitable<bool> serve_one(std::size_t served);
  [[nodiscard]] awaitable<void> refuse(unsigned status, std::string_view explanation);
  [[nodiscard]] awaitable<bool> send(SiteAnswer answer, bool is_head, unsigned version, bool keeps_alive,
                                     AccessRecord record);
  [[nodiscard]] awaitable<void> say_goodbye();
  void tell(AccessRecord record, const error_code& error);

  Shared& shared_;
  Worker& worker_;
  std::string peer_;
  Stream stream_;
  beast::flat_buffer buffer_;
  bool is_idle_ = false;
  bool goes_on_ = true;
};

awaitable<void> Session::run() {
  const auto start = steady_clock::now();
  error_code error;
  transport().socket().set_option(tcp::no_delay(true), error);
  transport().expires_after(shared_.options.handshake_timeout);
  std::size_t served = co_await shake_hands(error);
  if (error) {
    AccessRecord record;
    record.duration = since(start);
    tell(std::move(record), error);
    co_return;
  }
  // Each co_await in a statement of its own: g++ 12 runs one behind && whatever stands before it.
  while (goes_on_) {
    const bool has_request = co_await wait_for_request(error);
    if (!has_request) break;
    ++served;
    goes_on_ = co_await serve_one(served);
  }
  co_await say_goodbye();
}

/// A whole head of a request that may come twice (RFC 9110 9.2.1).
[[nodiscard]] bool is_safe_request(const beast::flat_buffer& buffer) {
  const auto bytes = buffer.cdata();
  const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  const bool is_safe = text.starts_with("GET ") || text.starts_with("HEAD ");
  return is_safe && text.find("\r\n\r\n") != std::string_view::npos;
}

/// Reads what comes early, until the handshake is done or, if asked, there is a request that may be answered before.
awaitable<void> Session::read_early(error_code& error, bool stops_at_request) {
  buffer_.max_size(most_head + 4096);
  while (!error && !(stops_at_request && is_safe_request(buffer_))) {
    const std::size_t count =
        co_await stream_.async_read_early_some(buffer_.prepare(1024), redirect_error(use_awaitable, error));
    buffer_.commit(count);
  }
  if (error == boost::asio::error::eof) error = {};
}

/// Gives how many requests were answered on the way.
awaitable<std::size_t> Session::shake_hands(error_code& error) {
  if (shared_.config->early_data() == nullptr) {
    co_await stream_.async_handshake(redirect_error(use_awaitable, error));
    co_return 0;
  }
  co_await read_early(error, /*stops_at_request=*/true);
  const bool has_request = !error && stream_.connection()->is_handshaking();
  if (has_request) goes_on_ = co_await serve_one(1);
  transport().expires_after(shared_.options.handshake_timeout);
  if (!error) co_await read_early(error, /*stops_at_request=*/false);
  co_return has_request ? 1 : 0;
}

/// False when no request comes: the peer is done, silent for too long, or the server drains.
awaitable<bool> Session::wait_for_request(error_code& error) {
  if (buffer_.size() != 0) co_return true;
  if (shared_.is_draining) co_return false;
  buffer_ = beast::flat_buffer();  // idle connections hold no buffer
  buffer_.max_size(most_head + 4096);
  is_idle_ = true;
  transport().expires_after(shared_.options.idle_timeout);
  // A little room: this is what an idle connection holds while it waits.
  const std::size_t count =
      co_await stream_.async_read_some(buffer_.prepare(1024), redirect_error(use_awaitable, error));
  is_idle_ = false;
  buffer_.commit(count);
  co_return !error;
}

awaitable<bool> Session::serve_one(std::size_t served) {
  const auto start = steady_clock::now();
  Request parser;
  parser.header_limit(most_head);
  transport().expires_after(shared_.options.request_timeout);
  error_code error;
  co_await http::async_read_header(stream_, buffer_, parser, redirect_error(use_awaitable, error));
  AccessRecord record;
  if (error) {
    record.duration = since(start);
    if (error.category() == http::make_error_code(http::error::bad_method).category()) {
      record.status = error == http::error::header_limit || error == http::error::buffer_overflow ? 431 : 400;
      co_await refuse(record.status, "This is not a request that the server understands.");
    }
    tell(std::move(record), error);
    co_return false;
  }
  const auto& request = parser.get();
  record.method = std::string(view(request.method_string()));
  record.target = std::string(view(request.target()));
  // A body is not read: nothing that is served here takes one. What comes after it can't be told from it.
  const bool has_body = parser.chunked() || parser.content_length().value_or(0) != 0;
  const SiteRequest wanted{.method = record.method,
                           .target = origin_form(record.target),
                           .if_none_match = field_of(request, http::field::if_none_match),
                           .if_modified_since = field_of(request, http::field::if_modified_since),
                           .if_range = field_of(request, http::field::if_range),
                           .range = field_of(request, http::field::range)};
  // RFC 9112 3.2: exactly one Host.
  const bool lacks_host = request.version() >= 11 && request.count(http::field::host) != 1;
  SiteAnswer answer =
      lacks_host ? error_answer(400, "A request names one Host.")
      : is_too_early(request)
          ? error_answer(425, "This came early, and could come again: send it once the handshake is done.")
          : shared_.site.answer(wanted);
  record.is_early = stream_.connection()->is_handshaking();
  record.status = answer.status;
  const bool keeps_alive = request.keep_alive() && !has_body && answer.status != 400 && !shared_.is_draining &&
                           served < shared_.options.max_requests_per_connection;
  const bool is_head = record.method == "HEAD";
  const unsigned version = request.version();
  record.duration = since(start);
  const bool sent = co_await send(std::move(answer), is_head, version, keeps_alive, std::move(record));
  co_return sent&& keeps_alive;
}

awaitable<void> Session::refuse(unsigned status, std::string_view explanation) {
  SiteAnswer answer = error_answer(status, explanation);
  http::response<http::buffer_body> response{http::int_to_status(status), 11};
  response.set(http::field::connection, "close");
  response.content_length(answer.size);
  response.body().data = answer.text.data();
  response.body().size = answer.text.size();
  response.body().more = false;
  http::response_serializer<http::buffer_body> serializer{response};
  error_code error;
  co_await http::async_write(stream_, serializer, redirect_error(use_awaitable, error));
}

/// The head goes out together with the first part of the body.
awaitable<bool> Session::send(SiteAnswer answer, bool is_head, unsigned version, bool keeps_alive,
                              AccessRecord record) {
  const auto start = steady_clock::now();
  http::response<http::buffer_body> response{http::int_to_status(answer.status), version};
  if (answer.status == 425) {
    response.result(425U);
    response.reason("Too Early");
  }
  response.set(http::field::server, "keyway");
  response.set(http::field::date, date_now());
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.fields) response.set(name, value);
  if (answer.status != 304) response.content_length(answer.size);
  response.keep_alive(keeps_alive);

  http::response_serializer<http::buffer_body> serializer{response};
  error_code error;
  auto& body = response.body();
  std::uint64_t left = is_head || answer.status == 304 ? 0 : answer.size;
  std::vector<std::uint8_t> part(answer.file.fd() >= 0 ? std::min<std::uint64_t>(left, file_part) : 0);
  transport().expires_after(shared_.options.write_timeout);
  if (left == 0) {
    body = {.data = nullptr, .size = 0, .more = false};
    co_await http::async_write_header(stream_, serializer, redirect_error(use_awaitable, error));
  }
  while (left != 0) {
    std::size_t size = static_cast<std::size_t>(left);
    if (answer.file.fd() >= 0) {
      const auto read = answer.read_file(ByteSpan(part).first(std::min<std::uint64_t>(left, part.size())));
      // The file shrank under way: its promised length can't be kept, and only an end that isn't clean says so.
      if (!read) {
        abort();
        co_return false;
      }
      size = *read;
      body.data = part.data();
    } else {
      body.data = answer.text.data();
    }
    left -= size;
    record.body_bytes += size;
    body.size = size;
    body.more = left != 0;
    transport().expires_after(shared_.options.write_timeout);
    co_await http::async_write(stream_, serializer, redirect_error(use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    if (error) break;
  }
  record.duration += since(start);
  const bool sent = !error;
  tell(std::move(record), error);
  co_return sent;
}

/// Ends cleanly, and gives the peer a moment to read what is on its way before the socket is closed.
awaitable<void> Session::say_goodbye() {
  error_code ignored;
  transport().expires_after(goodbye_timeout);
  co_await stream_.async_shutdown_send(redirect_error(use_awaitable, ignored));
  if (ignored) co_return;
  transport().socket().shutdown(tcp::socket::shutdown_send, ignored);
  co_await stream_.async_shutdown(redirect_error(use_awaitable, ignored));
}

/// "CN=Ann,O=Example": whom a certificate is for.
[[nodiscard]] std::string subject_of(ByteView certificate) {
  const auto view = x509::CertificateView::parse(certificate);
  return view ? view->subject.to_string() : "";
}

void Session::tell(AccessRecord record, const error_code& error) {
  if (!shared_.options.on_access) return;
  record.peer = peer_;
  if (const Connection* connection = stream_.connection(); connection != nullptr && connection->can_send()) {
    record.tls = &connection->info();
    if (!connection->peer_chain().empty()) record.client = subject_of(connection->peer_chain().front());
  }
  std::optional<Error> failure;
  if (error == beast::error::timeout) {
    failure = fail(ErrorCode::TimedOut).received("nothing from the peer in the time allowed");
  } else if (error && stream_.error() != nullptr) {
    failure = *stream_.error();
  } else if (error && record.status == 0) {
    failure = fail(ErrorCode::TransportFailed).received(error.message());
  }
  record.failure = failure ? &*failure : nullptr;
  shared_.options.on_access(record);
}

awaitable<void> run_session(Shared& shared, Worker& worker, tcp::socket socket, tcp::endpoint peer) {
  Session session(shared, worker, std::move(socket), peer);
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
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return std::unexpected(listen_error(text_of(endpoint), options.port, error));
    port_ = acceptor_.local_endpoint(error).port();
    return {};
  }

  void start() {
    for (Worker& worker : workers_) {
      ++running_;
      worker.thread = std::thread([this, &worker] {
        worker.context->run();
        --running_;
      });
    }
    boost::asio::co_spawn(acceptor_.get_executor(), accept_all(), boost::asio::detached);
  }

  void drain() {
    if (shared_.is_draining.exchange(true)) return;
    boost::asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (Worker& worker : workers_) {
      boost::asio::post(*worker.context, [this, &worker] { drain(worker); });
    }
  }
  void stop() {
    for (Worker& worker : workers_) worker.context->stop();
  }
  void join() {
    for (Worker& worker : workers_) {
      if (worker.thread.joinable()) worker.thread.join();
    }
  }
  void use(std::shared_ptr<const ServerConfig> config) {
    const std::lock_guard lock(shared_.config_guard);
    shared_.config.swap(config);
  }
  [[nodiscard]] bool holds_signals() const noexcept { return shared_.options.holds_signals; }
  [[nodiscard]] HeldSignals& hold_signals(bool with_hangup) {
    if (!signals_) signals_ = std::make_unique<HeldSignals>();
    if (with_hangup) signals_->set.add(SIGHUP);
    return *signals_;
  }
  [[nodiscard]] bool is_running() const noexcept { return running_ != 0; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::size_t connections() const noexcept { return shared_.connections; }

 private:
  [[nodiscard]] static std::size_t thread_count(std::size_t wanted) {
    return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  }

  void drain(Worker& worker) {
    worker.work.reset();
    // Ending a session takes it off the list.
    const std::vector<Session*> sessions(worker.sessions.begin(), worker.sessions.end());
    for (Session* session : sessions) session->drain();
    if (worker.sessions.empty()) return;
    worker.deadline.emplace(*worker.context, shared_.options.drain_timeout);
    worker.deadline->async_wait([&worker](const error_code& error) {
      if (error) return;
      for (Session* session : worker.sessions) session->abort();
    });
  }

  [[nodiscard]] awaitable<void> accept_all() {
    for (std::size_t turn = 0; !shared_.is_draining; ++turn) {
      // Full: whoever comes waits in the kernel's queue.
      if (shared_.connections >= shared_.options.max_connections) {
        co_await rest(std::chrono::milliseconds(10));
        continue;
      }
      Worker& worker = workers_[turn % workers_.size()];
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
      boost::asio::co_spawn(*worker.context, run_session(shared_, worker, std::move(socket), peer),
                            boost::asio::detached);
    }
  }
  [[nodiscard]] awaitable<void> rest(std::chrono::milliseconds time) {
    error_code ignored;
    pause_.expires_after(time);
    co_await pause_.async_wait(redirect_error(use_awaitable, ignored));
  }

  Shared shared_;
  std::atomic<std::size_t> running_ = 0;
  std::vector<Worker> workers_{thread_count(shared_.options.threads)};
  tcp::acceptor acceptor_{*workers_.front().context};
  boost::asio::steady_timer pause_{*workers_.front().context};
  std::uint16_t port_ = 0;
  std::unique_ptr<HeldSignals> signals_;  ///< null until they are held
};

FileServer::FileServer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
FileServer::~FileServer() = default;

Result<std::unique_ptr<FileServer>> FileServer::start(std::shared_ptr<const ServerConfig> config,
                                                      FileServerOptions options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("FileServer").received("no configuration"));
  if (config->early_data() != nullptr && config->early_data()->max_size > most_head) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument)
            .at("FileServer, early data")
            .expected("at most " + std::to_string(most_head) + " bytes, as much as a head may have"));
  }
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

void FileServer::use(std::shared_ptr<const ServerConfig> config) {
  if (config) state_->use(std::move(config));
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
  while (is_first) context.run_one();
  while (state_->is_running()) context.run_for(std::chrono::milliseconds(20));
  state_->join();
}

}  // namespace keyway::net
