#pragma once
/// \file
/// The handshake as QUIC carries it (RFC 9001): handshake bytes in and out by level, and the secrets that packets are
/// protected with. There are no records here, and no packets: those are the QUIC stack's.
///
/// \code
///   auto handshake = QuicConnection::client(config, name, transport_parameters);
///   for (const auto level : quic_levels) send_crypto(level, handshake->output(level));   // as CRYPTO frames
///   handshake->receive(level, bytes);                                                    // in order, of one level
///   while (auto secret = handshake->take_secret()) install_keys(*secret);
/// \endcode

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>
#include <keyway/observer.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

namespace keyway {

/// RFC 9001 2.1: what a packet is protected with.
enum class EncryptionLevel : std::uint8_t {
  initial,      ///< keys that anybody can derive
  early_data,   ///< 0-RTT
  handshake,    ///< the handshake's keys
  application,  ///< 1-RTT
};
[[nodiscard]] std::string_view to_string(EncryptionLevel level) noexcept;

inline constexpr std::array quic_levels{EncryptionLevel::initial, EncryptionLevel::early_data,
                                        EncryptionLevel::handshake, EncryptionLevel::application};

/// What one direction's packets of one level are protected with from now on (RFC 9001 5.1).
struct QuicSecret {
  EncryptionLevel level{};
  Direction direction{};
  CipherSuite cipher_suite{};
  SecretBuffer<64> secret;  ///< as long as the suite's hash
};

/// One end of a handshake that QUIC carries. TLS 1.3 alone; a protocol must be agreed on by ALPN (RFC 9001 8.1).
/// Belongs to one thread at a time. Movable.
class QuicConnection {
 public:
  /// `transport_parameters`: in QUIC's form (RFC 9000 18), which is not looked into; up to 65535 bytes. Errors: as
  /// Connection::client() and server(), and InvalidConfiguration, where the policy allows more than TLS 1.3, and
  /// NoCommonAlpn, where the configuration knows no application protocol.
  [[nodiscard]] static Result<QuicConnection> client(std::shared_ptr<const ClientConfig> config, const ServerName& name,
                                                     ByteView transport_parameters,
                                                     const ConnectionOptions& options = {});
  [[nodiscard]] static Result<QuicConnection> server(std::shared_ptr<const ServerConfig> config,
                                                     ByteView transport_parameters,
                                                     const ConnectionOptions& options = {});

  /// Takes the next bytes of the peer's CRYPTO stream of `level`, in order, each once. Gives how many are taken: all,
  /// or none while the handshake pauses. Errors are final: error()->alert() is what goes into CONNECTION_CLOSE, as
  /// 0x0100 and the alert's number (RFC 9001 4.8); nothing of it is in output(). Also WrongEncryptionLevel, for bytes
  /// of a level whose time has not come or is over.
  [[nodiscard]] Result<std::size_t> receive(EncryptionLevel level, ByteView bytes);

  /// What waits to be sent in CRYPTO frames of `level`.
  [[nodiscard]] ByteView output(EncryptionLevel level) const noexcept KEYWAY_LIFETIMEBOUND;
  /// The first `count` bytes of output(level) were taken over by who sends, and sends them again if need be.
  void sent(EncryptionLevel level, std::size_t count) noexcept;

  /// The secrets, in the order in which they came to be, each once.
  [[nodiscard]] std::optional<QuicSecret> take_secret() noexcept;

  /// Server: puts others in place of the transport parameters that it was made with, while its own are not sent yet:
  /// where the handshake pauses (Pause::client_hello), and the client's are there to be looked at. Errors: NotReady,
  /// for a client and once they are sent; InvalidConfiguration, above 65535 bytes.
  [[nodiscard]] Result<void> set_transport_parameters(ByteView transport_parameters);

  /// The peer's, once its message with them has come. Until the handshake is done they are not authenticated.
  [[nodiscard]] std::optional<ByteView> peer_transport_parameters() const noexcept KEYWAY_LIFETIMEBOUND;

  /// The handshake itself: what was agreed on, the verdict, exporters, pauses and their answers. What concerns bytes of
  /// records answers NotReady.
  [[nodiscard]] Connection& tls() noexcept KEYWAY_LIFETIMEBOUND { return connection_; }
  [[nodiscard]] const Connection& tls() const noexcept KEYWAY_LIFETIMEBOUND { return connection_; }

 private:
  explicit QuicConnection(Connection connection) noexcept : connection_(std::move(connection)) {}
  Connection connection_;
};

}  // namespace keyway
