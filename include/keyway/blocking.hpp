#pragma once
/// \file
/// TLS over a plain, connected file descriptor (a socket), with calls that block. Needs POSIX and nothing else.
///
/// \code
///   auto stream = BlockingStream::client(fd, config, name);
///   if (auto done = stream->handshake(); !done) return report(done.error());
///   stream->write_all(as_bytes("hello"));
///   auto count = stream->read_some(buffer);   // 0: the peer has closed, cleanly
///   stream->close();
/// \endcode

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>
#include <keyway/handover.hpp>
#include <keyway/kernel_tls.hpp>
#include <keyway/name.hpp>

namespace keyway {

/// How long calls may block. Zero: for ever.
struct BlockingTimeouts {
  std::chrono::milliseconds handshake{30'000};  ///< the whole of it
  std::chrono::milliseconds read{0};            ///< until the peer sends something
  std::chrono::milliseconds write{0};           ///< until the peer takes something
  std::chrono::milliseconds close{5'000};       ///< the whole wait for the peer's close_notify
};

/// One end of a TLS connection over a socket, which stays the caller's: it must be connected, outlive the stream and be
/// closed afterwards. It may be blocking or not. Signals don't disturb the calls, and SIGPIPE is not raised. For one
/// thread at a time.
class BlockingStream {
 public:
  /// Errors: as Connection::client().
  [[nodiscard]] static Result<BlockingStream> client(int fd, std::shared_ptr<const ClientConfig> config,
                                                     const ServerName& name, const BlockingTimeouts& timeouts = {},
                                                     const ConnectionOptions& options = {});
  /// Errors: as Connection::server().
  [[nodiscard]] static Result<BlockingStream> server(int fd, std::shared_ptr<const ServerConfig> config,
                                                     const BlockingTimeouts& timeouts = {},
                                                     const ConnectionOptions& options = {});

  /// Goes on with a connection whose handshake is done (Connection::import_idle()), over the socket that it had.
  [[nodiscard]] static BlockingStream resume(int fd, Connection connection, const BlockingTimeouts& timeouts = {}) {
    return BlockingStream(fd, std::move(connection), timeouts);
  }

  /// Before the handshake: lets the kernel seal and open (kernel_tls.hpp) as far as it offers to. The configuration
  /// must allow_secret_extraction(); else the handshake ends with InvalidConfiguration where the kernel would.
  void use_kernel_tls(const KernelTls& offered) { kernel_offer_ = offered; }
  /// True once the kernel does.
  [[nodiscard]] bool kernel_tls_active() const noexcept { return kernel_ != nullptr; }

  /// Answers the pauses that the configuration asks for. Without one, they are refused.
  void on_pause(std::function<Answer(Connection&, Pause)> handler) { pause_handler_ = std::move(handler); }

  /// Errors: the connection's own, PeerClosedInHandshake, TimedOut, TransportFailed.
  [[nodiscard]] Result<void> handshake();

  /// Client, before handshake(): sends as much of `data` as may go at once (early_data.hpp), and says how much that
  /// was; 0 where none may. For what may come to the server twice alone. Once the handshake is done,
  /// connection().take_refused_early_data() gives back what the server did not take. Errors: as write_all().
  [[nodiscard]] Result<std::size_t> write_early(ByteView data);
  /// Server, before handshake() or in its place: goes on with the handshake, and reads what comes early into `out` (not
  /// empty). 0: no more comes, the handshake is done. As long as connection().is_handshaking(), what was read can be
  /// another's, sent again; it may be answered by write_all() all the same. What comes early and is not read stays here
  /// and is never part of read_some(). Errors: as handshake().
  [[nodiscard]] Result<std::size_t> read_early(ByteSpan out);

  /// Reads at least one byte into `out` (not empty). 0: the peer sent close_notify, all has been read. Errors:
  /// TruncatedStream (the peer is gone without it), TimedOut (reading can go on), TransportFailed, the connection's
  /// own.
  [[nodiscard]] Result<std::size_t> read_some(ByteSpan out);

  /// Writes all of `data`. Errors: TimedOut and TransportFailed (part of it may have been sent; the connection is of no
  /// more use), the connection's own.
  [[nodiscard]] Result<void> write_all(ByteView data);
  /// The same of several pieces, one after the other.
  [[nodiscard]] Result<void> write_all(std::span<const ByteView> pieces);

  /// Writes `size` bytes of the open file `file` from `offset` on, whose own position stays: by sendfile where
  /// kernel_tls_active(), else by reading and sealing. Gives how many; fewer only where the file ends sooner. While the
  /// kernel sends, the socket is non-blocking. Errors: as write_all(); FileUnreadable.
  [[nodiscard]] Result<std::size_t> send_file(int file, std::uint64_t offset, std::size_t size);

  /// Connection::export_idle(), for another process that gets the socket, too. Errors also: NotReady, where bytes of
  /// the peer's wait here that were not read; where kernel_tls_active(), as the kernel doesn't give keys back.
  [[nodiscard]] Result<Bytes> export_idle(const HandoverKey& key);

  /// Sends close_notify; reading goes on.
  [[nodiscard]] Result<void> close_sending();
  /// Sends close_notify and waits for the peer's; data that still comes is dropped. Errors: as read_some().
  [[nodiscard]] Result<void> close();

  [[nodiscard]] Connection& connection() noexcept { return connection_; }
  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }

 private:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  BlockingStream(int fd, Connection connection, const BlockingTimeouts& timeouts) noexcept
      : fd_(fd), connection_(std::move(connection)), timeouts_(timeouts) {}

  [[nodiscard]] static Deadline deadline_after(std::chrono::milliseconds timeout);
  [[nodiscard]] Result<void> wait_until_ready(short events, const Deadline& deadline) const;
  [[nodiscard]] Result<void> send_all(ByteView bytes, std::chrono::milliseconds timeout, const Deadline& overall) const;
  [[nodiscard]] Result<void> flush_output(const Deadline& overall);
  [[nodiscard]] Result<void> read_more(const Deadline& deadline);
  [[nodiscard]] Result<void> decode();
  [[nodiscard]] Result<void> advance_handshake(const Deadline& deadline);
  [[nodiscard]] Result<void> answer_pause();
  [[nodiscard]] Error failed(Error error);
  [[nodiscard]] Result<void> start_kernel_tls();
  [[nodiscard]] Result<void> read_more_opened(const Deadline& deadline);
  [[nodiscard]] Result<void> send_by_kernel(ByteView data);
  [[nodiscard]] Result<void> flush_by_kernel(const Deadline& overall);
  [[nodiscard]] Result<void> update_keys_when_due();
  [[nodiscard]] Result<std::size_t> send_file_by_kernel(int file, std::uint64_t offset, std::size_t size);

  int fd_;
  Connection connection_;
  BlockingTimeouts timeouts_;
  std::function<Answer(Connection&, Pause)> pause_handler_;
  Bytes input_;            // room for what comes; given back when nothing is in it
  std::size_t begin_ = 0;  // of what has come and is not consumed
  std::size_t end_ = 0;
  Bytes early_;                  // that came early and was not read
  std::size_t early_begin_ = 0;  // of what of it was not read
  std::size_t needed_ = 0;
  ByteSpan data_;  // decrypted and not taken yet: a view into input_
  KernelTls kernel_offer_;
  std::unique_ptr<KernelRecords> kernel_;  // null: records are sealed and opened here
};

}  // namespace keyway

#include <keyway/detail/blocking.hpp>
#include <keyway/detail/blocking_kernel.hpp>
