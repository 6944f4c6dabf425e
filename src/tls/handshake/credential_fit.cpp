#include "tls/handshake/credential_fit.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/reader.hpp"
#include "tls/suites.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/list_text.hpp"

namespace keyway::tls {
namespace {

const std::vector<SignatureScheme>& signing_schemes(const Credential& credential, const Policy& policy) noexcept {
  if (!credential.terms().signing_schemes.empty()) return credential.terms().signing_schemes;
  return policy.signing_schemes.empty() ? policy.signature_schemes : policy.signing_schemes;
}

/// RFC 8017 9.1.1: an RSA key must have room for the hash, a salt as long, and two bytes. The small ones that old
/// configurations hold have none for SHA-512.
bool has_room_for(SignatureScheme scheme, const crypto::PrivateKey* key) {
  const bool is_large = scheme == SignatureScheme::rsa_pss_rsae_sha512 || scheme == SignatureScheme::rsa_pss_pss_sha512;
  constexpr std::size_t bits_for_sha512 = 8 * (64 + 64 + 2) + 1;
  return !is_large || key == nullptr || key->bits() >= bits_for_sha512;
}

/// TLS 1.2 has no certificate type for these (draft-ietf-tls-mldsa).
bool is_mldsa(crypto::KeyType type) noexcept {
  return type == crypto::KeyType::mldsa44 || type == crypto::KeyType::mldsa65 || type == crypto::KeyType::mldsa87;
}

/// RFC 5246 7.4.4, RFC 8422 5.5: ecdsa_sign stands for EdDSA, too.
bool is_type_taken(const Credential& credential, const CertificateRequestView::Parts& request) {
  if (is_mldsa(credential.key_type())) return false;
  const bool is_rsa = authentication_of(credential.key_type()) == SuiteAuthentication::rsa;
  const WireList<ClientCertificateType> types(request.certificate_types);
  return types.contains(is_rsa ? ClientCertificateType::rsa_sign : ClientCertificateType::ecdsa_sign);
}

}  // namespace

std::optional<SignatureScheme> choose_scheme_tls13(const Credential& credential, const Policy& policy,
                                                   const WireList<SignatureScheme>& theirs) {
  if (credential.delegation() != nullptr) return std::nullopt;
  for (const SignatureScheme scheme : signing_schemes(credential, policy)) {
    if (!crypto::fits_tls13(scheme, credential.key_type()) || !theirs.contains(scheme)) continue;
    if (has_room_for(scheme, credential.key())) return scheme;
  }
  return std::nullopt;
}

std::optional<SignatureScheme> choose_delegated_scheme(const Credential& credential, const Policy& policy,
                                                       const ClientHelloExtensions& client, Time now) {
  const Delegation* delegation = credential.delegation();
  if (delegation == nullptr || !client.delegated_credential || !client.signature_algorithms) return std::nullopt;
  const auto& ours = signing_schemes(credential, policy);
  const bool is_taken =
      std::ranges::find(ours, delegation->scheme) != ours.end() &&
      client.delegated_credential->supported_signature_algorithms.contains(delegation->scheme) &&
      client.signature_algorithms->supported_signature_algorithms.contains(delegation->signature_scheme);
  return is_taken && delegation->is_timely(now) ? std::optional(delegation->scheme) : std::nullopt;
}

std::optional<SignatureScheme> choose_scheme_tls12(const Credential& credential, const Policy& policy,
                                                   const WireList<SignatureScheme>& theirs) {
  if (credential.delegation() != nullptr) return std::nullopt;
  std::optional<SignatureScheme> chosen;
  for (const SignatureScheme scheme : signing_schemes(credential, policy)) {
    if (!crypto::fits_tls12(scheme, credential.key_type()) || !theirs.contains(scheme)) continue;
    if (!has_room_for(scheme, credential.key())) continue;
    const bool has_own_order = !credential.terms().signing_schemes.empty();
    if (has_own_order || crypto::fits_tls13(scheme, credential.key_type())) return scheme;
    if (!chosen) chosen = scheme;
  }
  return chosen;
}

bool is_issuer_named(const Credential& credential, ByteView authorities) {
  if (authorities.empty() || credential.certificate_type() == CertificateType::RawPublicKey) return true;
  for (Reader names(authorities, {}); !names.empty() && names.ok();) {
    const ByteView name = names.vector16("name", 1);
    const bool is_issuer = std::ranges::any_of(credential.chain(), [&](const x509::Certificate& certificate) {
      return std::ranges::equal(certificate.view().issuer.der, name);
    });
    if (is_issuer) return true;
  }
  return false;
}

bool are_signatures_taken(const Credential& credential, const WireList<SignatureScheme>& theirs) {
  return std::ranges::all_of(credential.chain(), [&](const x509::Certificate& certificate) {
    if (certificate.view().is_self_issued()) return true;
    const auto algorithm = certificate.view().algorithm();
    if (!algorithm) return false;
    bool is_taken = false;
    for (const SignatureScheme scheme : theirs) is_taken = is_taken || crypto::algorithm_of(scheme) == algorithm;
    return is_taken;
  });
}

bool is_chain_taken(const Credential& credential, const CertificateRequestView::Parts& request) {
  const ByteView schemes = request.chain_schemes.empty() ? request.signature_schemes : request.chain_schemes;
  return are_signatures_taken(credential, WireList<SignatureScheme>(schemes));
}

Result<SignatureScheme> answer_with(const Credential& credential, const CertificateRequestView::Parts& request) {
  const std::string key = "one for a key of type " + crypto::to_string(credential.key_type());
  if (credential.certificate_type() != request.certificate_type) {
    return std::unexpected(fail(ErrorCode::NoMatchingCertificateType)
                               .at("CertificateRequest")
                               .expected(to_string(request.certificate_type))
                               .received(to_string(credential.certificate_type())));
  }
  const bool is_tls12 = request.version == ProtocolVersion::TLS1_2;
  if (is_tls12 && !is_type_taken(credential, request)) {
    return std::unexpected(
        fail(ErrorCode::NoMatchingCertificateType).at("CertificateRequest, certificate_types").expected(key));
  }
  const WireList<SignatureScheme> theirs(request.signature_schemes);
  const auto scheme = is_tls12 ? choose_scheme_tls12(credential, *request.policy, theirs)
                               : choose_scheme_tls13(credential, *request.policy, theirs);
  if (!scheme) {
    return std::unexpected(fail(ErrorCode::NoCommonSignatureScheme)
                               .at("CertificateRequest, signature_algorithms")
                               .expected(key)
                               .received(text_of(theirs)));
  }
  const bool is_barred = credential.terms().only_to_named_issuers &&
                         (request.authorities.empty() || !is_issuer_named(credential, request.authorities));
  if (!is_barred) return *scheme;
  return std::unexpected(fail(ErrorCode::NoMatchingIssuer)
                             .at("CertificateRequest, certificate_authorities")
                             .expected(credential.chain().back().view().issuer.to_string()));
}

}  // namespace keyway::tls
