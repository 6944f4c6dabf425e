#include "tls/server/early_data.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tls/wire/end_of_early_data.hpp"

namespace keyway::tls::server {
namespace {

using std::chrono::seconds;

/// RFC 8446 4.2.11.1: how old the client says that its ticket is.
seconds age_by_client(const PskIdentity& identity, const Session& session) noexcept {
  return seconds((identity.obfuscated_ticket_age - session.age_add) / 1000U);
}

/// RFC 8446 8.3.
bool is_fresh(seconds by_client, seconds by_server, seconds window) noexcept {
  const seconds off = by_client < by_server ? by_server - by_client : by_client - by_server;
  return off <= window;
}

/// From here on the client knows which records are taken.
void limit_records(Flow& flow, const ServerConfig& config) noexcept {
  const ConnectionInfo& info = flow.info();
  const std::uint16_t own = config.common().record_size_limit;
  if (info.peer_record_size_limit != 0 && own != 0) flow.reader().limit_protected(own - 1U);
  if (info.max_fragment_length) {
    flow.reader().limit_protected(MaxFragmentLengthExtension{*info.max_fragment_length}.bytes());
  }
}

/// RFC 8446 8.1: a ticket is good for early data once. Whoever sends the same ClientHello again is refused here;
/// whoever waits until it is forgotten, is no longer fresh.
bool is_first_use(const EarlyDataOptions& options, ByteView ticket, const crypto::Provider& provider, Time now,
                  Inquiry& inquiry) {
  Transcript digest(*provider.hash(crypto::HashAlgorithm::sha256));
  digest.add(ticket);
  constexpr seconds rounding{2};
  const TranscriptHash key = digest.hash();
  const Time until = now + 2 * options.window + rounding;
  if (!options.store->answers_later()) return options.store->use(key.view(), now, until);
  const Answer* answer = inquiry.ask(Pause::first_use, {.key = key.view(), .until = until});
  const auto* use = answer != nullptr ? std::get_if<answer::FirstUse>(answer) : nullptr;
  return use != nullptr && use->is_first;
}

}  // namespace

std::variant<EarlyDataTaken, EarlyData> judge_early_data(const ServerConfig& config, const HelloInHand& hello,
                                                         const Choice& choice, const ResumedSession& resumed,
                                                         Inquiry& inquiry) {
  const EarlyDataOptions* options = config.early_data();
  const Session& session = resumed.session();
  if (options == nullptr) return EarlyData::off;
  if (session.max_early_data == 0) return EarlyData::not_in_session;
  if (!hello.hello.extensions.has(ExtensionType::early_data)) return EarlyData::not_offered;
  if (resumed.index() != 0) return EarlyData::session_refused;
  if (session.alpn != choice.alpn) return EarlyData::other_protocol;
  std::optional<PskIdentity> first;
  hello.extensions.pre_shared_key->for_each([&](const PskIdentity& identity) {
    if (!first) first = identity;
  });
  const Time now = config.common().clock->now();
  const seconds by_client = age_by_client(*first, session);
  if (!is_fresh(by_client, now - session.issued_at, options->window)) return EarlyData::not_fresh;
  // RFC 8446 8.2: what was sent before the store began may have been taken then; but not with a ticket that is younger.
  const Time since = options->store->remembers_since();
  const bool is_known = session.issued_at >= since || session.issued_at + by_client - options->window > since;
  if (!is_known) return EarlyData::seen_before;
  if (!is_first_use(*options, first->identity, *config.common().provider, now, inquiry)) {
    return EarlyData::seen_before;
  }
  return EarlyDataTaken();
}

EarlyData early_data_without_session(const ServerConfig& config, const HelloInHand& hello) noexcept {
  if (config.early_data() == nullptr) return EarlyData::off;
  return hello.extensions.pre_shared_key ? EarlyData::session_refused : EarlyData::no_session;
}

Result<void> ExpectEndOfEarlyData::take(std::size_t size) {
  if (size > left_) {
    return std::unexpected(fail(ErrorCode::TooMuchEarlyData)
                               .at("early data")
                               .expected("at most " + std::to_string(awaited_.config->early_data()->max_size) +
                                         " bytes, as the ticket says"));
  }
  left_ -= size;
  return {};
}

Result<ExpectEndOfEarlyData::Next> ExpectEndOfEarlyData::handle(Flow& flow, const HandshakeMessage& message) && {
  if (auto end = EndOfEarlyData::parse(message.body); !end) return std::unexpected(std::move(end.error()));
  awaited_.transcript.add(message.raw);
  limit_records(flow, *awaited_.config);
  const crypto::Provider& provider = *awaited_.config->common().provider;
  if (auto done =
          flow.protect_reading(EncryptionLevel::handshake, provider, *awaited_.suite, awaited_.client_handshake);
      !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Next(ExpectFinished(std::move(awaited_), client_));
}

}  // namespace keyway::tls::server
