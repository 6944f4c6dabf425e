#pragma once

#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "tls/client/offer.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/suites.hpp"

namespace keyway::tls::client {

/// What becomes of early data before anything is sent: `offered`, or why not.
[[nodiscard]] EarlyData plan_early_data(const Offer& offer) noexcept;

/// After a ClientHello with early_data: turns to the early traffic keys (RFC 8446 7.1), behind a ChangeCipherSpec
/// (D.4). Until the server speaks, what is known is what the session was. Errors: CryptoFailed.
[[nodiscard]] Result<void> begin_early_data(Flow& flow, const Offer& offer, ByteView client_hello);

/// The server takes what was sent early: only comparing its choices with the session's makes one. The state that sends
/// EndOfEarlyData takes it.
class EarlyDataAccepted {
 private:
  EarlyDataAccepted() noexcept = default;
  friend Result<EarlyDataAccepted> accept_early_data(const Session& session, const SuiteTls13& suite,
                                                     std::string_view alpn);
};
/// RFC 8446 4.2.10. Errors: EarlyDataSuiteChanged, EarlyDataAlpnChanged.
[[nodiscard]] Result<EarlyDataAccepted> accept_early_data(const Session& session, const SuiteTls13& suite,
                                                          std::string_view alpn);

}  // namespace keyway::tls::client
