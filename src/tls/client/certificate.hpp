#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/connection.hpp>
#include <keyway/name.hpp>

#include "tls/client/certificate_verify.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls::client {

/// What the server wants of our certificate (RFC 8446 4.3.2). Errors: the codecs', MissingExtension.
[[nodiscard]] Result<std::unique_ptr<CertificateAsked>> take_request(const ExtensionBlock& extensions);

/// The server's chain came; the application judges it (Pause::verification).
class AwaitVerdict {
 public:
  using Next = std::variant<ExpectCertificateVerify>;
  static constexpr std::string_view name = "client: paused for a verdict on the server's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Verified>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitVerdict(Common13&& common, ServerName server_name, std::unique_ptr<CertificateAsked> asked, ProvingKey key,
               std::vector<ByteView> chain) noexcept
      : common_(std::move(common)),
        server_name_(std::move(server_name)),
        asked_(std::move(asked)),
        key_(std::move(key)),
        chain_(std::move(chain)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] const ServerName& server_name() const noexcept { return server_name_; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Common13 common_;
  ServerName server_name_;
  std::unique_ptr<CertificateAsked> asked_;
  ProvingKey key_;
  std::vector<ByteView> chain_;  ///< into the connection's peer_chain
};

/// Waits for the server's Certificate (RFC 8446 4.4.2), compressed or not (RFC 8879), after a CertificateRequest was
/// seen or could no longer come.
class ExpectCertificate {
 public:
  using Next = std::variant<AwaitVerdict, ExpectCertificateVerify>;
  static constexpr std::string_view name = "client: waiting for Certificate";
  static constexpr std::array accepts{HandshakeType::certificate, HandshakeType::compressed_certificate};

  ExpectCertificate(Common13&& common, ServerName server_name, std::unique_ptr<CertificateAsked> asked) noexcept
      : common_(std::move(common)), server_name_(std::move(server_name)), asked_(std::move(asked)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  ServerName server_name_;
  std::unique_ptr<CertificateAsked> asked_;
};

/// Waits for CertificateRequest (RFC 8446 4.3.2) or at once for Certificate.
class ExpectCertificateOrRequest {
 public:
  using Next = std::variant<ExpectCertificate, AwaitVerdict, ExpectCertificateVerify>;
  static constexpr std::string_view name = "client: waiting for CertificateRequest or Certificate";
  static constexpr std::array accepts{HandshakeType::certificate_request, HandshakeType::certificate,
                                      HandshakeType::compressed_certificate};

  ExpectCertificateOrRequest(Common13&& common, ServerName server_name) noexcept
      : common_(std::move(common)), server_name_(std::move(server_name)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  ServerName server_name_;
};

}  // namespace keyway::tls::client
