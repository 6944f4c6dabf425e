#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "tls/client/certificate.hpp"
#include "tls/wire/extension_rules.hpp"

namespace keyway::tls::client {

/// Waits for EncryptedExtensions (RFC 8446 4.3.1).
class ExpectEncryptedExtensions {
 public:
  using Next = std::variant<ExpectCertificateOrRequest>;
  static constexpr std::string_view name = "client: waiting for EncryptedExtensions";
  static constexpr std::array accepts{HandshakeType::encrypted_extensions};

  ExpectEncryptedExtensions(Common13 common, ServerName server_name, const ExtensionSet& offered) noexcept
      : common_(std::move(common)), server_name_(std::move(server_name)), offered_(offered) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  ServerName server_name_;
  ExtensionSet offered_;
};

}  // namespace keyway::tls::client
