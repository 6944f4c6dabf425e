#pragma once

#include <memory>
#include <span>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>

#include "core/writer.hpp"
#include "tls/client/grease.hpp"
#include "tls/handshake/quic_carrier.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway::tls::client {

/// A session or a key from outside that is offered (RFC 8446 4.2.11).
struct PskOffer {
  PskIdentity identity;
  const crypto::HashFunction* hash;  ///< that the secret is for; its output is as long as the binder
  ByteView secret;
  PskKind kind{};
};

/// A ClientHello by itself, or one of the two of Encrypted ClientHello (RFC 9849 6.1).
enum class HelloKind : std::uint8_t {
  plain,
  inner,  ///< of TLS 1.3 alone
  outer,  ///< always with its name, which is not a configuration's to hold back
};

/// What differs between a configuration's ClientHellos, and between the first and the second of a connection.
struct HelloParts {
  const ClientConfig& config;
  const ServerName& server_name;
  const HelloRandom& random;
  ByteView session_id;
  std::span<const std::unique_ptr<crypto::KeyExchange>> key_shares;
  ByteView cookie;                      ///< of a HelloRetryRequest; empty: none
  std::span<const PskOffer> psks = {};  ///< in order of preference
  bool has_early_data = false;
  const Grease* grease = nullptr;  ///< null: none
  bool is_retry = false;           ///< after a HelloRetryRequest
  ByteView session_ticket{};       ///< of TLS 1.2; empty: none
  const QuicCarrier* quic = nullptr;  ///< null: records carry the handshake
  HelloKind kind = HelloKind::plain;
  ByteView encrypted_client_hello{};  ///< the body of that extension; empty: none

  [[nodiscard]] bool may_offer(ProtocolVersion version) const noexcept {
    return version == ProtocolVersion::TLS1_3 || kind != HelloKind::inner;
  }
};

/// Writes a ClientHello, handshake header included (RFC 8446 4.1.2). The binders of what is offered are left to be
/// filled in: zeros, at the very end.
[[nodiscard]] Bytes build_client_hello(const HelloParts& parts);

/// Its extensions alone, one after the other, not yet rearranged.
[[nodiscard]] Bytes build_extensions(const HelloParts& parts);
/// The same ClientHello with these extensions; without its handshake header.
void write_client_hello(Writer& out, const HelloParts& parts, ByteView extensions);
/// That with its header.
[[nodiscard]] Bytes build_client_hello(const HelloParts& parts, ByteView extensions);

}  // namespace keyway::tls::client
