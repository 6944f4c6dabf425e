#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <keyway/quic.hpp>
#include <keyway/quic_packets.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::quic_testing {

/// One end of the least that can be called QUIC: packets over a network that loses and reorders nothing, CRYPTO, ACK
/// and STREAM frames, Retry, key updates. No loss recovery, no flow control: it shows that <keyway/quic_packets.hpp> is
/// all that a stack needs of cryptography.
class QuicEnd {
 public:
  QuicEnd(QuicConnection handshake, QuicVersion version, Side side);

  /// All that is there to be sent.
  [[nodiscard]] std::vector<Bytes> datagrams();
  /// Takes one datagram. Packets that are to be dropped are counted alone.
  Result<void> take(Bytes datagram);

  void send(std::string_view text) { to_send_ += text; }
  [[nodiscard]] const std::string& received() const noexcept { return received_; }
  /// Server: answers the first Initial packet with a Retry.
  void demand_retry() { wants_retry_ = true; }

  [[nodiscard]] QuicConnection& handshake() noexcept { return handshake_; }
  [[nodiscard]] QuicSealer& sealer() { return *space(EncryptionLevel::application).sealer; }
  [[nodiscard]] QuicOpener& opener() { return *space(EncryptionLevel::application).opener; }
  /// How many 0-RTT packets were sent or opened.
  [[nodiscard]] std::size_t early_packets() const noexcept { return early_packets_; }
  [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }
  [[nodiscard]] std::size_t retries() const noexcept { return retries_; }

 private:
  struct Space {
    std::optional<QuicSealer> sealer;
    std::optional<QuicOpener> opener;
    Bytes crypto;                   ///< all that was sent of it
    std::size_t crypto_packed = 0;  ///< of which so many bytes are in packets
    std::uint64_t crypto_received = 0;
    std::uint64_t next_number = 0;
    std::optional<std::uint64_t> acknowledged;
    std::optional<std::uint64_t> greatest;
    bool owes_ack = false;
  };

  [[nodiscard]] Space& space(EncryptionLevel level) { return spaces_.at(static_cast<std::size_t>(level)); }
  /// RFC 9000 12.3: 0-RTT and 1-RTT packets share their numbers.
  [[nodiscard]] Space& numbers(EncryptionLevel level) {
    return space(level == EncryptionLevel::early_data ? EncryptionLevel::application : level);
  }
  [[nodiscard]] bool sends_stream_at(EncryptionLevel level);
  void use_initial_keys(ByteView destination);
  void use_new_secrets();
  [[nodiscard]] Bytes frames_of(EncryptionLevel level);
  [[nodiscard]] Bytes packet_of(EncryptionLevel level, Bytes frames);
  [[nodiscard]] Result<void> take_protected(EncryptionLevel level, const QuicPacketView& packet, ByteSpan bytes);
  [[nodiscard]] Result<void> take_frames(EncryptionLevel level, ByteView frames);
  void take_first_initial(const QuicPacketView& packet);
  void take_retry(const QuicPacketView& packet, ByteView bytes);

  QuicConnection handshake_;
  QuicVersion version_;
  Side side_;
  std::array<Space, quic_levels.size()> spaces_;
  Bytes own_id_;
  Bytes peer_id_;
  Bytes token_;
  std::vector<Bytes> to_send_as_they_are_;
  std::string to_send_;
  std::string received_;
  std::size_t early_packets_ = 0;
  std::size_t dropped_ = 0;
  std::size_t retries_ = 0;
  bool wants_retry_ = false;
  bool knows_peer_ = false;
};

}  // namespace keyway::quic_testing
