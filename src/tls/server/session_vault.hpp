#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>

#include "tls/server/inquiry.hpp"
#include "tls/session/session.hpp"

namespace keyway::tls::server {

// Where a server's sessions are between two connections: sealed in a ticket that the client holds, or sealed in the
// configuration's store, and the client holds their name. All configurations here have ticket keys. What an Inquiry is
// given to may leave it open: then what it returns means nothing.

/// What stands for `session` with the client: the sealed session, or, where the configuration gives no such tickets,
/// the name under which it is stored. Errors: RandomFailed, CryptoFailed.
[[nodiscard]] Result<Bytes> hand_out(const ServerConfig& config, const Session& session);

/// The session that a ticket of hand_out() stands for; nothing for any other. One that was stored is given once.
[[nodiscard]] std::optional<Session> take_back(const ServerConfig& config, ByteView ticket, Inquiry& inquiry);

/// True when a new ticket would be sealed with a newer key than this one.
[[nodiscard]] bool is_of_older_key(const ServerConfig& config, ByteView ticket);

/// Keeps `session` in the configuration's store under an ID of TLS 1.2. Errors: CryptoFailed, RandomFailed.
[[nodiscard]] Result<void> store(const ServerConfig& config, ByteView id, const Session& session);

/// The session that is stored under `id`, which stays.
[[nodiscard]] std::optional<Session> look_up(const ServerConfig& config, ByteView id, Inquiry& inquiry);

/// True where sessions are sealed elsewhere (Pause::ticket_sealing), so that hand_out() and store() are not for them,
/// but what follows.
[[nodiscard]] bool seals_later(const ServerConfig& config);

/// A session that waits to be sealed. Wiped when it goes.
class UnsealedSession {
 public:
  /// Errors: InternalError.
  [[nodiscard]] static Result<UnsealedSession> of(const Session& session);
  UnsealedSession(UnsealedSession&&) noexcept = default;
  UnsealedSession& operator=(UnsealedSession&&) noexcept = default;
  ~UnsealedSession() { wipe(bytes_); }

  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  explicit UnsealedSession(Bytes bytes) noexcept : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

/// The most bytes of a ticket (RFC 8446 4.6.1).
inline constexpr std::size_t max_ticket_size = 65535;

/// hand_out() of what was sealed elsewhere. `until`: when the session is of no more use. Errors: RandomFailed; also
/// InvalidArgument, of a size that no ticket has.
[[nodiscard]] Result<Bytes> hand_out_sealed(const ServerConfig& config, Bytes sealed, Time until);

/// An ID that nobody can guess. Errors: RandomFailed.
[[nodiscard]] Result<Bytes> make_session_id(const CommonConfig& config);

}  // namespace keyway::tls::server
