#pragma once

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/quic_keys.hpp>
#include <keyway/types.hpp>

namespace keyway::quic_interop {

/// The one that all here speak.
inline constexpr QuicVersion version = QuicVersion::v1;

/// All connection IDs here have so many bytes.
inline constexpr std::size_t id_size = 8;

/// What a server knows of the packet that it is made for.
struct FirstPacket {
  ngtcp2_cid destination;
  ngtcp2_cid source;
  std::optional<ngtcp2_cid> before_retry = {};  ///< what the client had sent before
  Bytes token = {};
};

/// One end of a connection of ngtcp2, over datagrams in memory, with the TLS of a derived class. A client opens one
/// stream and sends what it has on it; a server answers on the same.
class Ngtcp2Peer {
 public:
  Ngtcp2Peer(Side side, std::string to_send);
  virtual ~Ngtcp2Peer();
  Ngtcp2Peer(const Ngtcp2Peer&) = delete;
  Ngtcp2Peer& operator=(const Ngtcp2Peer&) = delete;

  [[nodiscard]] std::vector<Bytes> datagrams(ngtcp2_tstamp now);
  void take(ByteView datagram, ngtcp2_tstamp now);
  [[nodiscard]] ngtcp2_tstamp expiry() const { return ngtcp2_conn_get_expiry(connection_); }
  void expire(ngtcp2_tstamp now);
  /// True where ngtcp2 began a key update.
  [[nodiscard]] bool update_keys(ngtcp2_tstamp now);

  [[nodiscard]] const std::string& received() const noexcept { return received_; }
  [[nodiscard]] bool is_ready() const { return ngtcp2_conn_get_handshake_completed(connection_) != 0; }
  /// What went wrong, if anything.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 protected:
  /// To be called by a derived class's constructor, with the callbacks of its TLS; the others are added here.
  void connect(ngtcp2_callbacks callbacks, ngtcp2_tstamp now);
  void accept(ngtcp2_callbacks callbacks, const FirstPacket& first, ngtcp2_tstamp now);
  [[nodiscard]] ngtcp2_conn* connection() const noexcept { return connection_; }
  [[nodiscard]] Bytes transport_parameters() const;
  [[nodiscard]] static Ngtcp2Peer& of(void* user_data) { return *static_cast<Ngtcp2Peer*>(user_data); }
  void fail(const std::string& why);
  /// The connection does not outlive what its callbacks use.
  void release();

 private:
  static int receive_stream(ngtcp2_conn*, std::uint32_t, std::int64_t stream, std::uint64_t, const std::uint8_t* data,
                            std::size_t size, void* user_data, void*);
  static void add_common(ngtcp2_callbacks& callbacks);
  [[nodiscard]] bool has_stream_data() const;

  Side side_;
  ngtcp2_conn* connection_ = nullptr;
  sockaddr_in local_{};
  sockaddr_in remote_{};
  ngtcp2_path path_{};
  std::int64_t stream_ = -1;
  std::string to_send_;
  std::size_t sent_ = 0;
  bool finished_ = false;
  std::string received_;
  std::string failure_;
};

}  // namespace keyway::quic_interop
