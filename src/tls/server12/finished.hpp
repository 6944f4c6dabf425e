#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>

#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/schedule/transcript_tls12.hpp"
#include "tls/server/session_vault.hpp"
#include "tls/server12/session.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server12 {

/// What is known once both halves of the key exchange are.
struct Keyed {
  const ServerConfig* config;
  const SuiteTls12* suite;
  TranscriptTls12 transcript;  ///< ClientHello…ClientKeyExchange, and CertificateVerify where there is one
  HelloRandoms randoms;
  MasterSecretTls12 master;
  ProtectionTls12 reading;
  ProtectionTls12 writing;
  std::unique_ptr<SessionOrder> session;  ///< null: none is left behind
  bool extended_master_secret;
};

/// The client has finished; its ticket, or the session that is kept, is made by the application
/// (Pause::ticket_sealing).
class AwaitTicket {
 public:
  using Next = std::variant<EstablishedTls12>;
  static constexpr std::string_view name = "server, TLS 1.2: paused for a ticket";
  static constexpr Pause pause = Pause::ticket_sealing;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Tickets>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitTicket(Keyed keyed, server::UnsealedSession unsealed, FinishedVerified proof, const VerifyDataTls12& theirs)
      : keyed_(std::make_unique<Keyed>(std::move(keyed))),
        unsealed_(std::move(unsealed)),
        proof_(proof),
        theirs_(theirs) {}

  [[nodiscard]] const Bytes& session() const noexcept { return unsealed_.bytes(); }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  std::unique_ptr<Keyed> keyed_;
  server::UnsealedSession unsealed_;
  FinishedVerified proof_;
  VerifyDataTls12 theirs_;
};

/// Waits for the client's Finished (RFC 5246 7.4.9), answers it, and is done.
class ExpectFinished {
 public:
  using Next = std::variant<AwaitTicket, EstablishedTls12>;
  static constexpr std::string_view name = "server, TLS 1.2: waiting for the client's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  explicit ExpectFinished(Keyed keyed) noexcept : keyed_(std::move(keyed)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Keyed keyed_;
};

/// Waits for the client's ChangeCipherSpec (RFC 5246 7.1): no sooner than here does one change keys. Only a client that
/// is let in gets here.
class ExpectChangeCipherSpec {
 public:
  using Next = std::variant<ExpectFinished>;
  static constexpr std::string_view name = "server, TLS 1.2: waiting for the client's ChangeCipherSpec";

  ExpectChangeCipherSpec(Keyed keyed, ClientAdmitted) noexcept : keyed_(std::move(keyed)) {}

  [[nodiscard]] Result<Next> change_cipher_spec(Flow& flow) &&;

 private:
  Keyed keyed_;
};

}  // namespace keyway::tls::server12
