#pragma once

#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// The `random` that makes a ServerHello a HelloRetryRequest (RFC 8446 4.1.3).
extern const HelloRandom hello_retry_request_random;

/// The last 8 bytes of `random` with which a server that could have done better says so (RFC 8446 4.1.3).
enum class DowngradeSentinel : std::uint8_t { none, tls12, tls11_or_below };
[[nodiscard]] DowngradeSentinel downgrade_sentinel(const HelloRandom& random) noexcept;
void set_downgrade_sentinel(HelloRandom& random, DowngradeSentinel sentinel) noexcept;

/// RFC 8446 4.1.3; with its special random, also HelloRetryRequest (4.1.4).
struct ServerHello {
  static constexpr HandshakeType type = HandshakeType::server_hello;

  ProtocolVersion legacy_version = ProtocolVersion::TLS1_2;
  HelloRandom random{};
  ByteView legacy_session_id_echo;  ///< 0 to 32 bytes
  CipherSuite cipher_suite{};
  CompressionMethod legacy_compression_method = CompressionMethod::null;
  ExtensionBlock extensions;
  bool has_extensions = true;

  [[nodiscard]] bool is_hello_retry_request() const noexcept { return random == hello_retry_request_random; }

  [[nodiscard]] static Result<ServerHello> parse(ByteView body);
  void write(Writer& out) const;
};

/// The version that a ServerHello or HelloRetryRequest selects: supported_versions if it stands there, else
/// legacy_version. Errors: those of the extension.
[[nodiscard]] Result<ProtocolVersion> selected_version(const ServerHello& hello);

}  // namespace keyway::tls
