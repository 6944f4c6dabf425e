#include <keyway/credential.hpp>

#include <algorithm>

#include <keyway/name.hpp>
#include <keyway/trust.hpp>

#include "tls/suites.hpp"

namespace keyway {
namespace {

/// What a client says about the keys that it can verify.
struct Abilities {
  std::vector<SignatureScheme> schemes;
  std::vector<CipherSuite> suites;
};

/// True when the client takes a signature of this key: in TLS 1.3 by the schemes alone, in TLS 1.2 by the suites, too.
bool can_sign_for(const Credential& credential, const Abilities& client) {
  const crypto::KeyType key = credential.key_type();
  const bool by_tls13 =
      std::ranges::any_of(client.suites, [](auto id) { return tls::find_suite_tls13(id) != nullptr; }) &&
      std::ranges::any_of(client.schemes, [&](auto s) { return crypto::fits_tls13(s, key); });
  const auto serves = [&](CipherSuite id) {
    const tls::SuiteTls12* suite = tls::find_suite_tls12(id);
    return suite != nullptr && tls::serves(key, *suite);
  };
  return by_tls13 || (std::ranges::any_of(client.suites, serves) &&
                      std::ranges::any_of(client.schemes, [&](auto s) { return crypto::fits_tls12(s, key); }));
}

bool names_exactly(const x509::CertificateView& leaf, std::string_view name) {
  const auto names = leaf.dns_names();
  return std::ranges::any_of(names, [&](std::string_view own) {
    return std::ranges::equal(own, name, [](char a, char b) {
      const char lower = a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a;
      return lower == b;
    });
  });
}

}  // namespace

std::shared_ptr<const Credential> CredentialsByName::resolve(const ClientHelloView& hello) const {
  if (credentials_.empty()) return nullptr;
  const auto asked = hello.server_name();
  // The usual server: one certificate. Whether the name fits is all there is to ask.
  const bool has_choice = credentials_.size() > 1;
  const auto name = asked ? ServerName::parse(*asked) : Result<ServerName>(std::unexpect, ErrorCode::InvalidServerName);
  const auto client = has_choice ? Abilities{hello.signature_schemes(), hello.cipher_suites()} : Abilities{};

  // Better is: the exact name before a wildcard, then a key that the client can verify, then the earlier.
  std::shared_ptr<const Credential> best;
  int best_rank = -1;
  for (const auto& credential : credentials_) {
    const x509::CertificateView& leaf = credential->leaf().view();
    if (name && !x509::covers(leaf, *name)) continue;
    const bool usable = !has_choice || can_sign_for(*credential, client);
    const bool exact = !has_choice || !name || names_exactly(leaf, name->dns());
    const int rank = (usable ? 2 : 0) + (exact ? 1 : 0);
    if (rank > best_rank) {
      best_rank = rank;
      best = credential;
    }
  }
  if (best || unknown_ == UnknownName::refuse) return best;
  return credentials_.front();
}

}  // namespace keyway
