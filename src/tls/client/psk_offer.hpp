#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/session.hpp>

#include "tls/client/hello_builder.hpp"
#include "tls/client/offer.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/session/client_session.hpp"
#include "tls/session/psk_set.hpp"

namespace keyway::tls::client {

/// What a session store keeps sessions of `version` under: the server and what they are bound to of the configuration.
/// Those of TLS 1.2 are apart, so that nobody takes out what only a configuration of other protocols has a use for.
[[nodiscard]] std::string session_key(const ClientConfig& config, std::string_view server_name, ProtocolVersion version,
                                      bool is_over_quic);

/// Takes a session out of the configuration's store that may be offered now: of this configuration, for this name, of a
/// suite that is still offered, in TLS 1.2 of a protocol that is, alive, and none of the server's certificates has
/// ended meanwhile; one of TLS 1.3 first. Others that are found on the way are dropped. Null when there is none.
[[nodiscard]] StoredSession take_session(const ClientConfig& config, std::string_view server_name, bool is_over_quic);

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
