#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include "tls/client/finished.hpp"
#include "tls/handshake/delegated_credential.hpp"

namespace keyway::tls::client {

/// Waits for the server's proof that it holds the private key (RFC 8446 4.4.3).
class ExpectCertificateVerify {
 public:
  using Next = std::variant<ExpectFinished>;
  static constexpr std::string_view name = "client: waiting for CertificateVerify";
  static constexpr std::array accepts{HandshakeType::certificate_verify};

  ExpectCertificateVerify(Common13&& common, std::unique_ptr<CertificateAsked> asked, ProvingKey key,
                          ChainAccepted chain) noexcept
      : common_(std::move(common)), asked_(std::move(asked)), key_(std::move(key)), chain_(chain) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  std::unique_ptr<CertificateAsked> asked_;
  ProvingKey key_;
  ChainAccepted chain_;
};

}  // namespace keyway::tls::client
