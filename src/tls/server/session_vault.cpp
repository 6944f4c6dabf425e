#include "tls/server/session_vault.hpp"

#include <utility>

#include "tls/session/ticket_sealer.hpp"

namespace keyway::tls::server {
namespace {

constexpr std::size_t id_size = 32;  ///< RFC 5246 7.4.1.2: the longest

TicketSealer sealer_of(const ServerConfig& config) noexcept {
  return {*config.common().provider, *config.ticket_keys()};
}

/// What was answered to a question for a session; null: none, or nothing yet.
const Bytes* session_in(const Answer* answer) noexcept {
  const auto* found = answer != nullptr ? std::get_if<answer::Found>(answer) : nullptr;
  return found != nullptr && found->session ? &*found->session : nullptr;
}

std::optional<Session> open(const ServerConfig& config, ByteView sealed, Inquiry& inquiry) {
  const TicketSealer sealer = sealer_of(config);
  if (!sealer.answers_later()) return sealer.open(sealed);
  const Bytes* opened = session_in(inquiry.ask(Pause::ticket_opening, {.key = sealed}));
  return opened != nullptr ? TicketSealer::read(*opened) : std::nullopt;
}

/// True where what is found in the store may be asked about again: a question follows that begins all anew.
bool may_be_asked_again(const ServerConfig& config) {
  const EarlyDataOptions* early = config.early_data();
  return sealer_of(config).answers_later() || (early != nullptr && early->store->answers_later());
}

std::optional<Session> find_stored(const ServerConfig& config, ByteView id, bool is_once, Inquiry& inquiry) {
  ServerSessionStore& store = *config.session_store();
  const bool is_later = store.answers_later(id);
  const Answer* known = is_later ? inquiry.ask(Pause::session_lookup, {.key = id, .is_once = is_once})
                                 : inquiry.find(Pause::session_lookup, id);
  if (const Bytes* sealed = session_in(known)) return open(config, *sealed, inquiry);
  if (is_later || known != nullptr) return std::nullopt;
  auto found = is_once ? store.take(id) : store.get(id);
  if (!found) return std::nullopt;
  if (is_once && may_be_asked_again(config)) inquiry.keep(Pause::session_lookup, id, answer::Found{found});
  return open(config, *found, inquiry);
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

std::optional<Session> look_up(const ServerConfig& config, ByteView id, Inquiry& inquiry) {
  return find_stored(config, id, /*is_once=*/false, inquiry);
}

Result<Bytes> hand_out(const ServerConfig& config, const Session& session) {
  if (config.gives_tickets()) return sealer_of(config).seal(session, config.common().randomness());
  auto id = make_session_id(config.common());
  if (!id) return id;
  if (auto stored = store(config, *id, session); !stored) return std::unexpected(std::move(stored.error()));
  return id;
}

std::optional<Session> take_back(const ServerConfig& config, ByteView ticket, Inquiry& inquiry) {
  if (config.gives_tickets()) return open(config, ticket, inquiry);
  return ticket.size() == id_size ? find_stored(config, ticket, /*is_once=*/true, inquiry) : std::nullopt;
}

bool seals_later(const ServerConfig& config) {
  return sealer_of(config).answers_later();
}

Result<UnsealedSession> UnsealedSession::of(const Session& session) {
  auto bytes = TicketSealer::write(session);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return UnsealedSession(std::move(*bytes));
}

Result<Bytes> hand_out_sealed(const ServerConfig& config, Bytes sealed, Time until) {
  if (sealed.empty() || sealed.size() > max_ticket_size) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("ticket").expected("1 to 65535 bytes"));
  }
  if (config.gives_tickets()) return sealed;
  auto id = make_session_id(config.common());
  if (id) config.session_store()->put(*id, std::move(sealed), until);
  return id;
}

bool is_of_older_key(const ServerConfig& config, ByteView ticket) {
  return config.gives_tickets() && sealer_of(config).is_of_older_key(ticket);
}

}  // namespace keyway::tls::server
