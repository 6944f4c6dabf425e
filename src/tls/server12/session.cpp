#include "tls/server12/session.hpp"

#include <algorithm>
#include <utility>

#include "core/writer.hpp"
#include "tls/server/resumption.hpp"
#include "tls/server/session_vault.hpp"
#include "tls/server/tickets.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/new_session_ticket_tls12.hpp"

namespace keyway::tls::server12 {
namespace {

bool gives_ticket(const ServerConfig& config, const server::HelloInHand& hello) noexcept {
  return config.gives_tickets() && config.tickets().count > 0 && hello.extensions.session_ticket.has_value();
}

struct Candidate {
  std::optional<Session> session;
  bool is_by_ticket = false;
};

/// RFC 5077 3.4: with a ticket, the session ID is the client's own and names nothing.
Candidate open_offer(const ServerConfig& config, const server::HelloInHand& hello, server::Inquiry& inquiry) {
  const auto& extension = hello.extensions.session_ticket;
  if (config.gives_tickets() && extension && !extension->ticket.empty()) {
    return {server::take_back(config, extension->ticket, inquiry), true};
  }
  const ByteView id = hello.hello.legacy_session_id;
  if (config.session_store() == nullptr || id.empty()) return {};
  return {server::look_up(config, id, inquiry), false};
}

bool may_go_on(const Session& session, const ServerConfig& config, const server::HelloInHand& hello,
               const Choice& choice) {
  const std::vector<CipherSuite>& suites = config.common().policy.cipher_suites;
  return session.version == ProtocolVersion::TLS1_2 && find_suite_tls12(session.cipher_suite) != nullptr &&
         std::ranges::find(suites, session.cipher_suite) != suites.end() &&
         session.secret.size() == master_secret_size && hello.hello.cipher_suites.contains(session.cipher_suite) &&
         session.configuration == config.id() && session.server_name == hello.server_name.value_or("") &&
         session.alpn == choice.alpn && session.is_alive(config.common().clock->now(), server::clock_skew);
}

std::unique_ptr<SessionOrder> make_order(const ServerConfig& config, const server::HelloInHand& hello,
                                         const Choice& choice, CipherSuite suite, const Session* resumed) {
  auto session = server::begin_session(config, hello, ProtocolVersion::TLS1_2, suite, choice.alpn, resumed);
  if (!session) return nullptr;
  session->group = resumed == nullptr ? choice.group : resumed->group;
  session->extended_master_secret = choice.extended_master_secret;
  return std::make_unique<SessionOrder>(SessionOrder{std::move(*session), {}, false});
}

}  // namespace

Result<std::optional<ResumedSession>> find_session(const ServerConfig& config, const server::HelloInHand& hello,
                                                   const Choice& choice, server::Inquiry& inquiry) {
  if (config.ticket_keys() == nullptr) return std::nullopt;
  auto [session, is_by_ticket] = open_offer(config, hello, inquiry);
  if (!session || !may_go_on(*session, config, hello, choice)) return std::nullopt;
  const auto client = admit_resumed(config, *session);
  if (!client) return std::nullopt;
  if (session->extended_master_secret == choice.extended_master_secret) {
    return ResumedSession(std::move(*session), is_by_ticket, *client);
  }
  // RFC 7627 5.3: a session made without is not gone on with; one made with it ends the handshake.
  if (choice.extended_master_secret) return std::nullopt;
  return std::unexpected(fail(ErrorCode::ExtendedMasterSecretChanged)
                             .at("ClientHello")
                             .expected("extended_master_secret, as in the session")
                             .received("none"));
}

Result<std::unique_ptr<SessionOrder>> order_session(const ServerConfig& config, const server::HelloInHand& hello,
                                                    const Choice& choice, const SuiteTls12& suite) {
  const bool by_ticket = gives_ticket(config, hello);
  if (!by_ticket && config.session_store() == nullptr) return nullptr;
  auto order = make_order(config, hello, choice, suite.id, nullptr);
  if (!order || by_ticket) return order;
  auto id = server::make_session_id(config.common());
  if (!id) return std::unexpected(std::move(id.error()));
  order->id = std::move(*id);
  return order;
}

std::unique_ptr<SessionOrder> order_renewal(const ServerConfig& config, const server::HelloInHand& hello,
                                            const Choice& choice, const ResumedSession& resumed) {
  const Session& session = resumed.session();
  if (!resumed.is_by_ticket() || !gives_ticket(config, hello) || server::seals_later(config)) return nullptr;
  const bool is_young = config.common().clock->now() - session.issued_at < session.lifetime / 2;
  if (is_young && !server::is_of_older_key(config, hello.extensions.session_ticket->ticket)) return nullptr;
  return make_order(config, hello, choice, session.cipher_suite, &session);
}

void add_ticket(Bytes& messages, const ServerConfig& config, SessionOrder& order, const MasterSecretTls12& master) {
  order.session.secret = HashSecret(master.bytes());
  const auto ticket = order.is_void ? Result<Bytes>(Bytes()) : server::hand_out(config, order.session);
  add_made_ticket(messages, order, ticket ? ByteView(*ticket) : ByteView());
}

void add_made_ticket(Bytes& messages, const SessionOrder& order, ByteView ticket) {
  Writer out(messages);
  const auto lifetime = static_cast<std::uint32_t>(order.session.lifetime.count());
  write_handshake(out, NewSessionTicketTls12{lifetime, ticket});
}

void keep_session(const ServerConfig& config, SessionOrder& order, const MasterSecretTls12& master) {
  if (order.is_void) return;
  order.session.secret = HashSecret(master.bytes());
  static_cast<void>(server::store(config, order.id, order.session));
}

void keep_sealed(const ServerConfig& config, const SessionOrder& order, Bytes sealed) {
  if (sealed.empty()) return;
  config.session_store()->put(order.id, std::move(sealed), order.session.issued_at + order.session.lifetime);
}

}  // namespace keyway::tls::server12
