#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/quic.hpp>
#include <keyway/quic_packets.hpp>

namespace keyway::tool {

/// One end of as much QUIC as a handshake and a word on one stream need: CRYPTO, STREAM and ACK frames in packets of
/// version 1, over a network that loses nothing.
class DemoQuicEnd {
 public:
  /// Errors: those of the keys.
  [[nodiscard]] static Result<DemoQuicEnd> make(QuicConnection handshake,
                                                std::shared_ptr<const crypto::Provider> provider, Side side);

  /// All that waits, a packet in each. Errors: those of the keys and of sealing.
  [[nodiscard]] Result<std::vector<Bytes>> datagrams();
  /// False: the packet is not authentic, and was dropped. Errors: of the handshake, and of what is not expected here.
  [[nodiscard]] Result<bool> take(Bytes datagram);

  void say(std::string_view text) { to_say_ += text; }
  [[nodiscard]] const std::string& heard() const noexcept { return heard_; }
  /// Goes on with the next keys (RFC 9001 6.1). Errors: those of QuicSealer::update().
  [[nodiscard]] Result<void> update_keys();
  /// How often the peer has changed its keys.
  [[nodiscard]] std::uint64_t key_updates_seen() const;

  [[nodiscard]] const QuicConnection& handshake() const noexcept { return handshake_; }

  static constexpr std::size_t connection_id_size = 4;

 private:
  struct Level {
    std::optional<QuicSealer> sealer;
    std::optional<QuicOpener> opener;
    std::uint64_t crypto_sent = 0;
    std::uint64_t next_number = 0;
    std::optional<std::uint64_t> to_acknowledge;
  };

  DemoQuicEnd(QuicConnection handshake, std::shared_ptr<const crypto::Provider> provider, Side side)
      : handshake_(std::move(handshake)), provider_(std::move(provider)), side_(side) {}
  [[nodiscard]] Level& at(EncryptionLevel level) { return levels_.at(static_cast<std::size_t>(level)); }
  [[nodiscard]] Result<void> use_initial_secrets(ByteView destination);
  [[nodiscard]] Result<void> use_new_secrets();
  [[nodiscard]] Bytes next_frames(EncryptionLevel level);
  [[nodiscard]] Result<Bytes> seal(EncryptionLevel level, Bytes frames);
  [[nodiscard]] Result<void> take_frames(EncryptionLevel level, ByteView frames);

  QuicConnection handshake_;
  std::shared_ptr<const crypto::Provider> provider_;
  Side side_;
  std::array<Level, quic_levels.size()> levels_;
  Bytes own_id_;
  Bytes peer_id_;
  std::string to_say_;
  std::string heard_;
};

}  // namespace keyway::tool
