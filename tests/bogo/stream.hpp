#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include <keyway/connection.hpp>

#include "outcome.hpp"
#include "transport.hpp"

namespace keyway::bogo {

/// A connection with calls that block, over records or over what the runner has in QUIC's place.
class Stream {
 public:
  using PauseHandler = std::function<Outcome<Answer>(const Connection&, Pause)>;

  explicit Stream(Transport& transport, PauseHandler handler) : transport_(transport), handler_(std::move(handler)) {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] Outcome<void> handshake();

  /// Goes on with the handshake until this is so, or it is over.
  [[nodiscard]] Outcome<void> advance_until(const std::function<bool()>& reached);

  /// How a read ended that brought no data.
  enum class End : std::uint8_t { none, close_notify, truncated };
  struct Read {
    std::size_t size = 0;
    End end = End::none;
  };
  /// Reads some data into `out`, after the handshake where there was none.
  [[nodiscard]] Outcome<Read> read(ByteSpan out);
  [[nodiscard]] virtual Outcome<void> write(ByteView data) = 0;
  /// Writes the first byte of what `data` becomes, and holds the rest back until finish_write() or the next write().
  [[nodiscard]] virtual Outcome<void> begin_write(ByteView data) = 0;
  [[nodiscard]] virtual Outcome<void> finish_write() = 0;
  /// The same with early data; of `data`, as much as may be sent early yet. Gives how much that was.
  [[nodiscard]] virtual Outcome<std::size_t> write_early(ByteView data) = 0;
  [[nodiscard]] virtual Outcome<void> begin_write_early(ByteView data) = 0;
  [[nodiscard]] std::size_t early_data_left() const noexcept { return connection().early_data_left(); }
  [[nodiscard]] Outcome<void> close();
  [[nodiscard]] Outcome<void> update_keys();
  /// Ends the connection with this alert.
  [[nodiscard]] Outcome<void> abort(AlertDescription alert);

  [[nodiscard]] virtual const Connection& connection() const noexcept = 0;
  /// Of QUIC; over records, nothing.
  [[nodiscard]] virtual std::optional<ByteView> peer_transport_parameters() const noexcept { return std::nullopt; }

 protected:
  [[nodiscard]] virtual Connection& tls() noexcept = 0;
  /// Sends what waits.
  [[nodiscard]] virtual Outcome<void> flush() = 0;
  /// Takes in bytes, where nothing waits. False at the end of the input.
  [[nodiscard]] virtual Outcome<bool> take_input() = 0;
  /// Whether the connection says the same error again.
  [[nodiscard]] virtual bool repeats(const Error& error) = 0;

  [[nodiscard]] std::unexpected<Failure> broken(const Error& error);
  Transport& transport_;
  ByteSpan data_;  ///< decrypted and not taken

 private:
  [[nodiscard]] Outcome<void> answer(Pause pause);
  [[nodiscard]] Outcome<bool> advance();
  PauseHandler handler_;
};

class RecordStream final : public Stream {
 public:
  /// `in_single_bytes`: the connection is given what it receives one byte more at a time.
  RecordStream(Transport& transport, Connection connection, PauseHandler handler, bool in_single_bytes)
      : Stream(transport, std::move(handler)), connection_(std::move(connection)), in_single_bytes_(in_single_bytes) {}

  [[nodiscard]] Outcome<void> write(ByteView data) override;
  [[nodiscard]] Outcome<void> begin_write(ByteView data) override;
  [[nodiscard]] Outcome<void> finish_write() override;
  [[nodiscard]] Outcome<std::size_t> write_early(ByteView data) override;
  [[nodiscard]] Outcome<void> begin_write_early(ByteView data) override;
  [[nodiscard]] const Connection& connection() const noexcept override { return connection_; }

 private:
  [[nodiscard]] Connection& tls() noexcept override { return connection_; }
  [[nodiscard]] Outcome<void> flush() override;
  [[nodiscard]] Outcome<bool> take_input() override;
  [[nodiscard]] bool repeats(const Error& error) override;
  [[nodiscard]] Outcome<bool> read_transport();

  Connection connection_;
  bool in_single_bytes_;
  bool transport_ended_ = false;
  Bytes input_ = Bytes(std::size_t{1} << 16U);
  std::size_t begin_ = 0;  // of what is not consumed
  std::size_t shown_ = 0;  // end of what the connection has seen
  std::size_t end_ = 0;    // of what has come
  bool may_hold_more_ = false;
  Bytes held_;  // by begin_write()
};

}  // namespace keyway::bogo
