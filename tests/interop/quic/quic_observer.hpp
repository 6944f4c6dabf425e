#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <keyway/quic_packets.hpp>

namespace keyway::quic_interop {

/// Sees the datagrams of a connection and, given its secrets, opens every packet of both ends by QuicOpener, seals what
/// was in it again by QuicSealer, and compares the bytes with those that were sent.
class QuicObserver {
 public:
  /// `sender`: whose packets the secret protects.
  void learn(Side sender, const QuicSecret& secret);
  void see(Side sender, Bytes datagram) { seen_.push_back({sender, std::move(datagram)}); }

  /// Goes over all that was seen, in order. What is found first that is not right; empty where all is well.
  [[nodiscard]] std::string replay();

  [[nodiscard]] std::size_t packets() const noexcept { return packets_; }
  [[nodiscard]] std::size_t retries() const noexcept { return retries_; }
  /// How often this end has updated its keys.
  [[nodiscard]] std::uint64_t generation(Side sender) const;

 private:
  struct Keys {
    std::optional<QuicOpener> opener;
    std::optional<QuicSealer> sealer;
  };
  struct Seen {
    Side sender;
    Bytes datagram;
  };
  [[nodiscard]] Keys& keys(Side sender, EncryptionLevel level) {
    return keys_.at(static_cast<std::size_t>(sender)).at(static_cast<std::size_t>(level));
  }
  void learn_initial(ByteView destination);
  [[nodiscard]] std::string check(Side sender, const QuicPacketView& packet, ByteSpan bytes);

  std::array<std::array<Keys, quic_levels.size()>, 2> keys_;
  std::vector<Seen> seen_;
  Bytes first_destination_;
  std::size_t packets_ = 0;
  std::size_t retries_ = 0;
};

}  // namespace keyway::quic_interop
