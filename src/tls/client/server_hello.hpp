#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>

#include "tls/client/encrypted_extensions.hpp"
#include "tls/client/offer.hpp"
#include "tls/client12/server_hello.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::client {

/// Waits for the ServerHello that answers the second ClientHello: a second HelloRetryRequest is refused.
class ExpectServerHelloAfterRetry {
 public:
  using Next = std::variant<ExpectEncryptedExtensions>;
  static constexpr std::string_view name = "client: waiting for ServerHello after a HelloRetryRequest";
  static constexpr std::array accepts{HandshakeType::server_hello};

  ExpectServerHelloAfterRetry(Offer offer, const SuiteTls13& suite, Transcript transcript) noexcept
      : offer_(std::move(offer)), suite_(&suite), transcript_(transcript) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Offer offer_;
  const SuiteTls13* suite_;  ///< what the HelloRetryRequest chose
  Transcript transcript_;
};

/// Waits for the answer to the first ClientHello: a ServerHello or a HelloRetryRequest (RFC 8446 4.1.3, 4.1.4). The
/// version that it chooses decides which states follow.
class ExpectServerHello {
 public:
  using Next = std::variant<ExpectServerHelloAfterRetry, ExpectEncryptedExtensions, client12::ExpectCertificate,
                            client12::AwaitVerdictResumed, client12::ExpectTicketResumed,
                            client12::ExpectChangeCipherSpecResumed>;
  static constexpr std::string_view name = "client: waiting for ServerHello";
  static constexpr std::array accepts{HandshakeType::server_hello};

  /// `client_hello` is the message as it was sent: it is hashed once the suite is known.
  ExpectServerHello(Offer offer, Bytes client_hello) noexcept
      : offer_(std::move(offer)), client_hello_(std::move(client_hello)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  [[nodiscard]] Result<Next> handle_retry(Flow& flow, const HandshakeMessage& message, const ServerHello& retry,
                                          const SuiteTls13& suite, Transcript transcript);

  Offer offer_;
  Bytes client_hello_;
};

/// Makes the first ClientHello and sends it. Errors: the provider's; InvalidConfiguration for a group it lacks.
[[nodiscard]] Result<ExpectServerHello> start(Flow& flow, const ClientConfig& config, const ServerName& server_name);

}  // namespace keyway::tls::client
