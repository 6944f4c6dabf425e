#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/name.hpp>

#include "tls/client12/session_draft.hpp"
#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/schedule/transcript_tls12.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client12 {

/// What every TLS 1.2 state of the client before its own flight carries.
struct Common12 {
  const ClientConfig* config;
  const SuiteTls12* suite;
  TranscriptTls12 transcript;
  HelloRandoms randoms;
  std::unique_ptr<SessionDraft> session;  ///< null: none is kept
  bool extended_master_secret;
  bool promises_ticket;  ///< the server will send a NewSessionTicket
};

/// What is known once the client has sent its Finished.
struct Awaited12 {
  Common12 common;  ///< its transcript: ClientHello…Finished of the client
  MasterSecretTls12 master;
  ProtectionTls12 reading;
  VerifyDataTls12 sent_finished;
  ChainAccepted chain;
};

/// Waits for the server's Finished (RFC 5246 7.4.9).
class ExpectFinished {
 public:
  using Next = std::variant<EstablishedTls12>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for the server's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  explicit ExpectFinished(Awaited12 awaited) noexcept : awaited_(std::move(awaited)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Awaited12 awaited_;
};

/// Waits for the server's ChangeCipherSpec (RFC 5246 7.1): no sooner than here does one change keys.
class ExpectChangeCipherSpec {
 public:
  using Next = std::variant<ExpectFinished>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for the server's ChangeCipherSpec";

  explicit ExpectChangeCipherSpec(Awaited12 awaited) noexcept : awaited_(std::move(awaited)) {}

  [[nodiscard]] Result<Next> change_cipher_spec(Flow& flow) &&;

 private:
  Awaited12 awaited_;
};

/// Waits for the NewSessionTicket that the ServerHello promised (RFC 5077 3.3).
class ExpectNewSessionTicket {
 public:
  using Next = std::variant<ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for NewSessionTicket";
  static constexpr std::array accepts{HandshakeType::new_session_ticket};

  explicit ExpectNewSessionTicket(Awaited12 awaited) noexcept : awaited_(std::move(awaited)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Awaited12 awaited_;
};

/// Turns to the new keys and sends the client's Finished under them. Gives what it said.
[[nodiscard]] Result<VerifyDataTls12> send_finished(Flow& flow, TranscriptTls12& transcript,
                                                    const MasterSecretTls12& master, ProtectionTls12 writing);

}  // namespace keyway::tls::client12
