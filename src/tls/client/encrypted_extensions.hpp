#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "tls/client/certificate.hpp"
#include "tls/wire/extension_rules.hpp"

namespace keyway::tls::client {

/// The server goes on with a session; the application judges again the chain that it showed when that began
/// (Pause::verification).
class AwaitVerdictResumed {
 public:
  using Next = std::variant<ExpectFinished, ExpectFinishedEarly>;
  static constexpr std::string_view name = "client, resumed: paused for a verdict on the server's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept { return AwaitVerdict::takes(answer); }

  AwaitVerdictResumed(Common13&& common, ServerName server_name, PskAccepted psk,
                      std::optional<EarlyDataAccepted> early, std::vector<ByteView> chain) noexcept
      : common_(std::move(common)),
        server_name_(std::move(server_name)),
        psk_(psk),
        early_(early),
        chain_(std::move(chain)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] const ServerName& server_name() const noexcept { return server_name_; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Common13 common_;
  ServerName server_name_;
  PskAccepted psk_;
  std::optional<EarlyDataAccepted> early_;
  std::vector<ByteView> chain_;  ///< into the connection's peer_chain
};

/// Waits for EncryptedExtensions (RFC 8446 4.3.1).
class ExpectEncryptedExtensions {
 public:
  using Next = std::variant<ExpectCertificateOrRequest, AwaitVerdictResumed, ExpectFinished, ExpectFinishedEarly>;
  static constexpr std::string_view name = "client: waiting for EncryptedExtensions";
  static constexpr std::array accepts{HandshakeType::encrypted_extensions};

  /// `psk`: the server goes on with a session, and shows no certificate.
  ExpectEncryptedExtensions(Common13&& common, ServerName server_name, const ExtensionSet& offered,
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
