#include "testing/client_identity.hpp"

#include <map>
#include <string>
#include <utility>

namespace keyway::testing {

const IssuedCertificate& shared_client_leaf(crypto::KeyType type) {
  static std::map<crypto::KeyType, IssuedCertificate> leaves;
  const auto found = leaves.find(type);
  if (found != leaves.end()) return found->second;
  return leaves
      .emplace(type, shared_authority().issue(
                         {.names = {"alice"}, .key_type = type, .extended_key_usage = {{std::string(client_auth)}}}))
      .first->second;
}

std::shared_ptr<const Credential> credential_of(const IssuedCertificate& issued) {
  return Credential::create(issued.chain_certificates(), issued.key, *provider()).value();
}

std::shared_ptr<const Credential> shared_client_credential(crypto::KeyType type) {
  return credential_of(shared_client_leaf(type));
}

Policy policy_of(ProtocolVersion version) {
  return version == ProtocolVersion::TLS1_3 ? classical_policy() : Policy::compatible_2026().narrowed_to({version});
}

ClientConfig::Builder client_builder_of(ProtocolVersion version) {
  ClientConfig::Builder builder = client_builder();
  builder.policy(policy_of(version));
  return builder;
}

ServerConfig::Builder server_builder_of(ProtocolVersion version) {
  ServerConfig::Builder builder = server_builder();
  builder.policy(policy_of(version));
  return builder;
}

std::shared_ptr<const ServerConfig> server_that_requires(ProtocolVersion version) {
  ServerConfig::Builder builder = server_builder_of(version);
  builder.require_client_certificate(shared_trust());
  return build(std::move(builder));
}

std::shared_ptr<const ServerConfig> server_that_asks(ProtocolVersion version) {
  ServerConfig::Builder builder = server_builder_of(version);
  builder.ask_for_client_certificate(shared_trust());
  return build(std::move(builder));
}

std::shared_ptr<const ClientConfig> client_that_shows(ProtocolVersion version,
                                                      std::shared_ptr<const Credential> credential) {
  ClientConfig::Builder builder = client_builder_of(version);
  builder.add_credential(std::move(credential));
  return build(std::move(builder));
}

}  // namespace keyway::testing
