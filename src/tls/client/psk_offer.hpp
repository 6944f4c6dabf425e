#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>
#include <keyway/session.hpp>

#include "tls/client/hello_builder.hpp"
#include "tls/client/offer.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/session/client_session.hpp"
#include "tls/session/psk_set.hpp"

namespace keyway::tls::client {

/// What a session store keeps sessions under: the server and the configuration.
[[nodiscard]] std::string session_key(const ClientConfig& config, const ServerName& server_name, bool is_over_quic);

/// Takes a session out of the configuration's store that may be offered now: of this configuration, for this name, of a
/// suite and protocol that are still offered, alive, and none of the server's certificates has ended meanwhile. Others
/// that are found on the way are dropped. Null when there is none.
[[nodiscard]] StoredSession take_session(const ClientConfig& config, const std::string& key,
                                         const ServerName& server_name);

/// `obfuscated_ticket_age` at `now` (RFC 8446 4.2.11.1).
[[nodiscard]] std::uint32_t obfuscated_age(const Session& session, Time now) noexcept;

/// What pre_shared_key offers: a session of TLS 1.3 first, then the keys from outside. Views into both.
[[nodiscard]] std::vector<PskOffer> offered_psks(const Offer& offer);

/// The key from outside that the server chose by this index; null for any other index.
[[nodiscard]] const ReadyPsk* offered_external(const Offer& offer, std::size_t index) noexcept;

/// Puts the binders in the place of the zeros at the end of `client_hello` (RFC 8446 4.2.11.2). `before`: the messages
/// up to it, after a HelloRetryRequest; null for a first ClientHello.
void write_binders(Bytes& client_hello, std::span<const PskOffer> psks, const Transcript* before);

}  // namespace keyway::tls::client
