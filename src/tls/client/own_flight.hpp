#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>

#include "tls/client/own_credential.hpp"
#include "tls/client/session_keeper.hpp"
#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/handshake/signing.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/client_hello.hpp"

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
  /// Early data was sent under its own keys, and the server is still to say whether it takes it.
  bool awaits_early_data = false;
};

/// What is left once the server has finished: to show who we are where it asked, and to finish, too.
struct OwnFlight {
  Common13 common;
  ChainAccepted chain;
  FinishedVerified proof;
  TrafficSecrets application;
  Exporter exporter;
  Bytes messages;  ///< those before the Finished, in the transcript already, not yet sent
};

/// A flight with a Certificate that wants its CertificateVerify.
struct UnsignedFlight {
  using Next = std::variant<Established>;
  static constexpr std::string_view paused = "client: paused for a signature";

  OwnFlight own;
  WantedSignature wanted;

  [[nodiscard]] Result<Next> finish(Flow& flow, ByteView signature) &&;
};
using AwaitSignature = AwaitSignatureOf<UnsignedFlight>;

/// The application chooses what to show (Pause::credential).
class AwaitCredential {
 public:
  using Next = std::variant<AwaitSignature, Established>;
  static constexpr std::string_view name = "client: paused for a credential";
  static constexpr Pause pause = Pause::credential;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept { return answers_credential(answer); }

  AwaitCredential(OwnFlight own, std::unique_ptr<CertificateAsked> asked) noexcept
      : own_(std::move(own)), asked_(std::move(asked)) {}

  [[nodiscard]] CertificateRequestView request() const noexcept {
    return CertificateRequestView(asked_->parts(own_.common.config->common().policy));
  }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  OwnFlight own_;
  std::unique_ptr<CertificateAsked> asked_;
};

/// Sends the Finished, behind what waits, and turns to the application keys.
[[nodiscard]] Result<Established> finish_own_flight(Flow& flow, OwnFlight own);

/// Sends the client's flight: Certificate and CertificateVerify where a certificate was asked for (`asked` is not
/// null), and Finished (RFC 8446 4.4); or pauses for one of them. Errors: those of choose_credential(), SigningFailed.
[[nodiscard]] Result<std::variant<AwaitCredential, AwaitSignature, Established>> send_own_flight(
    Flow& flow, OwnFlight own, std::unique_ptr<CertificateAsked> asked);

}  // namespace keyway::tls::client
