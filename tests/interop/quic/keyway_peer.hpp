#pragma once

#include <functional>
#include <memory>

#include <keyway/config.hpp>
#include <keyway/quic.hpp>
#include <keyway/quic_keys.hpp>

#include "interop/quic/ngtcp2_peer.hpp"

namespace keyway::quic_interop {

/// ngtcp2 with Keyway as its TLS and its cryptography.
class KeywayPeer final : public Ngtcp2Peer {
 public:
  using SecretSeen = std::function<void(const QuicSecret&)>;

  KeywayPeer(std::shared_ptr<const ClientConfig> config, const ServerName& name, std::string to_send, ngtcp2_tstamp now,
             SecretSeen seen);
  KeywayPeer(std::shared_ptr<const ServerConfig> config, const FirstPacket& first, std::string to_send,
             ngtcp2_tstamp now, SecretSeen seen);
  ~KeywayPeer() override;

  [[nodiscard]] const QuicConnection& handshake() const { return *handshake_; }

 private:
  static ngtcp2_callbacks callbacks();
  static KeywayPeer& self(void* user_data) { return static_cast<KeywayPeer&>(of(user_data)); }

  void set_up();
  [[nodiscard]] int use_initial_keys(ByteView destination);
  [[nodiscard]] int install(const QuicSecret& secret);
  /// Carries what the handshake has to say to ngtcp2.
  [[nodiscard]] int drive();
  [[nodiscard]] int receive(ngtcp2_crypto_level level, ByteView bytes);
  [[nodiscard]] int give_parameters();

  SecretSeen seen_;
  std::optional<QuicConnection> handshake_;
  CipherSuite suite_{};
  bool has_parameters_ = false;
  bool is_done_ = false;
};

}  // namespace keyway::quic_interop
