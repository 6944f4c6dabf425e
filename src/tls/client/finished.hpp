#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include "tls/client/early_data.hpp"
#include "tls/client/own_flight.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client {

/// Waits for the server's Finished (RFC 8446 4.4.4), answers it, and is done.
class ExpectFinished {
 public:
  using Next = std::variant<AwaitCredential, AwaitSignature, Established>;
  static constexpr std::string_view name = "client: waiting for the server's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  /// `asked`: null where the server asked for no certificate.
  ExpectFinished(Common13&& common, std::unique_ptr<CertificateAsked> asked, ChainAccepted chain,
                 HandshakeSignatureValid) noexcept
      : common_(std::move(common)), asked_(std::move(asked)), chain_(chain) {}
  /// After a resumption: no certificate is shown, and none can be asked for (RFC 8446 4.3.2).
  ExpectFinished(Common13&& common, PskAccepted psk) noexcept : common_(std::move(common)), chain_(psk.chain()) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  std::unique_ptr<CertificateAsked> asked_;
  ChainAccepted chain_;
};

/// The same where the server takes early data, which may be sent until its Finished comes. Behind that goes
/// EndOfEarlyData (RFC 8446 4.5), and only then the handshake keys are turned to.
class ExpectFinishedEarly {
 public:
  using Next = std::variant<Established>;
  static constexpr std::string_view name = "client, sending early data: waiting for the server's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinishedEarly(Common13&& common, PskAccepted psk, EarlyDataAccepted) noexcept
      : common_(std::move(common)), chain_(psk.chain()) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common13 common_;
  ChainAccepted chain_;
};

}  // namespace keyway::tls::client
