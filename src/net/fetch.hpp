#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>
#include <keyway/kernel_tls.hpp>
#include <keyway/observer.hpp>

#include "net/socket.hpp"
#include "net/url.hpp"

namespace keyway {
class BlockingStream;
}

namespace keyway::net {

struct FetchOptions {
  ConnectOptions connect = {};
  std::chrono::milliseconds handshake_timeout{15'000};
  std::chrono::milliseconds stall_timeout{30'000};  ///< how long the peer may be silent
  std::string method = "GET";                       ///< or "HEAD"
  bool sends_early = false;                         ///< the request, where configuration and session allow it
  std::size_t max_head = 65'536;                    ///< bytes of the answer's head
  KernelTls kernel_tls = {};     ///< where the connection is to go (BlockingStream::use_kernel_tls())
  Observer* observer = nullptr;  ///< for the connection, beside the configuration's

  /// Answers the pauses that the configuration asks for; without it they are refused.
  std::function<Answer(Connection&, Pause)> on_pause = {};
  /// TCP stands; the handshake is about to begin.
  std::function<void(const TcpConnection&)> on_connected = {};
  /// The handshake is done, and no request is sent yet; an error ends the exchange. Not with sends_early.
  std::function<Result<void>(BlockingStream&)> on_established = {};
  /// The handshake failed; what the connection still knows can be asked.
  std::function<void(const Connection&)> on_refused = {};
  /// Part of the body, decoded from chunks. An error stops the transfer and becomes fetch()'s.
  std::function<Result<void>(ByteView)> on_body = {};
  /// The head is there; `size` is the body's where it is known.
  std::function<void(unsigned status, std::optional<std::uint64_t> size)> on_head = {};
};

struct Response {
  unsigned status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> fields;  ///< header fields, in order, names as they came
  std::uint64_t body_bytes = 0;

  std::string address;        ///< "127.0.0.1:8443"
  ConnectionInfo tls;         ///< as it is at the end
  bool is_in_kernel = false;  ///< the kernel had the records
  std::optional<x509::Verdict> verdict;
  std::vector<Bytes> peer_chain;  ///< DER, leaf first
  std::chrono::microseconds resolved_in{};
  std::chrono::microseconds connected_in{};
  std::chrono::microseconds handshake_in{};
  std::chrono::microseconds total{};

  /// The value of a field; the name's case does not matter.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;
};

/// One exchange over a connection of its own; blocks. Redirects are handed to the caller as any other answer. A body
/// that ends before its length, or an end of the connection that is not clean where it delimits the body, is an error.
/// Errors: those of connect_tcp() and of the handshake, TimedOut, TruncatedStream, HttpFailed, TransportFailed.
[[nodiscard]] Result<Response> fetch(const Url& url, std::shared_ptr<const ClientConfig> config,
                                     const FetchOptions& options = {});

}  // namespace keyway::net
