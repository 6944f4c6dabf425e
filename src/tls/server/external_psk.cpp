#include "tls/server/external_psk.hpp"

#include <algorithm>
#include <utility>

#include "tls/schedule/key_schedule.hpp"
#include "tls/server/resumption.hpp"
#include "tls/suites.hpp"

namespace keyway::tls::server {
namespace {

/// Identities that are looked at, each against all keys.
constexpr std::size_t max_identities = PskResolver::max_offered;

}  // namespace

Result<ClientAdmitted> verify_binder(const HelloInHand& hello, const BinderCheck& check,
                                     const crypto::HashFunction& hash, const Transcript* before) {
  const PreSharedKeyClientHello& offer = *hello.extensions.pre_shared_key;
  const ByteView covered = ByteView(hello.raw).first(hello.raw.size() - offer.uncovered_size());
  const TranscriptHash transcript =
      before != nullptr ? before->hash_with(covered) : Transcript(hash).hash_with(covered);
  const HashSecret expected = EarlySchedule(hash, check.secret).binder_key(check.kind).finished(transcript);
  return admit_by_psk(expected.view(), offer.binder(check.index).value_or(ByteView()), check.index);
}

namespace {

using Identities = std::vector<ByteView>;

/// The first of `set` that the client names, for this hash.
const ReadyPsk* find_named(const PskSet& set, const Identities& identities, crypto::HashAlgorithm hash,
                           std::uint16_t& index) {
  for (const ReadyPsk& ready : set.ready()) {
    if (ready.hash != hash) continue;
    const auto same = [&](ByteView identity) { return std::ranges::equal(identity, ready.identity); };
    const auto at = std::ranges::find_if(identities, same);
    if (at == identities.end()) continue;
    index = static_cast<std::uint16_t>(at - identities.begin());
    return &ready;
  }
  return nullptr;
}

/// What the resolver, or the application in its place, answers; null also where that is not yet known.
std::shared_ptr<const ExternalPsk> resolve(const PskResolver& resolver, const HelloInHand& hello, Inquiry& inquiry) {
  if (resolver.answers_later()) {
    const Answer* answer = inquiry.ask(Pause::psk_lookup, {});
    const auto* use = answer != nullptr ? std::get_if<answer::UsePsk>(answer) : nullptr;
    return use != nullptr ? use->psk : nullptr;
  }
  const ClientHelloView view = hello.view();
  std::vector<OfferedPsk> offered = view.psks();
  if (offered.size() > PskResolver::max_offered) offered.resize(PskResolver::max_offered);
  return resolver.resolve(offered, view);
}

Result<std::optional<NamedPsk>> find_resolved(const ServerConfig& config, const HelloInHand& hello,
                                              const Choice& choice, const Identities& identities,
                                              PskKeyExchangeMode mode, Inquiry& inquiry) {
  auto psk = resolve(*config.psk_resolver(), hello, inquiry);
  if (!psk) return std::nullopt;
  if (!psk->is_imported() && config.resolved_psks() == ResolvedPsks::imported) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("PskResolver")
                               .expected("an imported key")
                               .received("one without importer")
                               .alert(AlertDescription::internal_error));
  }
  auto set = PskSet::make({psk}, Side::server, config.common());
  if (!set) return std::unexpected(std::move(set.error()).at("PskResolver").alert(AlertDescription::internal_error));
  std::uint16_t index = 0;
  const ReadyPsk* key = find_named(**set, identities, choice.suite->hash, index);
  // Another that nobody named, or of another context, or for another hash than the suite's: then there is none.
  if (key == nullptr) return std::nullopt;
  return NamedPsk{key, index, mode, std::move(*set), std::move(psk)};
}

}  // namespace

Result<std::optional<NamedPsk>> find_psk(const ServerConfig& config, const HelloInHand& hello, const Choice& choice,
                                         Inquiry& inquiry) {
  const auto& set = config.common().psks;
  const auto mode = psk_mode(config, hello);
  const bool has_keys = set != nullptr || config.psk_resolver() != nullptr;
  if (!has_keys || !mode || !hello.extensions.pre_shared_key) return std::nullopt;
  Identities identities;
  hello.extensions.pre_shared_key->for_each([&](const PskIdentity& offered) {
    if (identities.size() < max_identities) identities.push_back(offered.identity);
  });
  std::uint16_t index = 0;
  const ReadyPsk* key = set ? find_named(*set, identities, choice.suite->hash, index) : nullptr;
  if (key != nullptr) return NamedPsk{key, index, *mode};
  if (config.psk_resolver() == nullptr) return std::nullopt;
  return find_resolved(config, hello, choice, identities, *mode, inquiry);
}

Error no_common_psk(const ServerConfig& config, const HelloInHand& hello) {
  if (hello.extensions.pre_shared_key && !psk_mode(config, hello)) {
    return fail(ErrorCode::NoCommonPskMode).at("ClientHello, psk_key_exchange_modes").expected("psk_dhe_ke");
  }
  return fail(ErrorCode::NoCommonPsk)
      .at("ClientHello, pre_shared_key")
      .advice("Both ends need the same key, identity, context and hash, and a suite that the key is for.");
}

Result<KnownPsk> verify_psk(const ServerConfig& config, const HelloInHand& hello, const NamedPsk& named,
                            const Transcript* before) {
  const crypto::HashFunction& hash = *config.common().provider->hash(named.key->hash);
  auto client = verify_binder(hello, {named.index, named.key->secret.view(), named.key->kind}, hash, before);
  if (!client) return std::unexpected(std::move(client.error()));
  return KnownPsk(named, *client);
}

}  // namespace keyway::tls::server
