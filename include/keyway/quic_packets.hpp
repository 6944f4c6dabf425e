#pragma once
/// \file
/// QUIC's packets, sealed and opened (RFC 9001 5, 6): header and payload protection, packet numbers, key updates, and
/// the bounds of what a key may do. What is in the packets (frames) and when they are sent is the QUIC stack's.
///
/// \code
///   auto sealer = QuicSealer::create(provider, QuicVersion::v1, std::move(secret));    // of
///   QuicConnection::take_secret() auto size = sealer->seal(number, header, payload, datagram);
///
///   auto packet = read_quic_packet(datagram, my_connection_id_size);
///   auto opened = opener->open(ByteSpan(datagram).first(packet->size), packet->packet_number_offset);
///   if (!opened && !quic_transport_error(opened.error())) drop_the_packet();
/// \endcode

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/quic.hpp>
#include <keyway/quic_keys.hpp>

namespace keyway {

// ------------------------------------------------------------------------------------------------ headers

enum class QuicPacketType : std::uint8_t {
  initial,
  early_data,  ///< 0-RTT
  handshake,
  retry,
  application,  ///< 1-RTT: the short header
  version_negotiation,
  other_version,  ///< of a version that is not known here
};

/// What can be read of a packet before its protection is taken off. Views of the datagram.
struct QuicPacketView {
  QuicPacketType type{};
  std::uint32_t version = 0;  ///< 0 in a short header and in a Version Negotiation packet
  ByteView destination;       ///< Destination Connection ID
  ByteView source;            ///< Source Connection ID; empty in a short header
  ByteView token;             ///< of an Initial or a Retry packet
  /// The unprotected rest: a Retry's integrity tag, the list of a Version Negotiation packet; all of another version's.
  ByteView rest;
  /// From the packet's front, where the protected packet number begins; 0 in packets that have none.
  std::size_t packet_number_offset = 0;
  /// Of the whole packet; what follows in the datagram is another packet (RFC 9000 12.2).
  std::size_t size = 0;

  /// Whose keys open it; nothing for packets that are not protected.
  [[nodiscard]] std::optional<EncryptionLevel> level() const noexcept;
};

/// What is asked of the bit that tells QUIC from other protocols on a port (RFC 9000 17.2, 17.3).
enum class QuicBit : std::uint8_t {
  set,  ///< a packet without it is dropped
  any,  ///< for an end that has said so by grease_quic_bit (RFC 9287)
};

/// Reads the first packet of a datagram (RFC 8999, RFC 9000 17). `connection_id_size`: of the connection IDs that this
/// end has given out, up to max_quic_connection_id; a short header does not say it. Errors: InvalidPacket: the rest of
/// the datagram is to be dropped.
[[nodiscard]] Result<QuicPacketView> read_quic_packet(ByteView datagram KEYWAY_LIFETIMEBOUND,
                                                      std::size_t connection_id_size, QuicBit bit = QuicBit::set);

/// Packet numbers are below this (RFC 9000 12.3).
inline constexpr std::uint64_t quic_packet_numbers = std::uint64_t{1} << 62U;

/// In how many bytes, 1 to 4, a packet number is sent (RFC 9000 A.2). `acknowledged`: the greatest number that the peer
/// has acknowledged.
[[nodiscard]] std::size_t quic_packet_number_size(std::uint64_t number,
                                                  std::optional<std::uint64_t> acknowledged) noexcept;

/// The whole of a packet number of which the last `size` bytes, 1 to 4, came (RFC 9000 A.3). `received`: the greatest
/// number that was received.
[[nodiscard]] std::uint64_t decode_quic_packet_number(std::uint32_t truncated, std::size_t size,
                                                      std::optional<std::uint64_t> received) noexcept;

// ------------------------------------------------------------------------------------------------ protection

namespace detail {

/// The key that one generation of packets has.
struct QuicPacketKey {
  std::unique_ptr<crypto::Aead> aead;
  crypto::Nonce iv{};
};

}  // namespace detail

class QuicOpener;

/// Seals the packets of one level. Belongs to one thread at a time. Movable. Nothing is allocated for a packet.
class QuicSealer {
 public:
  /// `secret`: one whose direction is `sent`. Errors: InvalidArgument, UnsupportedAlgorithm, CryptoFailed.
  [[nodiscard]] static Result<QuicSealer> create(std::shared_ptr<const crypto::Provider> provider, QuicVersion version,
                                                 QuicSecret secret);

  /// What sealing adds to header and payload.
  static constexpr std::size_t overhead = crypto::aead_tag_size;

  /// Seals one packet into `out` and returns its size: that of the header, of the concatenation of `payload`, and
  /// overhead.
  ///
  /// `header`: all of it, up to and with the packet number in as many bytes as the two low bits of its first byte say,
  /// unprotected; the Length of a long header counts packet number, payload and overhead. The key phase bit of a short
  /// header is set here. `header` may stand at the front of `out` already, and a part of `payload` where its ciphertext
  /// will stand; otherwise nothing overlaps.
  ///
  /// Numbers only go up, over all of a sealer's life: none is used twice. Errors: InvalidArgument, for a header that is
  /// not of this level or does not end in `number`, for a number that is not above the last one, and where packet
  /// number and payload together are less than 4 bytes (RFC 9001 5.4.2: add PADDING); OutputTooSmall; AeadLimitReached:
  /// the connection has to end, or the keys had to be updated; CryptoFailed.
  [[nodiscard]] Result<std::size_t> seal(std::uint64_t number, ByteView header, std::span<const ByteView> payload,
                                         ByteSpan out);

  /// True when new keys are due soon (RFC 9001 6.6).
  [[nodiscard]] bool needs_update() const noexcept { return sealed_ >= soft_limit_; }

  /// Tells that the peer has acknowledged this packet, which allows a next key update where the packet is of the
  /// present keys (RFC 9001 6.1).
  void acknowledged(std::uint64_t number) noexcept;

  /// Goes on with the next keys, of its own accord; for 1-RTT packets, and not before the handshake is confirmed (RFC
  /// 9001 6.1). Errors: NotReady, at another level, and until a packet of the present keys is acknowledged;
  /// CryptoFailed.
  [[nodiscard]] Result<void> update();

  /// Goes on with the next keys where the peer has done so, which is due before the packet that told of it is
  /// acknowledged (RFC 9001 6.2). True where the keys changed. Errors: CryptoFailed.
  [[nodiscard]] Result<bool> follow(const QuicOpener& opener);

  /// How often the keys were updated.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

 private:
  friend struct QuicPacketsTestAccess;
  QuicSealer() = default;
  [[nodiscard]] Result<void> check(std::uint64_t number, ByteView header, std::size_t payload, ByteSpan out) const;
  [[nodiscard]] Result<void> use_next_keys();

  std::shared_ptr<const crypto::Provider> provider_;
  QuicVersion version_{};
  QuicSecret secret_;
  detail::QuicPacketKey key_;
  std::unique_ptr<crypto::HeaderProtector> header_;
  std::uint64_t next_number_ = 0;
  std::uint64_t sealed_ = 0;  ///< under the present key
  std::uint64_t soft_limit_ = 0;
  std::uint64_t hard_limit_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t first_of_generation_ = 0;
  bool may_update_ = false;
};

/// What was inside a packet. Views of the caller's buffer.
struct OpenedQuicPacket {
  std::uint64_t number = 0;
  ByteView header;            ///< without its protection, packet number included
  ByteSpan payload;           ///< the frames
  bool keys_updated = false;  ///< the first packet of the peer's next keys: see QuicSealer::follow()
};

/// Opens the packets of one level. Belongs to one thread at a time. Movable. Nothing is allocated for a packet, but for
/// one that brings a key update, and for errors.
class QuicOpener {
 public:
  /// `secret`: one whose direction is `received`. Errors: InvalidArgument, UnsupportedAlgorithm, CryptoFailed.
  [[nodiscard]] static Result<QuicOpener> create(std::shared_ptr<const crypto::Provider> provider, QuicVersion version,
                                                 QuicSecret secret);

  /// Opens one packet in place. `packet`: exactly as long as read_quic_packet() says, with what it says of the packet
  /// number. After an error the bytes mean nothing.
  ///
  /// A packet that came twice opens twice: which numbers were there the QUIC stack keeps, as it acknowledges them.
  ///
  /// Errors, of which quic_transport_error() tells what becomes of the connection: InvalidPacket and PacketNotAuthentic
  /// (it is to be dropped); ReservedBitsSet; KeysNotUpdated (RFC 9001 6.4); KeysUpdatedTooSoon, for a second update
  /// before acknowledged() told of a packet of the first (6.2); AeadLimitReached, for this packet and all that follow,
  /// when too many were not authentic (6.6); CryptoFailed.
  [[nodiscard]] Result<OpenedQuicPacket> open(ByteSpan packet, std::size_t packet_number_offset);

  /// Tells of a packet of the same number space that another opener has opened (0-RTT and 1-RTT share one), so that
  /// what is short of a packet number is completed rightly.
  void received(std::uint64_t number) noexcept;

  /// Tells that this end has sent an acknowledgement of this packet, which allows the peer a next key update where the
  /// packet is of its present keys (RFC 9001 6.1). Due with each acknowledgement of 1-RTT packets that is sent. A
  /// number that no packet had counts for nothing.
  void acknowledged(std::uint64_t number) noexcept;

  /// Forgets the keys before the last update: due some time after it, three times the probe timeout at most (RFC 9001
  /// 6.5).
  void forget_previous_keys() noexcept { previous_ = {}; }

  /// How often the peer has updated its keys.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  /// How many packets did not open. Each of a connection's openers takes a quarter of what a connection may (RFC 9001
  /// 6.6), so that all four levels keep the bound together.
  [[nodiscard]] std::uint64_t forgeries() const noexcept { return forgeries_; }

 private:
  friend struct QuicPacketsTestAccess;
  QuicOpener() = default;
  [[nodiscard]] detail::QuicPacketKey& key_for(bool phase, std::uint64_t number) noexcept;
  [[nodiscard]] Result<void> make_next_key();
  [[nodiscard]] Result<void> update(std::uint64_t number);

  std::shared_ptr<const crypto::Provider> provider_;
  QuicVersion version_{};
  QuicSecret next_secret_;  ///< the one that next_ is of; of 1-RTT alone
  EncryptionLevel level_{};
  detail::QuicPacketKey previous_;
  detail::QuicPacketKey current_;
  detail::QuicPacketKey next_;  ///< made beforehand, so that no time tells of an update (RFC 9001 6.3)
  std::unique_ptr<crypto::HeaderProtector> header_;
  std::optional<std::uint64_t> greatest_;
  std::uint64_t first_of_generation_ = 0;  ///< the least number that the present keys have opened
  std::uint64_t generation_ = 0;
  bool is_confirmed_ = true;  ///< the peer knows that the present keys have come; the first are the handshake's concern
  std::uint64_t forgeries_ = 0;
  std::uint64_t max_forgeries_ = 0;
};

/// What goes into CONNECTION_CLOSE (RFC 9000 20.1) for an error of the handshake or of packets; nothing where a packet
/// is to be dropped and the connection goes on.
[[nodiscard]] std::optional<std::uint64_t> quic_transport_error(const Error& error) noexcept;

}  // namespace keyway
