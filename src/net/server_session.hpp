#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <keyway/asio.hpp>
#include <keyway/handover.hpp>

#include "net/handover_channel.hpp"
#include "net/server.hpp"
#include "net/site.hpp"
#include "net/socket_deadline.hpp"

namespace keyway::net {

class ServerSession;

/// The most bytes of a request's head.
inline constexpr std::uint32_t most_request_head = 16'384;

/// "127.0.0.1:50312", "[::1]:50312".
[[nodiscard]] std::string text_of(const boost::asio::ip::tcp::endpoint& endpoint);

/// One thread of a file server with what runs on it: connections never cross to another.
struct ServerWorker {
  std::unordered_set<ServerSession*> sessions;  // outlives the context, whose end destroys the sessions
  std::unique_ptr<boost::asio::io_context> context = std::make_unique<boost::asio::io_context>(1);
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{context->get_executor()};
  std::optional<boost::asio::steady_timer> deadline;  // of the drain
  std::thread thread;

  ServerWorker() = default;
  ServerWorker(const ServerWorker&) = delete;
  ServerWorker& operator=(const ServerWorker&) = delete;
  ~ServerWorker() {
    deadline.reset();
    work.reset();
    context.reset();
  }
};

/// Where a server's idle connections go when another process takes its place.
struct ServerSuccessor {
  HandoverChannel channel;
  HandoverKey key;
  std::mutex guard = {};  ///< of the channel
  std::atomic<std::size_t> connections = 0;
};

/// What all connections of a file server share.
struct ServerShared {
  std::mutex config_guard = {};
  std::shared_ptr<const ServerConfig> config;  ///< of connections to come
  FileServerOptions options;
  Site site;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::uint64_t> next_id = 1;
  std::atomic<bool> is_draining = false;
  std::atomic<ServerSuccessor*> successor = nullptr;  ///< set before it drains, or never; the server's

  [[nodiscard]] std::shared_ptr<const ServerConfig> present_config() {
    const std::lock_guard lock(config_guard);
    return config;
  }
  [[nodiscard]] FurtherIdentities further_identities() {
    const std::lock_guard lock(config_guard);
    return options.further_identities;
  }
  void note(const std::string& text) const {
    if (options.on_note) options.on_note(text);
  }
};

using ServerStream = keyway::asio::stream<boost::asio::ip::tcp::socket>;
using ServerRequest = boost::beast::http::request_parser<boost::beast::http::empty_body>;
/// For a connection to be.
[[nodiscard]] ServerStream make_stream(ServerShared& shared, boost::asio::ip::tcp::socket socket,
                                       const boost::asio::ip::tcp::endpoint& peer);

/// One connection of a file server, from its handshake (or from where another process left it) to its end.
class ServerSession {
 public:
  ServerSession(ServerShared& shared, ServerWorker& worker, const boost::asio::ip::tcp::endpoint& peer,
                ServerStream stream);
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;
  ~ServerSession();

  [[nodiscard]] boost::asio::awaitable<void> run();

  /// The server drains: a connection that waits for a request need not wait longer.
  void drain();
  void abort();

 private:
  using Socket = boost::asio::ip::tcp::socket;
  using error_code = boost::system::error_code;
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  [[nodiscard]] Socket& transport() noexcept { return stream_.next_layer(); }
  [[nodiscard]] Awaitable<std::size_t> shake_hands(error_code& error);
  [[nodiscard]] Awaitable<void> read_early(error_code& error, bool stops_at_request);
  [[nodiscard]] Awaitable<bool> wait_for_request(error_code& error);
  [[nodiscard]] bool may_be_handed_over();
  [[nodiscard]] bool hand_over();
  [[nodiscard]] Awaitable<bool> serve_one(std::size_t served);
  [[nodiscard]] Awaitable<bool> serve_proof(ServerRequest& head, std::size_t served, FurtherIdentities identities);
  [[nodiscard]] bool may_go_on(std::size_t served);
  [[nodiscard]] bool is_for_known_clients(std::string_view target) const;
  [[nodiscard]] Awaitable<std::optional<SiteAnswer>> learn_who_asks(error_code& error);
  [[nodiscard]] Awaitable<void> refuse(unsigned status, std::string_view explanation);
  [[nodiscard]] Awaitable<bool> send(SiteAnswer answer, bool is_head, unsigned version, bool keeps_alive,
                                     AccessRecord record);
  [[nodiscard]] Awaitable<void> say_goodbye();
  void tell(AccessRecord record, const error_code& error);

  ServerShared& shared_;
  ServerWorker& worker_;
  std::string peer_;
  ServerStream stream_;
  SocketDeadline deadline_{stream_.next_layer()};
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<ExportedAuthenticators> authenticators_;  ///< null until one is asked for
  bool is_idle_ = false;
  bool is_handed_over_ = false;
  bool goes_on_ = true;
};

}  // namespace keyway::net
