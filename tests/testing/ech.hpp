#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <keyway/ech.hpp>

#include "testing/pair.hpp"

namespace keyway::testing {

/// A key for `public.localhost`.
[[nodiscard]] inline EchKey ech_key(bool is_retry_config = true, const std::string& public_name = "public.localhost") {
  auto key = EchKey::generate(*provider(), {public_name, 32, is_retry_config});
  if (!key) std::abort();
  return std::move(*key);
}

[[nodiscard]] inline std::shared_ptr<EchKeys> ech_keys(std::vector<EchKey> keys) {
  return EchKeys::make(provider(), std::move(keys)).value();
}
[[nodiscard]] inline std::shared_ptr<EchKeys> ech_keys(EchKey key) {
  std::vector<EchKey> keys;
  keys.push_back(std::move(key));
  return ech_keys(std::move(keys));
}

/// Of the shared authority.
[[nodiscard]] inline std::shared_ptr<const Credential> credential_of(const std::string& name) {
  const IssuedCertificate leaf = shared_authority().issue({.names = {name}});
  return Credential::create(leaf.chain_certificates(), leaf.key, *provider()).value();
}
[[nodiscard]] inline std::shared_ptr<const Credential> public_credential() {
  static const auto credential = credential_of("public.localhost");
  return credential;
}

/// Knows shop.localhost, which is hidden, and public.localhost.
[[nodiscard]] inline ServerConfig::Builder ech_server(std::shared_ptr<const EchKeys> keys) {
  ServerConfig::Builder builder = server_builder();
  builder.add_credential(public_credential()).ech_keys(std::move(keys));
  return builder;
}

[[nodiscard]] inline ClientConfig::Builder ech_client(EchConfigList configs) {
  ClientConfig::Builder builder = client_builder();
  builder.ech(std::move(configs));
  return builder;
}

}  // namespace keyway::testing
