#include "tls/server/session_vault.hpp"

#include <utility>

#include "tls/session/ticket_sealer.hpp"

namespace keyway::tls::server {
namespace {

constexpr std::size_t id_size = 32;  ///< RFC 5246 7.4.1.2: the longest

TicketSealer sealer_of(const ServerConfig& config) noexcept {
  return {*config.common().provider, *config.ticket_keys()};
}

std::optional<Session> open(const ServerConfig& config, const std::optional<Bytes>& sealed) {
  return sealed ? sealer_of(config).open(*sealed) : std::nullopt;
}

}  // namespace

Result<Bytes> make_session_id(const CommonConfig& config) {
  Bytes id(id_size);
  if (auto filled = config.randomness().fill(id); !filled) return std::unexpected(std::move(filled.error()));
  return id;
}

Result<void> store(const ServerConfig& config, ByteView id, const Session& session) {
  auto sealed = sealer_of(config).seal(session, config.common().randomness());
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  config.session_store()->put(id, std::move(*sealed), session.issued_at + session.lifetime);
  return {};
}

std::optional<Session> look_up(const ServerConfig& config, ByteView id) {
  return open(config, config.session_store()->get(id));
}

Result<Bytes> hand_out(const ServerConfig& config, const Session& session) {
  if (config.gives_tickets()) return sealer_of(config).seal(session, config.common().randomness());
  auto id = make_session_id(config.common());
  if (!id) return id;
  if (auto stored = store(config, *id, session); !stored) return std::unexpected(std::move(stored.error()));
  return id;
}

std::optional<Session> take_back(const ServerConfig& config, ByteView ticket) {
  if (config.gives_tickets()) return sealer_of(config).open(ticket);
  return ticket.size() == id_size ? open(config, config.session_store()->take(ticket)) : std::nullopt;
}

bool is_of_older_key(const ServerConfig& config, ByteView ticket) {
  return config.gives_tickets() && sealer_of(config).is_of_older_key(ticket);
}

}  // namespace keyway::tls::server
