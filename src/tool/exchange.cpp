#include "tool/exchange.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace keyway::tool {
namespace {

/// A record of the largest size, with its header and protection (RFC 8446 5.2).
constexpr std::size_t max_record = 5 + 16384 + 256;

[[nodiscard]] Error transport_error(int cause) {
  return fail(ErrorCode::TransportFailed).received(std::generic_category().message(cause));
}

/// A socket that is waited on for a limited time.
class Wire {
 public:
  Wire(net::Socket socket, std::chrono::milliseconds timeout) : socket_(std::move(socket)), timeout_(timeout) {}

  [[nodiscard]] Result<void> write(ByteView bytes) {
    while (!bytes.empty()) {
      if (auto ready = wait(POLLOUT); !ready) return ready;
      const auto written = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (written < 0 && is_temporary(errno)) continue;
      if (written < 0) return std::unexpected(transport_error(errno));
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  /// At least one byte; 0 at the end.
  [[nodiscard]] Result<std::size_t> read(ByteSpan into) {
    for (;;) {
      if (auto ready = wait(POLLIN); !ready) return std::unexpected(std::move(ready).error());
      const auto got = ::recv(socket_.fd(), into.data(), into.size(), MSG_DONTWAIT);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (!is_temporary(errno)) return std::unexpected(transport_error(errno));
    }
  }

 private:
  [[nodiscard]] static bool is_temporary(int cause) noexcept {
    return cause == EINTR || cause == EAGAIN || cause == EWOULDBLOCK;
  }

  [[nodiscard]] Result<void> wait(short what) {
    pollfd waiting{socket_.fd(), what, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(timeout_.count()));
    if (ready > 0 || (ready < 0 && errno == EINTR)) return {};
    if (ready < 0) return std::unexpected(transport_error(errno));
    return std::unexpected(fail(ErrorCode::TimedOut)
                               .at("waiting for the peer")
                               .expected("an answer within " + std::to_string(timeout_.count()) + " ms")
                               .advice("see that the server is up and speaks TLS on this port"));
  }

  net::Socket socket_;
  std::chrono::milliseconds timeout_;
};

/// Drives one connection over one socket.
class Driver {
 public:
  Driver(Wire wire, Connection connection, const ExchangeOptions& options)
      : wire_(std::move(wire)), connection_(std::move(connection)), options_(&options) {}

  [[nodiscard]] Connection& connection() noexcept { return connection_; }

  [[nodiscard]] Result<void> handshake() {
    Bytes unused;
    while (connection_.is_handshaking()) {
      if (auto flushed = flush(); !flushed) return flushed;
      if (!connection_.is_handshaking()) break;
      const auto more = step(unused);
      if (!more) return std::unexpected(more.error());
      if (!*more) return std::unexpected(fail(ErrorCode::PeerClosedInHandshake));
    }
    return flush();
  }

  [[nodiscard]] Result<Bytes> ask(std::string_view request) {
    Bytes sealed(connection_.sealed_size(request.size()));
    const auto sent = connection_.send(as_bytes(request), sealed);
    if (!sent) return std::unexpected(sent.error());
    const ByteView record = ByteView(sealed).first(sent->written);
    if (auto written = wire_.write(record); !written) return std::unexpected(written.error());

    Bytes answer;
    while (!connection_.peer_has_closed() && answer.size() < options_->max_answer) {
      const auto more = step(answer);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
    }
    return answer;
  }

  /// Says goodbye; what does not arrive any more is nobody's loss.
  void close() {
    connection_.close();
    (void)flush();
  }

  [[nodiscard]] Result<void> flush() {
    while (!connection_.output().empty()) {
      const ByteView waiting = connection_.output();
      if (auto written = wire_.write(waiting); !written) return written;
      connection_.sent(waiting.size());
    }
    return {};
  }

 private:
  /// Reads once and works through what came. False at the end of the stream.
  [[nodiscard]] Result<bool> step(Bytes& answer) {
    const auto got = wire_.read(ByteSpan(buffer_).subspan(filled_));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) {
      const auto ended = connection_.end_of_input();
      if (!ended) return std::unexpected(ended.error());
      return false;
    }
    filled_ += *got;
    if (auto worked = work(answer); !worked) {
      (void)flush();  // the alert that tells the peer why
      return std::unexpected(worked.error());
    }
    if (auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
    return true;
  }

  [[nodiscard]] Result<void> work(Bytes& answer) {
    std::size_t begin = 0;
    while (begin < filled_) {
      const ByteSpan input = ByteSpan(buffer_).subspan(begin, filled_ - begin);
      auto received = connection_.receive(input);
      if (!received) return std::unexpected(std::move(received).error());
      answer.insert(answer.end(), received->application_data.begin(), received->application_data.end());
      begin += received->consumed;
      if (received->consumed == 0) break;
    }
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin),
              buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= begin;
    return {};
  }

  Wire wire_;
  Connection connection_;
  const ExchangeOptions* options_;
  Bytes buffer_ = Bytes(2 * max_record);
  std::size_t filled_ = 0;
};

[[nodiscard]] Result<void> run(Driver& driver, const ExchangeOptions& options, Exchange& exchange) {
  if (auto shaken = driver.handshake(); !shaken) return shaken;
  exchange.tls = driver.connection().info();
  if (!options.request.empty()) {
    auto answer = driver.ask(options.request);
    if (!answer) return std::unexpected(std::move(answer).error());
    exchange.answer = std::move(*answer);
  }
  driver.close();
  return {};
}

}  // namespace

Exchange exchange_over_tls(const ServerName& host, std::uint16_t port,
                           const std::shared_ptr<const ClientConfig>& config, const ExchangeOptions& options) {
  Exchange exchange;
  auto tcp = net::connect_tcp(host, port, options.connect);
  if (!tcp) {
    exchange.failure = std::move(tcp).error();
    return exchange;
  }
  exchange.address = tcp->address;
  if (options.on_connected) options.on_connected(*tcp);

  auto connection = Connection::client(config, host, {.id = 1, .observer = options.observer});
  if (!connection) {
    exchange.failure = std::move(connection).error();
    return exchange;
  }
  Driver driver(Wire(std::move(tcp->socket), options.timeout), std::move(*connection), options);
  if (auto done = run(driver, options, exchange); !done) exchange.failure = std::move(done).error();
  exchange.peer_chain = driver.connection().peer_chain();
  exchange.staples = driver.connection().peer_proofs().ocsp_responses;
  const ByteView scts = driver.connection().peer_proofs().sct_list(0);
  exchange.sct_list.assign(scts.begin(), scts.end());
  if (const auto* verdict = driver.connection().verdict()) exchange.verdict = *verdict;
  return exchange;
}

}  // namespace keyway::tool
