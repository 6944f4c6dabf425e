// A ClientHello's body: parse, write, and every extension in it that Keyway reads.

#include "fuzz_wire_identity.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/extension_rules.hpp"

namespace {

using namespace keyway;
using namespace keyway::tls;
using fuzzing::require;
using fuzzing::require_identity_of;

void try_extensions(const ExtensionBlock& block) {
  require_identity_of<ServerNameExtension>(block);
  require_identity_of<SupportedVersionsExtension>(block);
  require_identity_of<SupportedGroupsExtension>(block);
  require_identity_of<SignatureAlgorithmsExtension>(block);
  require_identity_of<SignatureAlgorithmsCertExtension>(block);
  require_identity_of<AlpnExtension>(block);
  require_identity_of<KeyShareClientHello>(block);
  require_identity_of<CookieExtension>(block);
  require_identity_of<DelegatedCredentialOffered>(block);
  require_identity_of<PostHandshakeAuthExtension>(block);
  require_identity_of<TicketRequestClientHello>(block);
  require_identity_of<PskKeyExchangeModesExtension>(block);
  require_identity_of<PreSharedKeyClientHello>(block);

  const ExtensionSet asked = ExtensionSet::of(block);
  (void)check_extensions(block, ExtensionHome::client_hello, {}, "ClientHello");
  (void)check_extensions(block, ExtensionHome::encrypted_extensions, asked, "EncryptedExtensions");

  const auto decoded = ClientHelloExtensions::parse(block);
  if (!decoded) {
    require(decoded.error().where().starts_with("ClientHello, extension "));
    return;
  }
  std::size_t total = 0;
  if (decoded->key_share) {
    decoded->key_share->for_each([&](const KeyShareEntry& entry) { total += entry.key_exchange.size() + 4; });
    require(total == decoded->key_share->client_shares.size());
  }
  if (decoded->pre_shared_key) {
    std::size_t identities = 0;
    total = 0;
    decoded->pre_shared_key->for_each([&](const PskIdentity& psk) {
      total += psk.identity.size() + 6;
      ++identities;
    });
    require(total == decoded->pre_shared_key->identities.size());
    require(decoded->pre_shared_key->binder(identities - 1).has_value());
    require(!decoded->pre_shared_key->binder(identities).has_value());
  }
  if (decoded->alpn) {
    total = 0;
    decoded->alpn->for_each([&](ByteView name) { total += name.size() + 1; });
    require(total == decoded->alpn->protocol_name_list.size());
    const auto only = decoded->alpn->only();
    require(!only || only->size() + 1 == total);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView body(data, size);
  const auto hello = ClientHello::parse(body);
  fuzzing::require_identity(hello, body);
  if (hello) try_extensions(hello->extensions);
  return 0;
}
