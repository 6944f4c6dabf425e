#include "tls/handshake/delegated_credential.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <keyway/delegated_credential.hpp>

#include "tls/wire/extensions/delegated_credential.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view delegated_credential_place = "Certificate, entry 0, extension delegated_credential";

bool has(const std::vector<SignatureScheme>& schemes, SignatureScheme wanted) {
  return std::ranges::find(schemes, wanted) != schemes.end();
}

/// RFC 9345 4.1.3: not past its end, and not for longer from now than anybody may be delegated to.
Result<void> check_time(Time until, Time now) {
  if (now <= until && until - now <= Delegation::max_lifetime) return {};
  const auto seconds = [](auto span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count()) + " seconds";
  };
  const bool is_past = now > until;
  return std::unexpected(
      fail(ErrorCode::DelegatedCredentialExpired)
          .at(std::string(delegated_credential_place) + ", valid_time")
          .expected(is_past ? "an end after now" : "an end within 7 days")
          .received(is_past ? "one " + seconds(now - until) + " ago" : "one in " + seconds(until - now))
          .advice("The server's operator is to have a new one made; is this clock right?"));
}

/// The schemes are such that both sides know and that may be used so.
Result<void> check_schemes(const ClientConfig& config, const DelegatedCredential& credential) {
  const auto refuse = [](std::string_view field, SignatureScheme scheme) {
    return std::unexpected(fail(ErrorCode::InvalidDelegatedCredential)
                               .at(std::string(delegated_credential_place) + ", " + std::string(field))
                               .expected("a scheme that was offered")
                               .received(to_string(scheme)));
  };
  if (!has(config.delegated_credential_schemes(), credential.dc_cert_verify_algorithm)) {
    return refuse("dc_cert_verify_algorithm", credential.dc_cert_verify_algorithm);
  }
  if (!has(config.common().policy.signature_schemes, credential.algorithm)) {
    return refuse("algorithm", credential.algorithm);
  }
  return {};
}

}  // namespace

Result<ProvingKey> choose_proving_key(const ClientConfig& config, const CertificateEntry& leaf,
                                      std::unique_ptr<crypto::PublicKey> leaf_key, Flow& flow) {
  const auto body = leaf.extensions.find(ExtensionType::delegated_credential);
  if (!body) return ProvingKey(std::move(leaf_key));
  auto credential = DelegatedCredential::parse(*body);
  if (!credential) return std::unexpected(std::move(credential.error()).at("Certificate, entry 0"));
  auto certificate = x509::CertificateView::parse(leaf.cert_data);
  if (!certificate) return std::unexpected(std::move(certificate.error()).at("Certificate, entry 0"));
  if (!may_delegate(*certificate)) {
    return std::unexpected(fail(ErrorCode::DelegationNotAllowed)
                               .at("Certificate, entry 0")
                               .expected("the extension delegationUsage, and digitalSignature in keyUsage"));
  }
  if (auto checked = check_schemes(config, *credential); !checked) return std::unexpected(std::move(checked.error()));
  const CommonConfig& common = config.common();
  const Time until = certificate->not_before + std::chrono::seconds(credential->valid_time);
  if (auto timely = check_time(until, common.clock->now()); !timely) return std::unexpected(std::move(timely.error()));

  const auto algorithm = crypto::algorithm_of(credential->algorithm);
  const bool is_signed =
      algorithm && crypto::fits_tls13(credential->algorithm, leaf_key->type()) &&
      leaf_key->verify(*algorithm, delegated_credential_content(Side::server, leaf.cert_data, *credential),
                       credential->signature);
  if (!is_signed) {
    return std::unexpected(
        fail(ErrorCode::BadDelegatedCredentialSignature).at(std::string(delegated_credential_place) + ", signature"));
  }
  auto key = common.provider->public_key(credential->subject_public_key_info);
  const bool fits = key && crypto::fits_tls13(credential->dc_cert_verify_algorithm, (*key)->type());
  if (!fits) {
    return std::unexpected(fail(ErrorCode::InvalidDelegatedCredential)
                               .at(std::string(delegated_credential_place) + ", ASN1_subjectPublicKeyInfo")
                               .expected("a key for " + to_string(credential->dc_cert_verify_algorithm))
                               .received(key ? crypto::to_string((*key)->type()) : key.error().message()));
  }
  flow.info().is_delegated = true;
  flow.emit(event::DelegatedCredential{Direction::received, credential->dc_cert_verify_algorithm, credential->algorithm,
                                       until});
  return ProvingKey(std::move(*key), credential->dc_cert_verify_algorithm);
}

}  // namespace keyway::tls
