#include <keyway/delegated_credential.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "core/writer.hpp"
#include "tls/wire/extensions/delegated_credential.hpp"

namespace keyway {
namespace {

constexpr std::string_view pem_label = "DELEGATED CREDENTIAL";

std::unexpected<Error> refuse(std::string_view where, std::string expected, std::string received) {
  return std::unexpected(
      fail(ErrorCode::InvalidArgument).at(where).expected(std::move(expected)).received(std::move(received)));
}

/// The scheme that a certificate's key signs delegated credentials with, unless there is none.
std::optional<SignatureScheme> scheme_for(crypto::KeyType key) noexcept {
  using enum SignatureScheme;
  for (const SignatureScheme scheme : {ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512, ed25519,
                                       rsa_pss_rsae_sha256, rsa_pss_pss_sha256, mldsa44, mldsa65, mldsa87}) {
    if (crypto::fits_tls13(scheme, key)) return scheme;
  }
  return std::nullopt;
}

/// How long it is good for after the certificate's notBefore. Errors: InvalidArgument.
Result<std::uint32_t> valid_time_of(const x509::CertificateView& certificate, Time until, Time now) {
  const Time latest = std::min(now + Delegation::max_lifetime, certificate.not_after);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(until - certificate.not_before).count();
  const bool fits = until > now && until <= latest && seconds > 0 && seconds <= 0xffffffff;
  if (fits) return static_cast<std::uint32_t>(seconds);
  return refuse(
      "DelegationRequest, until", "a time from now on, at most 7 days ahead and within the certificate's own",
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(until - now).count()) + " seconds from now");
}

Result<void> check_request(const x509::CertificateView& certificate, const DelegationRequest& request,
                           const crypto::Provider& provider) {
  if (!may_delegate(certificate)) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("certificate")
                               .expected("the extension delegationUsage, and digitalSignature in keyUsage")
                               .advice("have one issued for it, for example with keyway ca issue --delegation-usage"));
  }
  auto key = provider.public_key(request.subject_public_key_info);
  if (!key) return std::unexpected(std::move(key.error()).at("DelegationRequest, subject_public_key_info"));
  if (is_delegable(request.scheme) && crypto::fits_tls13(request.scheme, (*key)->type())) return {};
  return refuse("DelegationRequest, scheme",
                "one of TLS 1.3's for a key of type " + crypto::to_string((*key)->type()) + ", and not rsa_pss_rsae_*",
                to_string(request.scheme));
}

}  // namespace

Result<Delegation> Delegation::parse(ByteView encoded, const x509::CertificateView& certificate) {
  auto read = tls::DelegatedCredential::parse(encoded);
  if (!read) return std::unexpected(std::move(read.error()));
  Delegation delegation;
  delegation.encoded.assign(encoded.begin(), encoded.end());
  delegation.until = certificate.not_before + std::chrono::seconds(read->valid_time);
  delegation.scheme = read->dc_cert_verify_algorithm;
  delegation.signature_scheme = read->algorithm;
  delegation.subject_public_key_info.assign(read->subject_public_key_info.begin(), read->subject_public_key_info.end());
  return delegation;
}

Result<Delegation> Delegation::from_pem(std::string_view pem, const x509::CertificateView& certificate) {
  auto blocks = parse_pem(pem);
  if (!blocks) return std::unexpected(std::move(blocks.error()).at("delegated credential"));
  const auto found = std::ranges::find(*blocks, pem_label, &PemBlock::label);
  Result<Delegation> delegation =
      std::unexpected(fail(ErrorCode::InvalidPem)
                          .at("delegated credential")
                          .expected("a PEM block DELEGATED CREDENTIAL")
                          .received(blocks->empty() ? "no PEM block" : "a block " + printable(blocks->front().label)));
  if (found != blocks->end()) delegation = parse(found->data, certificate);
  for (PemBlock& block : *blocks) wipe(block.data);  // the key may stand beside it
  return delegation;
}

Result<void> Delegation::verify(const x509::CertificateView& certificate, const crypto::Provider& provider) const {
  auto read = tls::DelegatedCredential::parse(encoded);
  if (!read) return std::unexpected(std::move(read.error()));
  auto key = provider.public_key(certificate.subject_public_key_info);
  if (!key) return std::unexpected(std::move(key.error()).at("certificate"));
  const auto algorithm = crypto::algorithm_of(read->algorithm);
  const bool is_signed =
      algorithm && crypto::fits_tls13(read->algorithm, (*key)->type()) &&
      (*key)->verify(*algorithm, tls::delegated_credential_content(Side::server, certificate.der, *read),
                     read->signature);
  if (is_signed) return {};
  return std::unexpected(fail(ErrorCode::BadDelegatedCredentialSignature)
                             .at("delegated credential")
                             .advice("Is it for another certificate?"));
}

std::string Delegation::to_pem() const {
  return keyway::to_pem(pem_label, encoded);
}

bool may_delegate(const x509::CertificateView& certificate) noexcept {
  return certificate.has_delegation_usage && certificate.key_usage && certificate.key_usage->digital_signature();
}

bool is_delegable(SignatureScheme scheme) noexcept {
  using enum SignatureScheme;
  const bool is_rsae = scheme == rsa_pss_rsae_sha256 || scheme == rsa_pss_rsae_sha384 || scheme == rsa_pss_rsae_sha512;
  constexpr auto types = std::to_array({crypto::KeyType::rsa_pss, crypto::KeyType::p256, crypto::KeyType::p384,
                                        crypto::KeyType::p521, crypto::KeyType::ed25519, crypto::KeyType::mldsa44,
                                        crypto::KeyType::mldsa65, crypto::KeyType::mldsa87});
  return !is_rsae && std::ranges::any_of(types, [&](crypto::KeyType key) { return crypto::fits_tls13(scheme, key); });
}

Result<Delegation> delegate(const x509::CertificateView& certificate, const crypto::PrivateKey& key,
                            const DelegationRequest& request, Time now, const crypto::Provider& provider) {
  if (!std::ranges::equal(key.subject_public_key_info(), certificate.subject_public_key_info)) {
    return std::unexpected(fail(ErrorCode::KeyMismatch).at("certificate"));
  }
  if (auto checked = check_request(certificate, request, provider); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto valid_time = valid_time_of(certificate, request.until, now);
  if (!valid_time) return std::unexpected(std::move(valid_time.error()));
  const auto signs_with = scheme_for(key.type());
  const auto algorithm = signs_with ? crypto::algorithm_of(*signs_with) : std::nullopt;
  if (!algorithm) return std::unexpected(fail(ErrorCode::UnsupportedKey).at("certificate"));

  tls::DelegatedCredential credential{*valid_time, request.scheme, request.subject_public_key_info, *signs_with, {}};
  Bytes signature;
  const Bytes content = tls::delegated_credential_content(Side::server, certificate.der, credential);
  if (auto made = key.sign(*algorithm, content, signature); !made) return std::unexpected(std::move(made.error()));
  credential.signature = signature;
  Bytes encoded;
  Writer out(encoded);
  credential.write(out);
  return Delegation::parse(encoded, certificate);
}

}  // namespace keyway
