#pragma once

#include <memory>
#include <optional>
#include <string>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

#include "crypto/hpke.hpp"
#include "tls/ech/configs.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server {

/// What is known of a ClientHello that hides another, whether that could be opened or not.
struct HelloEch {
  std::shared_ptr<const EchKeySet> keys;
  std::optional<crypto::hpke::Context> context;  ///< nothing: none of the keys opens it
  // How it was sealed:
  std::uint16_t kdf_id = 0;
  std::uint16_t aead_id = 0;
  std::uint8_t config_id = 0;
};

/// A ClientHello with the bytes that it is a view of: it outlives the record that it came in. Move-only; moving leaves
/// the bytes where they are.
struct HelloInHand {
  Bytes raw;  ///< handshake header included
  ClientHello hello;
  ClientHelloExtensions extensions;
  std::unique_ptr<HelloEch> ech;           ///< null: nothing is hidden that keys here could be for
  std::optional<std::string> server_name;  ///< in lower case; nothing for an IP address, which RFC 6066 does not allow

  HelloInHand() = default;
  HelloInHand(const HelloInHand&) = delete;
  HelloInHand& operator=(const HelloInHand&) = delete;
  HelloInHand(HelloInHand&&) noexcept = default;
  HelloInHand& operator=(HelloInHand&&) noexcept = default;
  ~HelloInHand() = default;

  /// True where somebody has opened what another ClientHello hides, and this is it: the answer is to show that (RFC
  /// 9849 7.2).
  [[nodiscard]] bool is_inner() const noexcept {
    const auto& extension = extensions.encrypted_client_hello;
    return extension && extension->kind == EncryptedClientHelloExtension::Kind::inner;
  }

  /// Errors: the codecs'; InvalidServerNameExtension.
  [[nodiscard]] static Result<HelloInHand> take(const HandshakeMessage& message);

  /// check_carriage() has seen to it that the extension stands there, and nowhere else.
  [[nodiscard]] bool is_over_quic() const noexcept {
    return hello.extensions.has(ExtensionType::quic_transport_parameters);
  }
  [[nodiscard]] ClientHelloView view() const noexcept {
    return {raw, server_name ? std::optional<std::string_view>(*server_name) : std::nullopt};
  }
  /// The same for who chooses a credential; `version` is chosen already.
  [[nodiscard]] ClientHelloView view(const CommonConfig& config, ProtocolVersion version) const noexcept {
    return {raw, server_name ? std::optional<std::string_view>(*server_name) : std::nullopt, config.policy, version,
            config.clock.get()};
  }
};

/// RFC 9001 8.2, 8.4: QUIC's extension is there over QUIC, and there alone; and no session ID is there then. Errors:
/// MissingExtension, UnsolicitedExtension, InvalidValue.
[[nodiscard]] Result<void> check_carriage(const ClientHello& hello, bool is_over_quic);

/// RFC 8446 4.1.2: judges that the second ClientHello changes nothing but what a HelloRetryRequest lets it change.
/// `cookie`: that of the HelloRetryRequest; empty: it had none. Errors: ChangedSecondClientHello, with the field.
[[nodiscard]] Result<void> check_second_hello(const ClientHello& first, const ClientHello& second,
                                              ByteView cookie = {});

/// A digest of all that a second ClientHello may not change.
[[nodiscard]] TranscriptHash digest_of_unchangeable(const ClientHello& hello, const crypto::HashFunction& sha256);

}  // namespace keyway::tls::server
