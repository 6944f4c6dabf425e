#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>
#include <keyway/kernel_tls.hpp>

#include "net/authenticator.hpp"

namespace keyway::net {

/// One request that was answered, or one connection that failed before there was any.
struct AccessRecord {
  std::string peer;     ///< "127.0.0.1:50312"
  std::string client;   ///< the subject of the certificate that the client showed; empty: none. To be made printable
  std::string method;   ///< empty when the connection failed before a request
  std::string target;   ///< as it came: to be made printable before it is shown
  unsigned status = 0;  ///< 0 when there was no answer
  std::uint64_t body_bytes = 0;
  std::chrono::microseconds duration{};
  const Error* failure = nullptr;       ///< what ended the connection; lives for the call alone
  bool is_in_kernel = false;            ///< the kernel seals and opens what goes over this connection
  bool is_early = false;                ///< answered before the client had shown that it is there now
  const ConnectionInfo* tls = nullptr;  ///< lives for the call alone; null without a handshake
};

struct FileServerOptions {
  std::filesystem::path folder;
  std::string address = "127.0.0.1";   ///< an IP address
  std::uint16_t port = 0;              ///< 0: a free one
  std::size_t threads = 0;             ///< 0: one a core
  std::size_t max_connections = 4096;  ///< more wait in the kernel's queue
  std::size_t max_requests_per_connection = 10'000;
  std::chrono::milliseconds handshake_timeout{10'000};  ///< for the whole handshake
  std::chrono::milliseconds request_timeout{15'000};    ///< for the whole head of a request, once it has begun
  std::chrono::milliseconds idle_timeout{60'000};       ///< between requests
  std::chrono::milliseconds write_timeout{30'000};      ///< for each part of a body (64 KiB at most)
  std::chrono::milliseconds drain_timeout{10'000};      ///< what requests under way get after drain()
  bool listings = true;                                 ///< a folder without index.html shows what is in it
  /// Paths, each beginning with a slash, with all that is below them: who asks for that and has shown no certificate is
  /// asked for one then (RFC 8446 4.6.2), and refused without (403). The configuration must ask_clients_later().
  std::vector<std::string> asks_for_certificate_at = {};
  /// Connections go there once their handshake is done, as far as it offers, and files then go out by sendfile. Of
  /// KernelTls::probe(). The configuration must allow_secret_extraction().
  KernelTls kernel_tls = {};
  /// A Unix socket. A server of this user that waits there is replaced: this one takes its listening socket, and its
  /// connections once they are idle, whose clients notice nothing; the other one drains. Then this one waits there, to
  /// be replaced itself. Empty: neither. The configuration must allow_secret_extraction().
  std::filesystem::path hand_over = {};
  /// A line for a log, about what is no request. Called on the server's threads.
  std::function<void(const std::string&)> on_note = {};
  /// SIGINT, SIGTERM and SIGHUP wait for run_until_signal(), from before the port is open.
  bool holds_signals = false;
  /// What clients may have proved beside the handshake's certificate (authenticator.hpp); none: the resource is not
  /// there.
  FurtherIdentities further_identities = {};
  /// Called on the server's threads, several at once.
  std::function<void(const AccessRecord&)> on_access = {};
  /// Observes every connection, beside the configuration's; may be null. Thread-safe, outlives the server.
  Observer* observer = nullptr;
};

/// An HTTPS file server (HTTP/1.1, GET and HEAD; POST for further proofs alone) on threads of its own. The
/// configuration should offer ALPN "http/1.1". Of what comes early, a whole GET or HEAD is answered at once, and all
/// else once the handshake is done (RFC 8470 3).
class FileServer {
 public:
  /// Listens, and serves until drain(). Errors: FileNotFound (the folder), ListenFailed (with the cure),
  /// InvalidArgument.
  [[nodiscard]] static Result<std::unique_ptr<FileServer>> start(std::shared_ptr<const ServerConfig> config,
                                                                 FileServerOptions options);
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  /// Stops at once what still runs.
  ~FileServer();

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Open connections.
  [[nodiscard]] std::size_t connections() const noexcept;
  /// Takes no more connections and lets requests under way end, for drain_timeout at most. Returns at once.
  /// Thread-safe.
  void drain();
  /// Connections to come have this configuration; those that stand keep theirs. `further`: in the place of
  /// FileServerOptions::further_identities, for all. Thread-safe.
  void use(std::shared_ptr<const ServerConfig> config, FurtherIdentities further = {});
  /// Waits until SIGINT or SIGTERM comes, or another process takes over, and all is drained; a second signal ends at
  /// once. Only one server of a process may. `on_hangup`: called at each SIGHUP, which else ends the process.
  void run_until_signal(const std::function<void()>& on_hangup = {});
  /// Waits for the end of the drain.
  void wait();

 private:
  class State;
  explicit FileServer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace keyway::net
