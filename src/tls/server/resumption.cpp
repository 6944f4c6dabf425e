#include "tls/server/resumption.hpp"

#include "tls/schedule/key_schedule.hpp"
#include "tls/server/external_psk.hpp"
#include "tls/server/session_vault.hpp"

namespace keyway::tls::server {
namespace {

/// Tickets that are looked into: clients offer one or two, and each costs a decryption.
constexpr std::size_t max_tickets_opened = 4;

struct Candidate {
  Session session;
  std::uint16_t index = 0;
  ClientAdmitted client;
};

bool may_go_on(const Session& session, const ServerConfig& config, const HelloInHand& hello, const Choice& choice) {
  const SuiteTls13* suite = find_suite_tls13(session.cipher_suite);
  return session.version == ProtocolVersion::TLS1_3 && suite == choice.suite && session.configuration == config.id() &&
         session.server_name == hello.server_name.value_or("") && session.is_over_quic == hello.is_over_quic() &&
         session.is_alive(config.common().clock->now(), clock_skew);
}

std::optional<Candidate> first_that_may_go_on(const ServerConfig& config, const HelloInHand& hello,
                                              const Choice& choice, Inquiry& inquiry) {
  std::optional<Candidate> found;
  std::uint16_t index = 0;
  hello.extensions.pre_shared_key->for_each([&](const PskIdentity& offered) {
    const std::uint16_t at = index++;
    if (found || inquiry.is_open() || at >= max_tickets_opened) return;
    auto session = take_back(config, offered.identity, inquiry);
    if (!session || !may_go_on(*session, config, hello, choice)) return;
    const auto client = admit_resumed(config, *session);
    if (client) found.emplace(Candidate{std::move(*session), at, *client});
  });
  return found;
}

}  // namespace

std::optional<PskKeyExchangeMode> psk_mode(const ServerConfig& config, const HelloInHand& hello) noexcept {
  using enum PskKeyExchangeMode;
  const auto& modes = hello.extensions.psk_key_exchange_modes;
  if (!modes) return std::nullopt;
  if (modes->ke_modes.contains(psk_dhe_ke)) return psk_dhe_ke;
  const bool is_without = config.common().allows_psk_ke && modes->ke_modes.contains(psk_ke);
  return is_without ? std::optional(psk_ke) : std::nullopt;
}

Result<std::optional<ResumedSession>> find_session(const ServerConfig& config, const HelloInHand& hello,
                                                   const Choice& choice, const Transcript* before, Inquiry& inquiry) {
  if (!hello.extensions.pre_shared_key) return std::nullopt;
  if (!hello.extensions.psk_key_exchange_modes) {
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension psk_key_exchange_modes"));
  }
  const auto mode = psk_mode(config, hello);
  if (config.ticket_keys() == nullptr || !mode) return std::nullopt;
  auto candidate = first_that_may_go_on(config, hello, choice, inquiry);
  if (!candidate) return std::nullopt;
  const crypto::HashFunction& hash = *config.common().provider->hash(choice.suite->hash);
  const BinderCheck check{candidate->index, candidate->session.secret.view(), PskKind::resumption};
  if (auto verified = verify_binder(hello, check, hash, before); !verified) {
    return std::unexpected(std::move(verified.error()));
  }
  return ResumedSession(std::move(candidate->session), candidate->index, *mode, candidate->client);
}

}  // namespace keyway::tls::server
