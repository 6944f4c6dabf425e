#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>

#include "tls/client/own_credential.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/signing.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client {

/// An answer to a request that waits for the application: for the credential to show, or for a signature.
struct LateAnswer {
  static constexpr std::string_view paused_for_credential = "client: asked later, paused for a credential";
  static constexpr std::string_view paused_for_signature = "client: asked later, paused for a signature";

  Transcript transcript;  ///< with the request, and with `messages`
  Bytes context;
  std::unique_ptr<CertificateAsked> asked;
  std::optional<WantedSignature> wanted = std::nullopt;  ///< nothing: the credential is not chosen yet
  Bytes messages = {};                                   ///< not yet sent

  [[nodiscard]] Pause waits_for() const noexcept { return wanted ? Pause::signature : Pause::credential; }
  [[nodiscard]] bool takes(const Answer& answer) const noexcept;
};

/// What a client keeps that lets itself be asked for a certificate once the handshake is done (RFC 8446 4.6.2).
struct LateAuthentication {
  /// Requests that are answered on a connection: each costs a signature, and the server decides how many there are.
  static constexpr std::size_t max_requests = 8;

  Transcript transcript;                          ///< ClientHello to the client's Finished
  std::vector<Bytes> contexts = {};               ///< of the requests that were answered
  std::unique_ptr<LateAnswer> waiting = nullptr;  ///< null: nothing waits for the application
};

/// Answers a CertificateRequest: with the credential that fits and a proof, or with an empty list; and Finished. Or
/// waits for the one or the other. `writing`: the secret of what this side sends now. Errors: the codecs';
/// UnexpectedMessage (too many), InvalidValue (a context that is empty or was used), those of choose_credential(),
/// SigningFailed.
[[nodiscard]] Result<void> answer_late_request(Flow& flow, const ClientConfig& config, LateAuthentication& late,
                                               const TrafficSecret& writing, const HandshakeMessage& message);

/// Goes on with what waits; `answer` is one that it takes. Errors: those of take_credential() and take_signature(),
/// SigningFailed.
[[nodiscard]] Result<void> resume_late_answer(Flow& flow, const ClientConfig& config, LateAuthentication& late,
                                              const TrafficSecret& writing, Answer& answer);

}  // namespace keyway::tls::client
