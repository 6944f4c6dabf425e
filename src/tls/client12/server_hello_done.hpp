#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include "tls/client12/own_flight.hpp"

namespace keyway::tls::client12 {

/// Waits for ServerHelloDone (RFC 5246 7.4.5), and answers the flight. Only who saw the chain accepted and the key
/// exchange signed, or sent the secret to the leaf's key, gets here.
class ExpectServerHelloDone {
 public:
  using Next = std::variant<AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for ServerHelloDone";
  static constexpr std::array accepts{HandshakeType::server_hello_done};

  /// `asked`: null where the server asked for no certificate.
  ExpectServerHelloDone(Common12 common, Agreement agreement, std::unique_ptr<client::CertificateAsked> asked,
                        ChainAccepted chain, SharedWithLeaf) noexcept
      : common_(std::move(common)), agreement_(std::move(agreement)), asked_(std::move(asked)), chain_(chain) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  Agreement agreement_;
  std::unique_ptr<client::CertificateAsked> asked_;
  ChainAccepted chain_;
};

/// Waits for CertificateRequest (RFC 5246 7.4.4) or at once for ServerHelloDone.
class ExpectRequestOrDone {
 public:
  using Next = std::variant<ExpectServerHelloDone, AwaitCredential, AwaitSignature, ExpectNewSessionTicket,
                            ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for CertificateRequest or ServerHelloDone";
  static constexpr std::array accepts{HandshakeType::certificate_request, HandshakeType::server_hello_done};

  ExpectRequestOrDone(Common12 common, Agreement agreement, ChainAccepted chain, SharedWithLeaf shared) noexcept
      : common_(std::move(common)), agreement_(std::move(agreement)), chain_(chain), shared_(shared) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  Agreement agreement_;
  ChainAccepted chain_;
  SharedWithLeaf shared_;
};

}  // namespace keyway::tls::client12
