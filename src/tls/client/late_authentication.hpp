#pragma once

#include <cstddef>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::client {

/// What a client keeps that lets itself be asked for a certificate once the handshake is done (RFC 8446 4.6.2).
struct LateAuthentication {
  /// Requests that are answered on a connection: each costs a signature, and the server decides how many there are.
  static constexpr std::size_t max_requests = 8;

  Transcript transcript;             ///< ClientHello to the client's Finished
  std::vector<Bytes> contexts = {};  ///< of the requests that were answered
};

/// Answers a CertificateRequest: with the credential that fits and a proof, or with an empty list; and Finished. A key
/// that lives elsewhere fits none. `writing`: the secret of what this side sends now. Errors: the codecs';
/// UnexpectedMessage (too many), InvalidValue (a context that is empty or was used), those of choose_credential(),
/// SigningFailed.
[[nodiscard]] Result<void> answer_late_request(Flow& flow, const ClientConfig& config, LateAuthentication& late,
                                               const TrafficSecret& writing, const HandshakeMessage& message);

}  // namespace keyway::tls::client
