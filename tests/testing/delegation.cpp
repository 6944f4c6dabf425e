#include "testing/delegation.hpp"

#include "core/writer.hpp"
#include "tls/wire/extensions/delegated_credential.hpp"

namespace keyway::testing {

MadeDelegation make_delegation(const DelegationOptions& options) {
  const x509::Certificate leaf = options.leaf->certificate();
  std::shared_ptr<const crypto::PrivateKey> key = provider()->generate_key(options.key_type, options.key_type == crypto::KeyType::rsa ? 2048 : 0).value();
  const auto valid_time = std::chrono::duration_cast<std::chrono::seconds>(options.until - leaf.view().not_before);
  tls::DelegatedCredential credential{static_cast<std::uint32_t>(valid_time.count()),
                                      options.scheme,
                                      key->subject_public_key_info(),
                                      options.signature_scheme,
                                      {}};
  Bytes signature;
  const Bytes content = tls::delegated_credential_content(options.of, leaf.der(), credential);
  options.leaf->key->sign(crypto::algorithm_of(options.signature_scheme).value(), content, signature).value();
  if (options.breaks_signature) signature.back() ^= 1U;
  credential.signature = signature;
  Bytes encoded;
  Writer out(encoded);
  credential.write(out);
  return {Delegation::parse(encoded, leaf.view()).value(), std::move(key)};
}

std::shared_ptr<const Credential> delegated_credential(const DelegationOptions& options) {
  MadeDelegation made = make_delegation(options);
  return Credential::delegated(options.leaf->chain_certificates(), std::move(made.delegation), std::move(made.key),
                               *provider())
      .value();
}

}  // namespace keyway::testing
