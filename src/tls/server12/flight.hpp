#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/credential.hpp>

#include "tls/handshake/signing.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server12/client_certificate.hpp"
#include "tls/server12/negotiation.hpp"

namespace keyway::tls::server12 {

/// A flight from ServerHello to Certificate, written and not sent, that wants the signature of its ServerKeyExchange.
struct UnsignedFlight {
  using Next = std::variant<ExpectCertificate, ExpectClientKeyExchange>;
  static constexpr std::string_view paused = "server, TLS 1.2: paused for a signature";

  Exchange exchange;  ///< its transcript: ClientHello alone
  Bytes messages;
  WantedSignature wanted;

  [[nodiscard]] Result<Next> finish(Flow& flow, ByteView signature) &&;
};
using AwaitSignature = AwaitSignatureOf<UnsignedFlight>;

using AfterFlight = std::variant<AwaitSignature, ExpectCertificate, ExpectClientKeyExchange>;

/// Answers a ClientHello: ServerHello up to ServerHelloDone. Errors: NoCommonCipherSuite, NoCommonSignatureScheme,
/// SigningFailed, the provider's.
[[nodiscard]] Result<AfterFlight> send_flight(Flow& flow, const ServerConfig& config, const server::HelloInHand& hello,
                                              const Choice& choice, std::shared_ptr<const Credential> credential);

}  // namespace keyway::tls::server12
