// Both shapes of the extension delegated_credential: parse and write.

#include "fuzz_wire_identity.hpp"
#include "tls/wire/extensions/delegated_credential.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  using namespace keyway::tls;

  const ByteView body(data, size);
  const auto offered = DelegatedCredentialOffered::parse(body);
  fuzzing::require_identity(offered, body);
  if (offered) fuzzing::require(!offered->supported_signature_algorithms.empty());

  const auto credential = DelegatedCredential::parse(body);
  fuzzing::require_identity(credential, body);
  if (!credential) return 0;
  fuzzing::require(!credential->subject_public_key_info.empty() && !credential->signature.empty());
  const Bytes content = delegated_credential_content(Side::server, body, *credential);
  fuzzing::require(content.size() > 64 + body.size());
  return 0;
}
