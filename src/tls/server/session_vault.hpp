#pragma once

#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/session/session.hpp"

namespace keyway::tls::server {

// Where a server's sessions are between two connections: sealed in a ticket that the client holds, or sealed in the
// configuration's store, and the client holds their name. All configurations here have ticket keys.

/// What stands for `session` with the client: the sealed session, or, where the configuration gives no such tickets,
/// the name under which it is stored. Errors: RandomFailed, CryptoFailed.
[[nodiscard]] Result<Bytes> hand_out(const ServerConfig& config, const Session& session);

/// The session that a ticket of hand_out() stands for; nothing for any other. One that was stored is given once.
[[nodiscard]] std::optional<Session> take_back(const ServerConfig& config, ByteView ticket);

/// True when a new ticket would be sealed with a newer key than this one.
[[nodiscard]] bool is_of_older_key(const ServerConfig& config, ByteView ticket);

/// Keeps `session` in the configuration's store under an ID of TLS 1.2. Errors: CryptoFailed, RandomFailed.
[[nodiscard]] Result<void> store(const ServerConfig& config, ByteView id, const Session& session);

/// The session that is stored under `id`, which stays.
[[nodiscard]] std::optional<Session> look_up(const ServerConfig& config, ByteView id);

/// An ID that nobody can guess. Errors: RandomFailed.
[[nodiscard]] Result<Bytes> make_session_id(const CommonConfig& config);

}  // namespace keyway::tls::server
