#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "tls/client/certificate.hpp"
#include "tls/wire/extension_rules.hpp"

namespace keyway::tls::client {

/// Waits for EncryptedExtensions (RFC 8446 4.3.1).
class ExpectEncryptedExtensions {
 public:
  using Next = std::variant<ExpectCertificateOrRequest, ExpectFinished>;
  static constexpr std::string_view name = "client: waiting for EncryptedExtensions";
  static constexpr std::array accepts{HandshakeType::encrypted_extensions};

  /// `psk`: the server goes on with a session, and shows no certificate.
  ExpectEncryptedExtensions(Common13 common, ServerName server_name, const ExtensionSet& offered,
                            std::optional<PskAccepted> psk) noexcept
      : common_(std::move(common)), server_name_(std::move(server_name)), offered_(offered), psk_(psk) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  ServerName server_name_;
  ExtensionSet offered_;
  std::optional<PskAccepted> psk_;
};

}  // namespace keyway::tls::client
