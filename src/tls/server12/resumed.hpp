#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>

#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server12/session.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server12 {

// The abbreviated handshake (RFC 5246 7.3): the server finishes first, and shows no certificate.

/// What is left once the server has finished.
struct Resumed {
  const SuiteTls12* suite;
  ProtectionTls12 reading;
  VerifyDataTls12 sent_finished;
  VerifyDataTls12 expected_finished;
  ExporterTls12 exporter;
  HelloRandom client_random;
  bool extended_master_secret;
  SignatureScheme client_scheme;
  CertificateType client_type;
  std::shared_ptr<const ClientProof> client_proof;  ///< null: the client showed nothing
};

/// Waits for the client's Finished, which shows that it knows the session's secret.
class ExpectFinishedResumed {
 public:
  using Next = std::variant<EstablishedTls12>;
  static constexpr std::string_view name = "server, TLS 1.2 resumed: waiting for the client's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinishedResumed(Resumed resumed, ClientAdmitted) noexcept : resumed_(std::move(resumed)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Resumed resumed_;
};

/// Waits for the client's ChangeCipherSpec.
class ExpectChangeCipherSpecResumed {
 public:
  using Next = std::variant<ExpectFinishedResumed>;
  static constexpr std::string_view name = "server, TLS 1.2 resumed: waiting for the client's ChangeCipherSpec";

  ExpectChangeCipherSpecResumed(Resumed resumed, ClientAdmitted client) noexcept
      : resumed_(std::move(resumed)), client_(client) {}

  [[nodiscard]] Result<Next> change_cipher_spec(Flow& flow) &&;

 private:
  Resumed resumed_;
  ClientAdmitted client_;
};

/// Answers a ClientHello by going on with a session: ServerHello, a new ticket where it is time for one,
/// ChangeCipherSpec, Finished. Errors: the provider's.
[[nodiscard]] Result<ExpectChangeCipherSpecResumed> send_resumed_flight(Flow& flow, const ServerConfig& config,
                                                                        const server::HelloInHand& hello,
                                                                        const Choice& choice,
                                                                        const ResumedSession& resumed);

}  // namespace keyway::tls::server12
