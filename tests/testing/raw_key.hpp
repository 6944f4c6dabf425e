#pragma once

#include <memory>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>

#include "testing/pair.hpp"

namespace keyway::testing {

/// The key of shared_leaf(), without its certificate.
[[nodiscard]] inline std::shared_ptr<const Credential> raw_key(crypto::KeyType type = crypto::KeyType::p256) {
  return Credential::raw_public_key(shared_leaf(type).key, *provider()).value();
}
[[nodiscard]] inline Bytes name_of(const std::shared_ptr<const Credential>& credential) {
  return {credential->name().begin(), credential->name().end()};
}

/// A client that takes this key alone of its server, of `version`.
[[nodiscard]] inline ClientConfig::Builder pinning_client(ProtocolVersion version, Bytes key) {
  ClientConfig::Builder builder;
  builder.policy(Policy::compatible_2026().narrowed_to({version})).provider(provider());
  builder.clock(std::make_shared<FixedClock>(test_now)).pin_server_key(std::move(key));
  return builder;
}
[[nodiscard]] inline ServerConfig::Builder raw_key_server(crypto::KeyType type = crypto::KeyType::p256) {
  ServerConfig::Builder builder;
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).add_credential(raw_key(type));
  return builder;
}

}  // namespace keyway::testing
