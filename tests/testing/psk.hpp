#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <keyway/config.hpp>
#include <keyway/external_psk.hpp>

#include "testing/pair.hpp"

namespace keyway::testing {

/// A key as tests share one, by its identity.
[[nodiscard]] inline ExternalPsk::Key psk_key(std::string_view identity,
                                              crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256) {
  static const Bytes secret(32, 0x42);
  return {as_bytes(identity), secret, hash};
}

using SharedPsk = std::shared_ptr<const ExternalPsk>;

/// The end of "till" or of "vault", on the connections of the two.
[[nodiscard]] inline SharedPsk psk_of_till(std::string_view identity = "key 1") {
  return ExternalPsk::between(Side::client, "till", "vault", psk_key(identity)).value();
}
[[nodiscard]] inline SharedPsk psk_of_vault(std::string_view identity = "key 1") {
  return ExternalPsk::between(Side::server, "vault", "till", psk_key(identity)).value();
}

[[nodiscard]] inline ClientConfig::Builder psk_client(const SharedPsk& psk, Policy policy = classical_policy()) {
  ClientConfig::Builder builder = client_builder();
  builder.policy(std::move(policy)).add_psk(psk);
  return builder;
}
/// Without a certificate.
[[nodiscard]] inline ServerConfig::Builder psk_server(const SharedPsk& psk, Policy policy = classical_policy()) {
  ServerConfig::Builder builder;
  builder.policy(std::move(policy)).provider(provider()).clock(std::make_shared<FixedClock>(test_now)).add_psk(psk);
  return builder;
}

}  // namespace keyway::testing
