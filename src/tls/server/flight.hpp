#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/credential.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/handshake/signing.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/client_certificate.hpp"
#include "tls/server/early_data.hpp"
#include "tls/server/external_psk.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/negotiation.hpp"
#include "tls/server/resumption.hpp"
#include "tls/server/tickets.hpp"

namespace keyway::tls::server {

/// All that the server has decided before it answers.
struct Decision {
  const ServerConfig* config;
  std::shared_ptr<const Credential> credential;  ///< null: a key from outside stands in its place
  SignatureScheme scheme;
  Choice choice;
};

/// A flight that wants its Finished alone.
struct ProvenFlight {
  const ServerConfig* config;
  const SuiteTls13* suite;
  Transcript transcript;  ///< all up to here
  HelloRandom client_random;
  TrafficSecrets handshake;
  MasterSchedule master;
  Bytes messages;                        ///< not yet sent
  std::unique_ptr<TicketOrder> tickets;  ///< null: none are given
};

/// A flight from ServerHello to Certificate that wants its CertificateVerify.
struct UnsignedFlight {
  using Next = std::variant<ExpectCertificate, ExpectFinished>;
  static constexpr std::string_view paused = "server: paused for a signature";

  ProvenFlight rest;
  WantedSignature wanted;

  [[nodiscard]] Result<Next> finish(Flow& flow, ByteView signature) &&;
};
using AwaitSignature = AwaitSignatureOf<UnsignedFlight>;

using AfterFlight = std::variant<AwaitSignature, ExpectCertificate, ExpectFinished>;

/// Answers a ClientHello that brings a share of the chosen group: ServerHello up to Finished. `transcript` holds the
/// messages up to and with this ClientHello. Errors: InvalidKeyShare, SigningFailed, the provider's.
[[nodiscard]] Result<AfterFlight> send_flight(Flow& flow, Decision decision, const HelloInHand& hello,
                                              Transcript transcript, bool after_retry);

/// The same for a client that comes back: without Certificate and CertificateVerify; early data is taken where `judged`
/// says so. Errors: InvalidKeyShare, the provider's.
[[nodiscard]] Result<std::variant<ExpectFinished, ExpectEndOfEarlyData>> send_resumed_flight(
    Flow& flow, const ServerConfig& config, const Choice& choice, const ResumedSession& resumed,
    const std::variant<EarlyDataTaken, EarlyData>& judged, const HelloInHand& hello, Transcript transcript);
/// The same after a HelloRetryRequest, which has refused early data.
[[nodiscard]] Result<ExpectFinished> send_resumed_flight_after_retry(Flow& flow, const ServerConfig& config,
                                                                     const Choice& choice,
                                                                     const ResumedSession& resumed,
                                                                     const HelloInHand& hello, Transcript transcript);

/// The same for a client that knows a key from outside.
[[nodiscard]] Result<ExpectFinished> send_psk_flight(Flow& flow, const ServerConfig& config, const Choice& choice,
                                                     const KnownPsk& known, const HelloInHand& hello,
                                                     Transcript transcript, bool after_retry);

/// Asks for a share of the chosen group (RFC 8446 4.1.4); brings the transcript to where the second ClientHello
/// follows. `cookie`: empty for none.
[[nodiscard]] Result<void> send_hello_retry_request(Flow& flow, const Choice& choice, const HelloInHand& hello,
                                                    Transcript& transcript, ByteView cookie);

/// The HelloRetryRequest for a client that hides nothing, byte for byte as it was sent; `hello` may be the second
/// ClientHello, which has what it hangs on from the first.
[[nodiscard]] Bytes write_hello_retry_request(const Choice& choice, const HelloInHand& hello, ByteView cookie);

}  // namespace keyway::tls::server
