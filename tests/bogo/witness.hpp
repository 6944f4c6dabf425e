#pragma once

#include <string>

#include <keyway/observer.hpp>

namespace keyway::bogo {

/// Keeps what a connection tells of itself: the messages in order, as `-expect-msg-callback` writes them, and the
/// traffic secrets where asked for.
class Witness final : public Observer {
 public:
  explicit Witness(bool takes_secrets) noexcept : takes_secrets_(takes_secrets) {}

  void on(const EventOrigin& origin, const Event& event) noexcept override;
  [[nodiscard]] bool reveals_secrets() const noexcept override { return takes_secrets_; }
  void on_secret(const EventOrigin& origin, SecretLabel label, std::uint32_t generation, ByteView client_random,
                 ByteView secret) noexcept override;

  [[nodiscard]] const std::string& messages() const noexcept { return messages_; }
  /// Our own Certificate and the CertificateRequest that came, as they stood; empty where there was none.
  [[nodiscard]] const Bytes& own_certificate() const noexcept { return own_certificate_; }
  [[nodiscard]] const Bytes& certificate_request() const noexcept { return certificate_request_; }
  /// Of the peer's handshake messages, the last.
  [[nodiscard]] HandshakeType last_received() const noexcept { return last_received_; }
  [[nodiscard]] const Bytes& client_hello() const noexcept { return client_hello_; }  ///< that came, the last
  [[nodiscard]] const Bytes& client_secret() const noexcept { return client_secret_; }
  [[nodiscard]] const Bytes& server_secret() const noexcept { return server_secret_; }

 private:
  bool takes_secrets_;
  std::string messages_;
  HandshakeType last_received_{};
  Bytes client_hello_;
  Bytes own_certificate_;
  Bytes certificate_request_;
  Bytes client_secret_;
  Bytes server_secret_;
};

}  // namespace keyway::bogo
