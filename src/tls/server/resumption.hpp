#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/proofs.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/inquiry.hpp"
#include "tls/server/negotiation.hpp"
#include "tls/session/session.hpp"

namespace keyway::tls::server {

/// How far apart the clocks of servers with the same ticket keys may stand.
inline constexpr std::chrono::seconds clock_skew{60};

/// A session of ours that the client knows the secret of. Only verifying its binder makes one: the flight without a
/// certificate takes it.
class ResumedSession {
 public:
  [[nodiscard]] const Session& session() const noexcept { return session_; }
  [[nodiscard]] std::uint16_t index() const noexcept { return index_; }  ///< among the client's identities
  [[nodiscard]] PskKeyExchangeMode mode() const noexcept { return mode_; }
  [[nodiscard]] ClientAdmitted client() const noexcept { return client_; }

 private:
  ResumedSession(Session session, std::uint16_t index, PskKeyExchangeMode mode, ClientAdmitted client) noexcept
      : session_(std::move(session)), index_(index), mode_(mode), client_(client) {}
  friend Result<std::optional<ResumedSession>> find_session(const ServerConfig& config, const HelloInHand& hello,
                                                            const Choice& choice, const Transcript* before,
                                                            Inquiry& inquiry);
  Session session_;
  std::uint16_t index_;
  PskKeyExchangeMode mode_;
  ClientAdmitted client_;
};

/// How a session may be gone on with (RFC 8446 4.2.9): with a key exchange where the client has that, or without one
/// where it wants so and the configuration allows it. Nothing: not at all, and the client needs no tickets.
[[nodiscard]] std::optional<PskKeyExchangeMode> psk_mode(const ServerConfig& config, const HelloInHand& hello) noexcept;

/// Looks among the sessions that the client offers for one to go on with (RFC 8446 4.2.11): of this configuration,
/// alive, for the same name, of the suite that was chosen, and of a client that showed a certificate where one is
/// required. The application protocol may be another (RFC 8446 4.2.10): that is chosen anew, of the configuration's.
/// Nothing: a full handshake. `before`: the messages up to this ClientHello, after a HelloRetryRequest; null for a
/// first one. Where the inquiry is open afterwards, that is not yet known. Errors: BadBinder, MissingExtension
/// (psk_key_exchange_modes).
[[nodiscard]] Result<std::optional<ResumedSession>> find_session(const ServerConfig& config, const HelloInHand& hello,
                                                                 const Choice& choice, const Transcript* before,
                                                                 Inquiry& inquiry);

}  // namespace keyway::tls::server
