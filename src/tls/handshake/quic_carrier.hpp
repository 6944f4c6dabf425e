#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/quic.hpp>

namespace keyway::tls {

/// What stands in the record layer's place where QUIC carries the handshake (RFC 9001 4).
class QuicCarrier {
 public:
  explicit QuicCarrier(ByteView own_parameters) : own_parameters_(own_parameters.begin(), own_parameters.end()) {}

  [[nodiscard]] ByteView own_parameters() const noexcept { return own_parameters_; }
  void set_own_parameters(ByteView parameters) { own_parameters_.assign(parameters.begin(), parameters.end()); }
  std::optional<Bytes> peer_parameters;

  /// True where messages go out under keys of the handshake: a server's parameters are among the first of them.
  [[nodiscard]] bool sends_encrypted() const noexcept { return writing_ != EncryptionLevel::initial; }

  /// The level whose bytes are waited for.
  [[nodiscard]] EncryptionLevel reading() const noexcept { return reading_; }

  void send(ByteView messages) {
    Outbox& outbox = outboxes_.at(static_cast<std::size_t>(writing_));
    outbox.bytes.insert(outbox.bytes.end(), messages.begin(), messages.end());
  }
  void use(QuicSecret secret) {
    // RFC 9001 4.1.4: what is sent early carries no handshake messages.
    const bool carries_messages = secret.level != EncryptionLevel::early_data;
    if (carries_messages) (secret.direction == Direction::sent ? writing_ : reading_) = secret.level;
    secrets_.push_back(std::move(secret));
  }

  [[nodiscard]] ByteView output(EncryptionLevel level) const noexcept {
    const Outbox& outbox = outboxes_.at(static_cast<std::size_t>(level));
    return ByteView(outbox.bytes).subspan(outbox.sent);
  }
  void sent(EncryptionLevel level, std::size_t count) noexcept {
    Outbox& outbox = outboxes_.at(static_cast<std::size_t>(level));
    outbox.sent += std::min(count, outbox.bytes.size() - outbox.sent);
    if (outbox.sent == outbox.bytes.size()) outbox = {};
  }
  [[nodiscard]] std::optional<QuicSecret> take_secret() noexcept {
    if (secrets_.empty()) return std::nullopt;
    std::optional<QuicSecret> next(std::move(secrets_.front()));
    secrets_.pop_front();
    return next;
  }

 private:
  struct Outbox {
    Bytes bytes;
    std::size_t sent = 0;
  };
  Bytes own_parameters_;
  std::array<Outbox, quic_levels.size()> outboxes_;
  std::deque<QuicSecret> secrets_;
  EncryptionLevel reading_ = EncryptionLevel::initial;
  EncryptionLevel writing_ = EncryptionLevel::initial;
};

}  // namespace keyway::tls
