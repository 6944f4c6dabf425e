#pragma once

#include <cstddef>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "tls/wire/handshake.hpp"

namespace keyway::tls {

/// Joins fragments of handshake messages and splits coalesced ones. A message that lies whole in one record is handed
/// out as a view of it; only one that is spread over records is kept, and memory grows with the bytes that came, never
/// with a length that was claimed.
class HandshakeJoiner {
 public:
  /// `max_message` bounds a message's body, in bytes.
  explicit HandshakeJoiner(std::size_t max_message) noexcept : max_message_(max_message) {}

  /// Takes the content of a handshake record. It is to be emptied with next() before the next add().
  void add(ByteView content) noexcept {
    release_handed_out();
    fresh_ = content;
  }

  /// The next whole message; its views live until the following call of add() or next(). Nothing when more bytes are
  /// needed (what there is has then been kept). Errors: MessageTooLong.
  [[nodiscard]] Result<std::optional<HandshakeMessage>> next();

  /// Copies what is left of the record, so that the caller's buffer may go while the handshake pauses. What the last
  /// next() handed out is spent.
  void keep_rest();

  /// True when a message has begun and not ended, or bytes of a record are left: a key change must not come here.
  [[nodiscard]] bool has_rest() const noexcept { return !fresh_.empty() || (!kept_.empty() && !kept_was_handed_out_); }

 private:
  [[nodiscard]] Result<std::optional<HandshakeMessage>> next_of_kept();
  /// The size of the message that `begun` begins, header included; 0 while that is not known.
  [[nodiscard]] Result<std::size_t> whole_size(ByteView begun) const;
  /// Moves up to `at_most` bytes from fresh_ to kept_.
  void keep(std::size_t at_most);
  void release_handed_out() noexcept;

  std::size_t max_message_;
  ByteView fresh_;
  Bytes kept_;
  Bytes paused_;  ///< what fresh_ views after keep_rest()
  bool kept_was_handed_out_ = false;
};

}  // namespace keyway::tls
