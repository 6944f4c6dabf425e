#include "tls/client/psk_offer.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/suites.hpp"

namespace keyway::tls::client {
namespace {

/// A store that gives out nothing but sessions of no use is not asked for ever.
constexpr int max_tries = 8;

const crypto::HashFunction& hash_of(const Session& session, const crypto::Provider& provider) noexcept {
  return *provider.hash(find_suite_tls13(session.cipher_suite)->hash);
}

bool is_sound_tls13(const Session& session, const CommonConfig& config) {
  return find_suite_tls13(session.cipher_suite) != nullptr &&
         session.secret.size() == hash_of(session, *config.provider).output_size();
}

bool is_sound_tls12(const Session& session, const CommonConfig& config) {
  return find_suite_tls12(session.cipher_suite) != nullptr && session.secret.size() == master_secret_size &&
         (session.extended_master_secret || !config.requires_extended_master_secret);
}

bool may_be_offered(const ClientSession& kept, const ClientConfig& config, std::string_view server_name) {
  const Session& session = kept.session;
  const CommonConfig& common = config.common();
  const auto has = [](const auto& list, const auto& value) { return std::ranges::find(list, value) != list.end(); };
  const bool is_sound =
      session.version == ProtocolVersion::TLS1_3 ? is_sound_tls13(session, common) : is_sound_tls12(session, common);
  // RFC 8446 4.2.11: the hash must be one that a suite of this ClientHello has; with the very suite, it is.
  const bool fits_policy = is_sound && has(common.policy.versions, session.version) &&
                           has(common.policy.cipher_suites, session.cipher_suite);
  const bool is_ours =
      session.configuration == config.session_binding(session.version) && session.server_name == server_name;
  // Sessions of TLS 1.2 are older than protocols, and go on with theirs.
  const bool fits_protocol =
      session.version == ProtocolVersion::TLS1_3 || session.alpn.empty() || has(common.alpn, session.alpn);
  const Time now = common.clock->now();
  return fits_policy && is_ours && fits_protocol && session.is_alive(now, std::chrono::seconds(0)) &&
         now <= kept.peer->not_after;
}

StoredSession take_session_under(const std::string& key, const ClientConfig& config, std::string_view server_name) {
  for (int tries = 0; tries < max_tries; ++tries) {
    StoredSession kept = config.session_store()->take(key);
    if (!kept || may_be_offered(*kept, config, server_name)) return kept;
  }
  return nullptr;
}

}  // namespace

std::string session_key(const ClientConfig& config, std::string_view server_name, ProtocolVersion version,
                        bool is_over_quic) {
  std::string key = is_over_quic ? "quic " : "";
  if (version == ProtocolVersion::TLS1_2) key += "tls1.2 ";
  key += server_name;
  key += '\n';
  key += as_text(config.session_binding(version));
  return key;
}

StoredSession take_session(const ClientConfig& config, std::string_view server_name, bool is_over_quic) {
  for (const ProtocolVersion version : {ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2}) {
    const bool has_use = config.common().policy.has(version) && (version == ProtocolVersion::TLS1_3 || !is_over_quic);
    if (!has_use) continue;
    StoredSession kept =
        take_session_under(session_key(config, server_name, version, is_over_quic), config, server_name);
    if (kept) return kept;
  }
  return nullptr;
}

std::uint32_t obfuscated_age(const Session& session, Time now) noexcept {
  const std::int64_t age = std::max<std::int64_t>((now - session.issued_at).count(), 0);
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(age) * 1000) + session.age_add;
}

std::vector<PskOffer> offered_psks(const Offer& offer) {
  std::vector<PskOffer> psks;
  if (was_refused(offer.ech.get())) return psks;
  const CommonConfig& config = offer.config->common();
  if (const ClientSession* kept = offer.offered(ProtocolVersion::TLS1_3)) {
    const Session& session = kept->session;
    psks.push_back({{kept->ticket, obfuscated_age(session, config.clock->now())},
                    &hash_of(session, *config.provider),
                    session.secret.view(),
                    PskKind::resumption});
  }
  for (std::size_t i = psks.size(); const ReadyPsk* ready = offered_external(offer, i); ++i) {
    // RFC 8446 4.2.11: the age of what is no ticket is 0.
    psks.push_back({{ready->identity, 0}, config.provider->hash(ready->hash), ready->secret.view(), ready->kind});
  }
  return psks;
}

const ReadyPsk* offered_external(const Offer& offer, std::size_t index) noexcept {
  const auto& set = offer.config->common().psks;
  const std::size_t sessions = offer.offered(ProtocolVersion::TLS1_3) != nullptr ? 1 : 0;
  if (!set || index < sessions || was_refused(offer.ech.get())) return nullptr;
  std::size_t at = sessions;
  for (const ReadyPsk& ready : set->ready()) {
    if (offer.hash && ready.hash != *offer.hash) continue;
    if (at++ == index) return &ready;
  }
  return nullptr;
}

void write_binders(Bytes& client_hello, std::span<const PskOffer> psks, const Transcript* before) {
  std::size_t uncovered = 2;
  for (const PskOffer& psk : psks) uncovered += 1 + psk.hash->output_size();
  const ByteView covered = ByteView(client_hello).first(client_hello.size() - uncovered);
  ByteSpan binders = ByteSpan(client_hello).last(uncovered - 2);
  for (const PskOffer& psk : psks) {
    const TranscriptHash transcript =
        before != nullptr ? before->hash_with(covered) : Transcript(*psk.hash).hash_with(covered);
    const HashSecret binder = EarlySchedule(*psk.hash, psk.secret).binder_key(psk.kind).finished(transcript);
    std::ranges::copy(binder.view(), binders.subspan(1).begin());
    binders = binders.subspan(1 + binder.size());
  }
}

}  // namespace keyway::tls::client
