#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>
#include <keyway/session.hpp>

#include "tls/schedule/transcript.hpp"
#include "tls/session/client_session.hpp"

namespace keyway::tls::client {

/// What a session store keeps sessions under: the server and the configuration.
[[nodiscard]] std::string session_key(const ClientConfig& config, const ServerName& server_name);

/// Takes a session out of the configuration's store that may be offered now: of this configuration, for this name, of a
/// suite and protocol that are still offered, alive, and none of the server's certificates has ended meanwhile. Others
/// that are found on the way are dropped. Null when there is none.
[[nodiscard]] StoredSession take_session(const ClientConfig& config, const std::string& key,
                                         const ServerName& server_name);

/// `obfuscated_ticket_age` at `now` (RFC 8446 4.2.11.1).
[[nodiscard]] std::uint32_t obfuscated_age(const Session& session, Time now) noexcept;

/// The hash function of the session's suite. The session is one of TLS 1.3, by take_session().
[[nodiscard]] const crypto::HashFunction& hash_of(const Session& session, const crypto::Provider& provider) noexcept;

/// Puts the binder in the place of the zeros at the end of `client_hello` (RFC 8446 4.2.11.2). `before`: the messages
/// up to it, after a HelloRetryRequest; null for a first ClientHello.
void write_binder(Bytes& client_hello, const Session& session, const crypto::HashFunction& hash,
                  const Transcript* before);

}  // namespace keyway::tls::client
