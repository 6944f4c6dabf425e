#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "tls/client12/finished.hpp"

namespace keyway::tls::client12 {

/// Our half of the key exchange, made in answer to the server's.
struct Agreement {
  Bytes share;  ///< for the ClientKeyExchange
  crypto::SharedSecret premaster_secret;
};

/// Waits for ServerHelloDone (RFC 5246 7.4.5), and answers the flight: Certificate (empty) if one was asked for,
/// ClientKeyExchange, ChangeCipherSpec, Finished. Only who saw the chain accepted and the key exchange signed gets
/// here.
class ExpectServerHelloDone {
 public:
  using Next = std::variant<ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for ServerHelloDone";
  static constexpr std::array accepts{HandshakeType::server_hello_done};

  ExpectServerHelloDone(Common12 common, Agreement agreement, bool is_certificate_asked, ChainAccepted chain,
                        HandshakeSignatureValid) noexcept
      : common_(std::move(common)),
        agreement_(std::move(agreement)),
        chain_(chain),
        is_certificate_asked_(is_certificate_asked) {}

  /// A message before, for the transcript.
  void add(const HandshakeMessage& message) noexcept { common_.transcript.add(message.raw); }
  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  Agreement agreement_;
  ChainAccepted chain_;
  bool is_certificate_asked_;
};

/// Waits for CertificateRequest (RFC 5246 7.4.4) or at once for ServerHelloDone.
class ExpectRequestOrDone {
 public:
  using Next = std::variant<ExpectServerHelloDone, ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for CertificateRequest or ServerHelloDone";
  static constexpr std::array accepts{HandshakeType::certificate_request, HandshakeType::server_hello_done};

  ExpectRequestOrDone(Common12 common, Agreement agreement, ChainAccepted chain,
                      HandshakeSignatureValid signature) noexcept
      : common_(std::move(common)), agreement_(std::move(agreement)), chain_(chain), signature_(signature) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  Agreement agreement_;
  ChainAccepted chain_;
  HandshakeSignatureValid signature_;
};

}  // namespace keyway::tls::client12
