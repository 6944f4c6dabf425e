#include <keyway/credential.hpp>

#include <algorithm>

#include <keyway/name.hpp>
#include <keyway/trust.hpp>
namespace keyway {
namespace {

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
  std::shared_ptr<const Credential> best;
  int best_rank = -1;
  for (const auto& credential : credentials_) {
    // A raw public key is for any name, and for clients alone that ask for one.
    const bool has_names = credential->certificate_type() == CertificateType::X509;
    if (has_names && name && !x509::covers(credential->leaf().view(), *name)) continue;
    if (!has_choice && !credential->terms().only_to_named_issuers) return credential;
    const bool usable = hello.takes(*credential);
    if (!usable && (!has_names || credential->terms().only_to_named_issuers)) continue;
    const bool exact = !name || (has_names && names_exactly(credential->leaf().view(), name->dns()));
    const int rank = (usable ? 8 : 0) + (hello.takes_chain_of(*credential) ? 4 : 0) +
                     (hello.names_issuer_of(*credential) ? 2 : 0) + (exact ? 1 : 0);
    if (rank > best_rank) {
      best_rank = rank;
      best = credential;
    }
  }
  if (best || unknown_ == UnknownName::refuse) return best;
  return credentials_.front();
}

}  // namespace keyway
