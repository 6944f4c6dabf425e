#pragma once

#include <cstddef>
#include <functional>

#include <keyway/connection.hpp>

#include "outcome.hpp"
#include "transport.hpp"

namespace keyway::bogo {

/// A TLS connection over a transport, with calls that block.
class Stream {
 public:
  using PauseHandler = std::function<Outcome<Answer>(const Connection&, Pause)>;

  /// `in_single_bytes`: the connection is given what it receives one byte more at a time.
  Stream(Transport& transport, Connection connection, PauseHandler handler, bool in_single_bytes)
      : transport_(transport),
        connection_(std::move(connection)),
        handler_(std::move(handler)),
        in_single_bytes_(in_single_bytes) {}

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
  [[nodiscard]] Outcome<void> write(ByteView data);
  /// Writes the first byte of what `data` becomes, and holds the rest back until finish_write() or the next write().
  [[nodiscard]] Outcome<void> begin_write(ByteView data);
  [[nodiscard]] Outcome<void> finish_write();
  /// The same with early data; of `data`, as much as may be sent early yet. Gives how much that was.
  [[nodiscard]] Outcome<std::size_t> write_early(ByteView data);
  [[nodiscard]] Outcome<void> begin_write_early(ByteView data);
  [[nodiscard]] std::size_t early_data_left() const noexcept { return connection_.early_data_left(); }
  [[nodiscard]] Outcome<void> close();
  [[nodiscard]] Outcome<void> update_keys();
  /// Ends the connection with this alert.
  [[nodiscard]] Outcome<void> abort(AlertDescription alert);

  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }

 private:
  [[nodiscard]] Outcome<void> flush();
  [[nodiscard]] Outcome<void> answer(Pause pause);
  [[nodiscard]] Outcome<bool> advance();
  [[nodiscard]] Outcome<bool> read_transport();
  [[nodiscard]] std::unexpected<Failure> broken(const Error& error);

  Transport& transport_;
  Connection connection_;
  PauseHandler handler_;
  bool in_single_bytes_;
  bool transport_ended_ = false;
  Bytes input_ = Bytes(std::size_t{1} << 16U);
  std::size_t begin_ = 0;  // of what is not consumed
  std::size_t shown_ = 0;  // end of what the connection has seen
  std::size_t end_ = 0;    // of what has come
  bool may_hold_more_ = false;
  ByteSpan data_;  // decrypted and not taken
  Bytes held_;     // by begin_write()
};

}  // namespace keyway::bogo
