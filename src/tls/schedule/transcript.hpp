#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::tls {

/// A hash of handshake messages, in place and public: up to 64 bytes with their length.
class TranscriptHash {
 public:
  TranscriptHash() noexcept = default;
  explicit TranscriptHash(std::size_t size) noexcept : size_(size <= bytes_.size() ? size : bytes_.size()) {}
  [[nodiscard]] ByteView view() const noexcept { return ByteView(bytes_).first(size_); }
  [[nodiscard]] ByteSpan span() noexcept { return ByteSpan(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, crypto::max_hash_size> bytes_{};
  std::size_t size_ = 0;
};

/// The running hash over all handshake messages (RFC 8446 4.4.1), once the suite's hash is known. Allocates nothing.
class Transcript {
 public:
  explicit Transcript(const crypto::HashFunction& hash) noexcept;

  void add(ByteView message) noexcept;  ///< with its handshake header

  /// The hash of everything so far; the running hash goes on.
  [[nodiscard]] TranscriptHash hash() const noexcept;

  /// The hash as if `message` (or a part of one, for binders) had been added.
  [[nodiscard]] TranscriptHash hash_with(ByteView message) const noexcept;

  /// After a HelloRetryRequest: what was added so far (ClientHello1) becomes a `message_hash` message.
  void replace_with_message_hash() noexcept;
  /// The same, where the hash of ClientHello1 is all that is known.
  void begin_with_message_hash(ByteView first) noexcept;

  /// As bytes, for read(); nothing where the provider does not tell. See HashFunction::write_state().
  [[nodiscard]] std::optional<Bytes> written() const { return function_->write_state(state_); }
  /// Nothing where these bytes are no running hash of this function.
  [[nodiscard]] static std::optional<Transcript> read(const crypto::HashFunction& hash, ByteView written) noexcept;

  [[nodiscard]] const crypto::HashFunction& function() const noexcept { return *function_; }

 private:
  const crypto::HashFunction* function_;
  crypto::HashState state_;
};

}  // namespace keyway::tls
