#include "tls/server/tickets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/writer.hpp"
#include "tls/server/resumption.hpp"
#include "tls/suites.hpp"
#include "tls/wire/extensions/early_data.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway::tls::server {
namespace {

/// One ticket beside what it seals: headers, nonce, key name, tag.
constexpr std::size_t beside_session = 80;

/// Gives the session what is this ticket's alone: its secret, by `number`, and what hides its age. False where there
/// are no random bytes.
bool complete_session(Session& session, const ServerConfig& config, const TicketOrder& order, std::uint8_t number) {
  const CommonConfig& common = config.common();
  std::array<std::uint8_t, 4> age_add{};
  if (!common.randomness().fill(age_add)) return false;
  session.age_add = 0;
  for (const std::uint8_t byte : age_add) session.age_add = session.age_add << 8U | byte;
  const std::array<std::uint8_t, 1> nonce{number};
  const crypto::HashFunction& hash = *common.provider->hash(find_suite_tls13(session.cipher_suite)->hash);
  session.secret = resumption_psk(hash, order.resumption_master_secret.view(), nonce);
  return true;
}

void write_ticket(Bytes& messages, const ServerConfig& config, const TicketOrder& order, std::uint32_t age_add,
                  std::uint8_t number, ByteView ticket) {
  Bytes extensions;
  if (order.session.max_early_data != 0) {
    Writer block(extensions);
    write_extension(block, EarlyDataNewSessionTicket{order.session.max_early_data});
  }
  if (config.common().greases) {  // one of the sixteen values of RFC 8701 2, with nothing in it
    const std::uint8_t byte = static_cast<std::uint8_t>(((age_add >> 24U) & 0xf0U) | 0x0aU);
    extensions.insert(extensions.end(), {byte, byte, 0, 0});
  }
  const std::array<std::uint8_t, 1> nonce{number};
  Writer out(messages);
  write_handshake(out, NewSessionTicket{static_cast<std::uint32_t>(order.session.lifetime.count()), age_add, nonce,
                                        ticket, ExtensionBlock::of_own(extensions)});
}

/// Adds the ticket of this number. False when it can't be made.
bool add_ticket(Bytes& messages, const ServerConfig& config, Session& session, const TicketOrder& order,
                std::uint8_t number) {
  if (!complete_session(session, config, order, number)) return false;
  const auto ticket = hand_out(config, session);
  if (!ticket) return false;
  write_ticket(messages, config, order, session.age_add, number, *ticket);
  return true;
}

}  // namespace

std::optional<Session> begin_session(const ServerConfig& config, const HelloInHand& hello, ProtocolVersion version,
                                     CipherSuite suite, std::string_view alpn, const Session* resumed) {
  const Time now = config.common().clock->now();
  Session session;
  session.version = version;
  session.cipher_suite = suite;
  session.server_name = hello.server_name.value_or("");
  session.alpn = alpn;
  session.is_over_quic = hello.is_over_quic();
  session.configuration = config.id();
  session.issued_at = now;
  session.authenticated_at = resumed == nullptr ? now : resumed->authenticated_at;
  // RFC 8446 4.6.1: a chain of sessions has an end too.
  session.lifetime = std::min(config.tickets().lifetime, max_session_lifetime - (now - session.authenticated_at));
  if (session.lifetime <= std::chrono::seconds(0)) return std::nullopt;
  if (resumed == nullptr) return session;
  session.peer_scheme = resumed->peer_scheme;
  session.client_identity = resumed->client_identity;
  session.peer_certificate_type = resumed->peer_certificate_type;
  session.own_certificate_type = resumed->own_certificate_type;
  if (!resumed->client) return session;
  const x509::Verdict verdict = resumed->client->verdict();
  const bool is_bound = bind_to_client(session, resumed->client->chain, &verdict, *config.common().provider, now);
  return is_bound ? std::optional(std::move(session)) : std::nullopt;
}

std::unique_ptr<TicketOrder> order_tickets(const ServerConfig& config, const HelloInHand& hello, const Choice& choice,
                                           const Session* resumed, const ReadyPsk* psk) {
  if (config.ticket_keys() == nullptr || config.tickets().count == 0 || !psk_mode(config, hello)) return nullptr;
  auto session = begin_session(config, hello, ProtocolVersion::TLS1_3, choice.suite->id, choice.alpn, resumed);
  if (!session) return nullptr;
  if (config.early_data() != nullptr) {
    // RFC 9001 4.6.1: QUIC limits it in its own way.
    session->max_early_data = session->is_over_quic ? quic_early_data_size : config.early_data()->max_size;
  }
  if (psk != nullptr) session->client_identity.assign(psk->digest.begin(), psk->digest.end());
  auto order = std::make_unique<TicketOrder>();
  order->session = std::move(*session);
  order->count = resumed == nullptr ? config.tickets().count : 1;  // for the one that was used
  if (const auto& wish = hello.extensions.ticket_request) {        // RFC 9149 3: never more than we would give anyway
    const std::size_t wanted = resumed == nullptr ? wish->new_session_count : wish->resumption_count;
    order->count = std::min(wanted, config.tickets().count);
  }
  return order;
}

Result<void> send_tickets(Flow& flow, const ServerConfig& config, const TicketOrder& order) {
  Session session = order.session.clone();
  Bytes messages;
  messages.reserve(order.count * (beside_session + session.written_size() + HashSecret::capacity()));
  for (std::size_t i = 0; i < order.count; ++i) {
    if (!add_ticket(messages, config, session, order, static_cast<std::uint8_t>(i))) break;
  }
  if (messages.empty()) return {};
  return flow.send(messages);
}

std::vector<UnsealedTicket> prepare_tickets(const ServerConfig& config, const TicketOrder& order) {
  std::vector<UnsealedTicket> unsealed;
  Session session = order.session.clone();
  for (std::size_t i = 0; i < order.count; ++i) {
    if (!complete_session(session, config, order, static_cast<std::uint8_t>(i))) break;
    auto written = UnsealedSession::of(session);
    if (!written) break;
    unsealed.push_back({std::move(*written), session.age_add});
  }
  return unsealed;
}

Result<void> send_sealed_tickets(Flow& flow, const ServerConfig& config, const TicketOrder& order,
                                 std::span<const UnsealedTicket> unsealed, std::span<Bytes> sealed) {
  Bytes messages;
  const Time until = order.session.issued_at + order.session.lifetime;
  for (std::size_t i = 0; i < std::min(unsealed.size(), sealed.size()); ++i) {
    const auto ticket = hand_out_sealed(config, std::move(sealed[i]), until);
    if (!ticket) continue;
    write_ticket(messages, config, order, unsealed[i].age_add, static_cast<std::uint8_t>(i), *ticket);
  }
  if (messages.empty()) return {};
  return flow.send(messages);
}

}  // namespace keyway::tls::server
