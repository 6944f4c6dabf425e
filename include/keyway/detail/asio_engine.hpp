#pragma once
// The algorithm of the Asio stream, without I/O: what each operation waits for next. The same steps serve the blocking
// and the asynchronous calls, and every completion token.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <boost/asio/error.hpp>

#include <keyway/connection.hpp>
#include <keyway/detail/asio_buffers.hpp>
#include <keyway/detail/asio_error.hpp>
#include <keyway/error.hpp>
#include <keyway/kernel_tls.hpp>

namespace keyway::asio::detail {

/// What an operation waits for.
enum class Want : std::uint8_t {
  nothing,  ///< it is done
  input,    ///< bytes from the transport, into input_space()
  output,   ///< sealed() to be written to the transport
  turn,     ///< another operation to be done with writing
  answer,   ///< the application's answer to a pause
};

/// A connection with the bytes under way in both directions, which are held only while there are some.
///
/// One operation at a time has the turn to write. Records are sealed only by who has it, and what was sealed is written
/// before anything else is sealed: so records are on the wire in the order of their sealing, also when a read has an
/// alert or a KeyUpdate to send while a write is under way.
class Engine {
 public:
  explicit Engine(Result<Connection> connection) {
    if (connection) {
      connection_.emplace(std::move(*connection));
    } else {
      error_.emplace(std::move(connection.error()));
    }
  }

  [[nodiscard]] Connection* connection() noexcept { return connection_ ? &*connection_ : nullptr; }
  [[nodiscard]] const Error* error() const noexcept { return error_ ? &*error_ : nullptr; }
  [[nodiscard]] boost::system::error_code failure() const noexcept { return make_error_code(error_->code()); }
  void keep(Error error) { error_.emplace(std::move(error)); }

  // --- in

  enum class Decoded : std::uint8_t { data, incomplete, paused, closed, failed };
  /// Works through what has come until there is data, or nothing more to be had.
  [[nodiscard]] Decoded decode() {
    while (data_.empty()) {
      if (error_) return Decoded::failed;
      if (connection_->pause()) return Decoded::paused;
      if (connection_->peer_has_closed()) return Decoded::closed;
      const ByteSpan waiting = ByteSpan(input_).subspan(begin_, end_ - begin_);
      if (waiting.empty()) return Decoded::incomplete;
      const bool was_handshaking = connection_->is_handshaking();
      auto received = connection_->receive(waiting);
      if (!received) {
        keep(std::move(received.error()));
        return Decoded::failed;
      }
      if (kernel_ && !follow_reading_keys()) return Decoded::failed;
      begin_ += received->consumed;
      needed_ = received->needed;
      data_ = received->application_data;
      early_.insert(early_.end(), received->early_data.begin(), received->early_data.end());
      if (received->consumed == 0 && !connection_->pause()) return Decoded::incomplete;
      // The handshake's caller looks at where it stands before more is made of the input.
      if (was_handshaking && !connection_->is_handshaking() && data_.empty()) return Decoded::incomplete;
    }
    return Decoded::data;
  }

  /// Moves decrypted data to `parts`, from byte `filled` of their concatenation on.
  [[nodiscard]] std::size_t take(std::span<const ByteSpan> parts, std::size_t filled) noexcept {
    std::size_t moved = 0;
    for (const ByteSpan part : parts) {
      if (filled >= part.size()) {
        filled -= part.size();
        continue;
      }
      const ByteSpan room = part.subspan(std::exchange(filled, 0));
      const std::size_t count = std::min(room.size(), data_.size());
      std::copy_n(data_.begin(), count, room.begin());
      data_ = data_.subspan(count);
      moved += count;
      if (data_.empty()) break;
    }
    return moved;
  }
  void drop_data() noexcept { data_ = {}; }

  [[nodiscard]] bool has_early() const noexcept { return early_begin_ != early_.size(); }
  /// Moves what came early to `parts`.
  [[nodiscard]] std::size_t take_early(std::span<const ByteSpan> parts) noexcept {
    std::size_t moved = 0;
    for (const ByteSpan part : parts) {
      const ByteView waiting = ByteView(early_).subspan(early_begin_);
      const std::size_t count = std::min(part.size(), waiting.size());
      std::copy_n(waiting.begin(), count, part.begin());
      early_begin_ += count;
      moved += count;
    }
    if (!has_early()) {
      early_ = Bytes();
      early_begin_ = 0;
    }
    return moved;
  }

  /// Room for the transport's next bytes: little while nothing comes, more while the peer keeps it full.
  [[nodiscard]] ByteSpan input_space() {
    const std::size_t held = end_ - begin_;
    const std::size_t least = kernel_ ? KernelRecords::record_room : std::max<std::size_t>(needed_, 1);
    const std::size_t wanted = std::max(next_capacity_, held + least);
    if (input_.size() < wanted) {
      Buffer larger(wanted);
      std::copy_n(ByteView(input_).subspan(begin_).begin(), held, larger.begin());
      input_ = std::move(larger);
    } else if (begin_ != 0) {
      std::ranges::copy(ByteView(input_).subspan(begin_, held), input_.begin());
    }
    begin_ = 0;
    end_ = held;
    is_reading_ = true;
    const ByteSpan room = ByteSpan(input_).subspan(end_);
    if (!kernel_offer_.offers_anything()) return room;
    // The kernel takes over between two records: none is begun beyond the one that is asked for.
    constexpr std::size_t header = 5;
    return room.first(std::min(room.size(), held == 0 ? header : std::max<std::size_t>(needed_, 1)));
  }
  void input_arrived(std::size_t count) noexcept {
    is_reading_ = false;
    end_ += count;
    if (end_ == input_.size()) {
      next_capacity_ = most_capacity;
    } else if (count < least_capacity) {
      next_capacity_ = least_capacity;
    }
  }
  void input_ended() {
    if (auto ended = connection_->end_of_input(); !ended && !error_) keep(std::move(ended.error()));
  }
  /// Gives back the receive buffer when nothing is in it, nor on its way into it.
  void release_empty_input() noexcept {
    if (is_reading_ || !data_.empty() || begin_ != end_) return;
    input_ = Buffer();
    begin_ = end_ = 0;
  }

  // --- out

  [[nodiscard]] bool try_take_turn() noexcept { return !std::exchange(is_turn_taken_, true); }
  void give_turn_back() noexcept { is_turn_taken_ = false; }
  [[nodiscard]] bool is_turn_taken() const noexcept { return is_turn_taken_; }

  [[nodiscard]] bool has_output() const noexcept { return is_output_left() || !connection_->output().empty(); }
  /// True when something is ready to be written: sealed(), or a stretch of a file.
  [[nodiscard]] bool is_output_left() const noexcept { return !sealed().empty() || file_left_ != 0; }
  [[nodiscard]] ByteView sealed() const noexcept { return ByteView(sealed_).subspan(written_); }
  /// Makes the protocol's own output ready to be written. False when there is nothing to write. For who has the turn.
  [[nodiscard]] bool collect_output() {
    if (is_output_left()) return true;
    const ByteView output = connection_->output();
    if (output.empty()) return false;
    sealed_.assign(output.begin(), output.end());
    written_ = 0;
    connection_->sent(output.size());
    return true;
  }
  /// Encrypts `parts` (of `size` bytes) straight from where they are. For who has the turn, with nothing sealed left.
  [[nodiscard]] Result<std::size_t> seal(std::span<const ByteView> parts, std::size_t size) {
    if (kernel_) return frame(parts, size);
    sealed_ = Buffer(connection_->sealed_size(size));
    written_ = 0;
    auto sent = connection_->send(parts, ByteSpan(sealed_));
    if (!sent) {
      sealed_ = Buffer();
      return std::unexpected(std::move(sent.error()));
    }
    sealed_.resize(sent->written);
    return sent->consumed;
  }
  /// The same of what is to be sent early; as much as may be.
  [[nodiscard]] Result<std::size_t> seal_early(ByteView data) {
    const ByteView part = data.first(std::min(data.size(), connection_->early_data_left()));
    sealed_ = Buffer(connection_->sealed_size(part.size()));
    written_ = 0;
    auto sent = connection_->send_early(part, ByteSpan(sealed_));
    if (!sent) {
      sealed_ = Buffer();
      return std::unexpected(std::move(sent.error()));
    }
    sealed_.resize(sent->written);
    return sent->consumed;
  }
  /// What was not written stays, and goes first when writing goes on.
  void output_written(std::size_t count) noexcept {
    written_ += count;
    if (written_ < sealed_.size()) return;
    sealed_ = Buffer();
    written_ = 0;
  }

  // --- records in the kernel (asio_kernel.hpp)

  void use_kernel(const KernelTls& offered) { kernel_offer_ = offered; }
  [[nodiscard]] bool is_in_kernel() const noexcept { return kernel_ != nullptr; }
  /// Once the handshake is done and all of it is written, with `fd` the transport's socket; later does nothing. False
  /// when it failed, and the connection with it: see error().
  [[nodiscard]] bool start_kernel(int fd);
  /// The transport is there to be read: takes one record, or nothing.
  void read_from_kernel(boost::system::error_code& broken);
  /// The transport is there to be written to: writes what it takes of sealed(), or of the file.
  void write_to_kernel(boost::system::error_code& broken);
  /// Makes part of a file ready to be written: sealed, or for the kernel to read. For who has the turn, with nothing
  /// left to be written.
  [[nodiscard]] Result<void> seal_file(int file, std::uint64_t offset, std::size_t size);
  /// Bytes of files that were sealed since it was asked last.
  [[nodiscard]] std::size_t take_file_sent() noexcept { return std::exchange(file_sent_, 0); }
  /// What the kernel has not taken yet is not sent.
  void drop_file() noexcept { file_left_ = 0; }
  /// True when the last part ended with the file.
  [[nodiscard]] bool has_file_ended() const noexcept { return has_file_ended_; }

  // --- another process

  [[nodiscard]] Result<Bytes> export_idle(const HandoverKey& key);

  static constexpr std::size_t least_capacity = 1024;
  static constexpr std::size_t most_capacity = 65536;
  static constexpr std::size_t most_sealed_at_once = 65536;

 private:
  /// The parts as TLSPlaintext records, for the kernel to seal.
  [[nodiscard]] Result<std::size_t> frame(std::span<const ByteView> parts, std::size_t size);
  [[nodiscard]] bool follow_reading_keys();
  void fail_writing(Error error, boost::system::error_code& broken);

  std::optional<Connection> connection_;
  std::optional<Error> error_;
  Buffer input_;
  std::size_t begin_ = 0;  // of what has come and is not consumed
  std::size_t end_ = 0;
  bool is_reading_ = false;  // the transport is writing to input_
  std::size_t needed_ = 0;
  std::size_t next_capacity_ = least_capacity;
  ByteSpan data_;  // decrypted and not taken yet: a view into input_
  Bytes early_;    // that came early and was not taken; a server's
  std::size_t early_begin_ = 0;
  Buffer sealed_;
  std::size_t written_ = 0;
  bool is_turn_taken_ = false;
  bool has_file_ended_ = false;
  KernelTls kernel_offer_;
  std::unique_ptr<KernelRecords> kernel_;  // null: records are sealed and opened here
  int file_ = -1;                          // the kernel is to send the rest of this
  std::uint64_t file_offset_ = 0;
  std::size_t file_left_ = 0;
  std::size_t file_sent_ = 0;
};

/// The part of every operation that is about the turn to write.
class Operation {
 public:
  /// Cancelled, it can be started again as if nothing had been.
  static constexpr bool loses_nothing_when_cancelled = true;

  boost::system::error_code error;
  std::size_t transferred = 0;

  /// The transport broke, or the operation was cancelled.
  void abandon(Engine& engine, const boost::system::error_code& cause) noexcept {
    leave(engine);
    // An alert that can't be delivered changes nothing about why it was to be sent.
    if (!error) error = cause;
  }

 protected:
  [[nodiscard]] bool take_turn(Engine& engine) noexcept {
    has_turn_ = has_turn_ || engine.try_take_turn();
    return has_turn_;
  }
  void leave(Engine& engine) noexcept {
    if (std::exchange(has_turn_, false)) engine.give_turn_back();
  }
  Want finish(Engine& engine, const boost::system::error_code& with = {}) noexcept {
    leave(engine);
    if (!error) error = with;
    return Want::nothing;
  }
  [[nodiscard]] bool has_turn() const noexcept { return has_turn_; }

 private:
  bool has_turn_ = false;
};

class HandshakeOperation : public Operation {
 public:
  Want step(Engine& engine) {
    return drive(engine, [] { return false; });
  }

 protected:
  /// Goes on until the handshake, or what `is_done` looks for, is done.
  template <typename Done>
  Want drive(Engine& engine, Done is_done) {
    if (engine.connection() == nullptr) return finish(engine, engine.failure());
    if (!take_turn(engine)) return Want::turn;
    for (;;) {
      if (engine.collect_output()) return Want::output;
      if (error) return finish(engine);
      if (engine.error() != nullptr) return finish(engine, engine.failure());
      if (is_done() || !engine.connection()->is_handshaking()) return finish(engine);
      switch (engine.decode()) {
        case Engine::Decoded::paused:
          if (!engine.has_output()) return Want::answer;
          break;
        case Engine::Decoded::failed:
          error = engine.failure();
          break;
        case Engine::Decoded::closed:
          engine.keep(fail(ErrorCode::PeerClosedInHandshake));
          error = engine.failure();
          break;
        case Engine::Decoded::data:
          if (engine.connection()->is_handshaking()) return finish(engine, make_error_code(ErrorCode::InternalError));
          break;
        case Engine::Decoded::incomplete:
          if (!engine.has_output() && engine.connection()->is_handshaking()) return Want::input;
          break;
      }
    }
  }
};

/// Server: goes on with the handshake until something came early; eof: nothing more does.
template <typename Sequence>
class EarlyReadOperation : public HandshakeOperation {
 public:
  explicit EarlyReadOperation(const Sequence& buffers) : buffers_(buffers) {}

  Want step(Engine& engine) {
    const MutableParts<Sequence> parts(buffers_, SIZE_MAX);
    if (parts.size() == 0) return finish(engine);
    const Want want = drive(engine, [&] {
      if (engine.has_early()) transferred = engine.take_early(parts.views());
      return transferred != 0;
    });
    if (want == Want::nothing && !error && transferred == 0) error = boost::asio::error::eof;
    return want;
  }

 private:
  Sequence buffers_;
};

/// Client: sends its first flight, and data right behind it.
template <typename Sequence>
class EarlyWriteOperation : public Operation {
 public:
  static constexpr bool loses_nothing_when_cancelled = false;

  explicit EarlyWriteOperation(const Sequence& buffers) : buffers_(buffers) {}

  Want step(Engine& engine) {
    if (engine.connection() == nullptr) return finish(engine, engine.failure());
    if (!take_turn(engine)) return Want::turn;
    if (engine.collect_output()) return Want::output;
    if (is_sealed_) return finish(engine);
    is_sealed_ = true;
    const ConstParts<Sequence> parts(buffers_, Engine::most_sealed_at_once);
    if (parts.size() == 0) return finish(engine);
    const auto first = std::ranges::find_if(parts.views(), [](ByteView part) { return !part.empty(); });
    auto sealed = engine.seal_early(*first);
    if (!sealed) return finish(engine, make_error_code(sealed.error().code()));
    transferred = *sealed;
    return Want::output;
  }

 private:
  Sequence buffers_;
  bool is_sealed_ = false;
};

template <typename Sequence>
class ReadOperation : public Operation {
 public:
  explicit ReadOperation(const Sequence& buffers) : buffers_(buffers) {}

  Want step(Engine& engine) {
    if (engine.connection() == nullptr) return finish(engine, engine.failure());
    if (has_turn()) return flush(engine);
    const MutableParts<Sequence> parts(buffers_, SIZE_MAX);
    if (parts.size() == 0) return finish(engine);
    for (;;) {
      switch (engine.decode()) {
        case Engine::Decoded::data:
          transferred += engine.take(parts.views(), transferred);
          if (transferred == parts.size()) return finish(engine);
          continue;  // as many records as are there
        case Engine::Decoded::closed:
          return transferred != 0 ? finish(engine) : finish(engine, boost::asio::error::eof);
        case Engine::Decoded::failed:
          if (transferred != 0) return finish(engine);  // the error is told by the next read
          error = engine.failure();
          return flush(engine);
        case Engine::Decoded::paused:
          if (transferred != 0) return finish(engine);
          if (engine.connection()->is_handshaking()) return finish(engine, make_error_code(ErrorCode::NotReady));
          return Want::answer;  // a client is asked later, or is judged
        case Engine::Decoded::incomplete:
          if (transferred != 0) return finish(engine);
          if (engine.connection()->is_handshaking()) return finish(engine, make_error_code(ErrorCode::NotReady));
          return flush(engine);
      }
    }
  }

 private:
  /// Sends what receiving gave cause to (an alert, a KeyUpdate), unless somebody is writing: who writes sends that too,
  /// before giving the turn back.
  Want flush(Engine& engine) {
    if (engine.has_output() && take_turn(engine) && engine.collect_output()) return Want::output;
    leave(engine);
    return error ? Want::nothing : Want::input;
  }

  Sequence buffers_;
};

template <typename Sequence>
class WriteOperation : public Operation {
 public:
  static constexpr bool loses_nothing_when_cancelled = false;

  explicit WriteOperation(const Sequence& buffers) : buffers_(buffers) {}

  Want step(Engine& engine) {
    if (engine.connection() == nullptr) return finish(engine, engine.failure());
    if (!take_turn(engine)) return Want::turn;
    if (!engine.sealed().empty()) return Want::output;  // left by an operation that was cancelled
    if (!is_sealed_) {
      is_sealed_ = true;
      const ConstParts<Sequence> parts(buffers_, Engine::most_sealed_at_once);
      if (parts.size() == 0) return finish(engine);
      if (auto sealed = engine.seal(parts.views(), parts.size())) {
        transferred = *sealed;
      } else {
        error = make_error_code(sealed.error().code());
      }
    }
    if (engine.collect_output()) return Want::output;
    return finish(engine);
  }

 private:
  Sequence buffers_;
  bool is_sealed_ = false;
};

/// Sends close_notify and, if asked, reads on until the peer's, dropping data.
class ShutdownOperation : public Operation {
 public:
  explicit ShutdownOperation(bool waits_for_peer) : waits_for_peer_(waits_for_peer) {}

  Want step(Engine& engine) {
    if (engine.connection() == nullptr) return finish(engine, engine.failure());
    if (!is_sent_) {
      if (!take_turn(engine)) return Want::turn;
      if (!engine.sealed().empty()) return Want::output;
      engine.connection()->close();
      if (engine.collect_output()) return Want::output;
      is_sent_ = true;
      leave(engine);
    }
    if (!waits_for_peer_) return finish(engine);
    for (;;) {
      switch (engine.decode()) {
        case Engine::Decoded::data:
          engine.drop_data();
          continue;
        case Engine::Decoded::closed:
          return finish(engine);
        case Engine::Decoded::failed:
          return finish(engine, engine.failure());
        case Engine::Decoded::paused:
          return finish(engine, make_error_code(ErrorCode::NotReady));
        case Engine::Decoded::incomplete:
          return Want::input;
      }
    }
  }

 private:
  bool waits_for_peer_;
  bool is_sent_ = false;
};

}  // namespace keyway::asio::detail
