#include "tls/session/psk_set.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/writer.hpp"
#include "crypto/hkdf.hpp"
#include "tls/suites.hpp"

namespace keyway::tls {
namespace {

using crypto::HashAlgorithm;

/// RFC 9258 10: identifiers of the KDFs that keys are imported for.
constexpr std::uint16_t kdf_of(HashAlgorithm hash) noexcept {
  return hash == HashAlgorithm::sha384 ? 2 : 1;
}

/// RFC 9258 5.1: ImportedIdentity.
Bytes imported_identity(const ExternalPsk& psk, HashAlgorithm target) {
  Bytes identity;
  Writer out(identity);
  out.vector16(psk.identity());
  out.vector16(psk.context());
  out.value(ProtocolVersion::TLS1_3);
  out.u16(kdf_of(target));
  return identity;
}

bool has_suite_of(const Policy& policy, HashAlgorithm hash) {
  return std::ranges::any_of(policy.cipher_suites, [&](CipherSuite id) {
    const SuiteTls13* suite = find_suite_tls13(id);
    return suite != nullptr && suite->hash == hash;
  });
}

TranscriptHash hash_of(const crypto::HashFunction& function, ByteView bytes) {
  Transcript whole(function);
  whole.add(bytes);
  return whole.hash();
}

std::unexpected<Error> contradiction(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidConfiguration).at("add_psk").expected(expected).received(received));
}

}  // namespace

Result<void> PskSet::add(const ExternalPsk& psk, HashAlgorithm hash, const crypto::Provider& provider) {
  const crypto::HashFunction* own = provider.hash(psk.hash());
  const crypto::HashFunction* target = provider.hash(hash);
  const crypto::HashFunction* sha256 = provider.hash(HashAlgorithm::sha256);
  if (own == nullptr || target == nullptr || sha256 == nullptr) {
    return contradiction("a hash that the provider has", "another");
  }
  ReadyPsk ready{.psk = &psk,
                 .identity = psk.is_imported() ? imported_identity(psk, hash) : psk.identity(),
                 .secret = psk.secret_.clone(),
                 .hash = hash,
                 .kind = psk.is_imported() ? PskKind::imported : PskKind::external,
                 .digest = {}};
  if (psk.is_imported()) {
    // RFC 9258 5.1: epskx, then ipskx.
    HashSecret extracted;
    crypto::hkdf_extract(*own, {}, psk.secret_.view(), extracted);
    ready.secret.resize(target->output_size());
    (void)crypto::hkdf_expand_label(crypto::HmacKey(*own, extracted.view()), "derived psk",
                                    hash_of(*own, ready.identity).view(), ready.secret.span());
  }
  std::ranges::copy(hash_of(*sha256, ready.identity).view(), ready.digest.begin());
  if (find(ready.digest) != nullptr) return contradiction("each key once", "two of the same identity and context");
  ready_.push_back(std::move(ready));
  return {};
}

Result<std::shared_ptr<const PskSet>> PskSet::make(std::vector<std::shared_ptr<const ExternalPsk>> psks, Side side,
                                                   const CommonConfig& common) {
  const std::size_t most = side == Side::client ? max_of_client : max_of_server;
  if (psks.size() > most) return contradiction("at most " + std::to_string(most), std::to_string(psks.size()));
  auto set = std::make_shared<PskSet>();
  for (const auto& psk : psks) {
    if (psk->side() != side) {
      return contradiction("a key of this side", "one of the other side: with it, a node could talk to itself");
    }
    for (const HashAlgorithm hash : {HashAlgorithm::sha256, HashAlgorithm::sha384}) {
      const bool serves = psk->is_imported() || psk->hash() == hash;
      if (!serves || !has_suite_of(common.policy, hash)) continue;
      if (auto added = set->add(*psk, hash, *common.provider); !added) return std::unexpected(std::move(added.error()));
    }
  }
  if (set->ready_.empty()) return contradiction("a suite of TLS 1.3 that the keys fit", common.policy.name);
  set->psks_ = std::move(psks);
  return set;
}

const ReadyPsk* PskSet::find(ByteView digest) const noexcept {
  const auto found =
      std::ranges::find_if(ready_, [&](const ReadyPsk& ready) { return std::ranges::equal(ready.digest, digest); });
  return found == ready_.end() ? nullptr : &*found;
}

bool PskSet::has_direct() const noexcept {
  return std::ranges::any_of(ready_, [](const ReadyPsk& ready) { return ready.kind == PskKind::external; });
}

void PskSet::add_to(ConfigurationDigest& digest) const noexcept {
  digest.add_number(ready_.size());
  for (const ReadyPsk& ready : ready_) {
    digest.add(ready.digest);
    digest.add(ready.secret.view());
  }
}

}  // namespace keyway::tls
