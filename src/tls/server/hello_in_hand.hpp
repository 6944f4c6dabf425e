#pragma once

#include <optional>
#include <string>

#include <keyway/bytes.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server {

/// A ClientHello with the bytes that it is a view of: it outlives the record that it came in. Move-only; moving leaves
/// the bytes where they are.
struct HelloInHand {
  Bytes raw;  ///< handshake header included
  ClientHello hello;
  ClientHelloExtensions extensions;
  std::optional<std::string> server_name;  ///< in lower case; nothing for an IP address, which RFC 6066 does not allow

  HelloInHand() = default;
  HelloInHand(const HelloInHand&) = delete;
  HelloInHand& operator=(const HelloInHand&) = delete;
  HelloInHand(HelloInHand&&) noexcept = default;
  HelloInHand& operator=(HelloInHand&&) noexcept = default;
  ~HelloInHand() = default;

  /// Errors: the codecs'; InvalidServerNameExtension; UnsolicitedExtension (QUIC's over a stream); over QUIC,
  /// MissingExtension, InvalidValue (a session ID).
  [[nodiscard]] static Result<HelloInHand> take(const HandshakeMessage& message, bool is_over_quic);

  /// take() has seen to it that the extension stands there, and nowhere else.
  [[nodiscard]] bool is_over_quic() const noexcept {
    return hello.extensions.has(ExtensionType::quic_transport_parameters);
  }
  [[nodiscard]] ClientHelloView view() const noexcept {
    return {raw, server_name ? std::optional<std::string_view>(*server_name) : std::nullopt};
  }
  /// The same for who chooses a credential; `version` is chosen already.
  [[nodiscard]] ClientHelloView view(const Policy& policy, ProtocolVersion version) const noexcept {
    return {raw, server_name ? std::optional<std::string_view>(*server_name) : std::nullopt, policy, version};
  }
};

/// RFC 8446 4.1.2: judges that the second ClientHello changes nothing but what a HelloRetryRequest lets it change.
/// Errors: ChangedSecondClientHello, with the field.
[[nodiscard]] Result<void> check_second_hello(const ClientHello& first, const ClientHello& second);

}  // namespace keyway::tls::server
