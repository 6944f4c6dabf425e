#include "tls/session/client_proof.hpp"

#include <algorithm>
#include <utility>

#include <keyway/certificate.hpp>

#include "tls/session/kept_proofs.hpp"
#include "tls/session/session.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway::tls {
namespace {

std::size_t size_of(const std::vector<Bytes>& chain) noexcept {
  std::size_t size = 0;
  for (const Bytes& certificate : chain) size += certificate.size();
  return size;
}

Bytes digest_of(ByteView certificate, const crypto::Provider& provider) {
  const crypto::HashFunction& hash = *provider.hash(crypto::HashAlgorithm::sha256);
  crypto::HashState state;
  hash.start(state);
  hash.update(state, certificate);
  Bytes digest(hash.output_size());
  hash.finish(state, digest);
  return digest;
}

}  // namespace

std::shared_ptr<const ClientProof> ClientProof::read(Reader& in) {
  ClientProof proof;
  Reader chain(in.vector16("client chain", 1, max_chain_size + 3 * max_certificate_entries), "client chain");
  while (in.ok() && chain.ok() && !chain.empty() && proof.chain.size() < max_certificate_entries) {
    const ByteView certificate = chain.vector24("certificate", 1);
    proof.chain.emplace_back(certificate.begin(), certificate.end());
  }
  KeptVerdict verdict = KeptVerdict::read(in);
  proof.path = std::move(verdict.path);
  proof.checks = std::move(verdict.checks);
  if (!chain.finish()) in.reject(ErrorCode::InvalidValue, "client proof");
  return std::make_shared<const ClientProof>(std::move(proof));
}

void ClientProof::write(Writer& out) const {
  out.vector16([&] {
    for (const Bytes& certificate : chain) out.vector24(certificate);
  });
  write_verdict(out, path, checks);
}

std::size_t ClientProof::written_size() const noexcept {
  return 2 + 3 * chain.size() + size_of(chain) + 2 + 5 * path.size() + 1 + 2 * checks.size();
}

Time end_of_chain(const std::vector<Bytes>& chain, const x509::Verdict* verdict) {
  Time end = Time::max();
  const auto include = [&](std::size_t index) {
    if (index >= chain.size()) return;
    const auto view = x509::CertificateView::parse(chain[index]);
    if (view) end = std::min(end, view->not_after);
  };
  include(0);
  if (verdict == nullptr) return end;
  for (const x509::PathElement& element : verdict->path()) {
    if (element.origin == x509::Origin::peer) include(element.index);
  }
  return end;
}

bool bind_to_client(Session& session, const std::vector<Bytes>& chain, const x509::Verdict* verdict,
                    const crypto::Provider& provider, Time now) {
  constexpr std::size_t most = 100;  // far more than a verdict has of either
  // To a raw public key there is no verdict, but an application's.
  const bool is_judged = verdict != nullptr || session.peer_certificate_type == CertificateType::RawPublicKey;
  if (chain.empty() || !is_judged || size_of(chain) > ClientProof::max_chain_size) return false;
  if (verdict != nullptr && (verdict->path().size() > most || verdict->checks().size() > most)) return false;
  const Time end = end_of_chain(chain, verdict);
  if (end <= now) return false;
  session.lifetime = std::min(session.lifetime, end - now);
  session.client_identity = digest_of(chain.front(), provider);
  session.client = std::make_shared<const ClientProof>(
      verdict == nullptr ? ClientProof{chain, {}, {}} : ClientProof{chain, verdict->path(), verdict->checks()});
  return true;
}

}  // namespace keyway::tls
