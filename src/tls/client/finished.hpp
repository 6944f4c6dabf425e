#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>

#include "tls/client/session_keeper.hpp"
#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client {

/// What every TLS 1.3 state of the client after the ServerHello carries.
struct Common13 {
  const ClientConfig* config;
  const SuiteTls13* suite;
  Transcript transcript;
  HelloRandom client_random;
  TrafficSecrets handshake;
  MasterSchedule master;
  std::unique_ptr<SessionPlan> sessions;  ///< null: none are kept
};

/// The server asked for a client certificate; this is what the answer refers to.
struct CertificateAsked {
  Bytes request_context;
};

/// Waits for the server's Finished (RFC 8446 4.4.4), answers it, and is done.
class ExpectFinished {
 public:
  using Next = std::variant<Established>;
  static constexpr std::string_view name = "client: waiting for the server's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinished(Common13 common, std::optional<CertificateAsked> asked, ChainAccepted chain,
                 HandshakeSignatureValid) noexcept
      : common_(std::move(common)), asked_(std::move(asked)), chain_(chain) {}
  /// After a resumption: no certificate is shown, and none can be asked for (RFC 8446 4.3.2).
  ExpectFinished(Common13 common, PskAccepted psk) noexcept : common_(std::move(common)), chain_(psk.chain()) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  [[nodiscard]] Result<void> send_flight(Flow& flow);
  /// After both Finished. Null where no sessions are kept.
  [[nodiscard]] std::shared_ptr<SessionKeeper> keep_sessions(Flow& flow);

  Common13 common_;
  std::optional<CertificateAsked> asked_;
  ChainAccepted chain_;
};

}  // namespace keyway::tls::client
