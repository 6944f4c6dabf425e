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

  /// Errors: the codecs'; UnsolicitedExtension (of QUIC), InvalidServerNameExtension.
  [[nodiscard]] static Result<HelloInHand> take(const HandshakeMessage& message);

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
