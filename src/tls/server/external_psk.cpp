#include "tls/server/external_psk.hpp"

#include <algorithm>
#include <utility>

#include "tls/schedule/key_schedule.hpp"
#include "tls/server/resumption.hpp"
#include "tls/suites.hpp"

namespace keyway::tls::server {
namespace {

/// Identities that are looked at, each against all keys.
constexpr std::size_t max_identities = 32;

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

std::optional<NamedPsk> find_psk(const ServerConfig& config, const HelloInHand& hello, const Choice& choice) {
  const auto& set = config.common().psks;
  const auto mode = psk_mode(config, hello);
  if (!set || !mode || !hello.extensions.pre_shared_key) return std::nullopt;
  std::vector<ByteView> identities;
  hello.extensions.pre_shared_key->for_each([&](const PskIdentity& offered) {
    if (identities.size() < max_identities) identities.push_back(offered.identity);
  });
  for (const ReadyPsk& ready : set->ready()) {
    if (ready.hash != choice.suite->hash) continue;
    const auto same = [&](ByteView identity) { return std::ranges::equal(identity, ready.identity); };
    const auto at = std::ranges::find_if(identities, same);
    if (at == identities.end()) continue;
    return NamedPsk{&ready, static_cast<std::uint16_t>(at - identities.begin()), *mode};
  }
  return std::nullopt;
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
