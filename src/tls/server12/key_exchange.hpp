#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>

#include "tls/server12/finished.hpp"

namespace keyway::tls::server12 {

/// What decrypts the client's half of the RSA key transport.
struct PremasterReceiver {
  std::shared_ptr<const Credential> credential;
  ProtocolVersion offered;  ///< the ClientHello's legacy_version, which the secret begins with
};

/// The server's half of the key exchange, waiting for the client's.
struct Exchange {
  const ServerConfig* config;
  const SuiteTls12* suite;
  TranscriptTls12 transcript;
  HelloRandoms randoms;
  std::variant<std::unique_ptr<crypto::KeyExchange>, PremasterReceiver> own;
  std::unique_ptr<SessionOrder> session;  ///< null: none is left behind
  bool extended_master_secret;
};

/// Waits for the client's half of the key exchange (RFC 8422 5.7, RFC 5246 7.4.7.1), and makes the keys. The client
/// shows no certificate.
class ExpectClientKeyExchange {
 public:
  using Next = std::variant<ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "server, TLS 1.2: waiting for ClientKeyExchange";
  static constexpr std::array accepts{HandshakeType::client_key_exchange};

  ExpectClientKeyExchange(Exchange exchange, ClientAdmitted client) noexcept
      : exchange_(std::move(exchange)), client_(client) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Exchange exchange_;
  ClientAdmitted client_;
};

/// What a client showed of itself, and has yet to prove.
struct ShownClient {
  std::unique_ptr<crypto::PublicKey> leaf_key;
  ChainAccepted chain;
};

/// Waits for the client's proof that it holds the private key (RFC 5246 7.4.8).
class ExpectCertificateVerify {
 public:
  using Next = std::variant<ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "server, TLS 1.2: waiting for the client's CertificateVerify";
  static constexpr std::array accepts{HandshakeType::certificate_verify};

  ExpectCertificateVerify(Keyed keyed, ShownClient client) noexcept
      : keyed_(std::move(keyed)), client_(std::move(client)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Keyed keyed_;
  ShownClient client_;
};

/// Waits for the ClientKeyExchange of a client that showed a certificate, and makes the keys.
class ExpectKeyExchangeBeforeProof {
 public:
  using Next = std::variant<ExpectCertificateVerify>;
  static constexpr std::string_view name =
      "server, TLS 1.2: waiting for ClientKeyExchange after the client's Certificate";
  static constexpr std::array accepts{HandshakeType::client_key_exchange};

  ExpectKeyExchangeBeforeProof(Exchange exchange, ShownClient client) noexcept
      : exchange_(std::move(exchange)), client_(std::move(client)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Exchange exchange_;
  ShownClient client_;
};

}  // namespace keyway::tls::server12
