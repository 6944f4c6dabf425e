#pragma once

#include <memory>
#include <string_view>

#include "testing/pair.hpp"

namespace keyway::testing {

/// A certificate for a client, `alice`, of the shared authority, made once a type.
[[nodiscard]] const IssuedCertificate& shared_client_leaf(crypto::KeyType type = crypto::KeyType::p256);
[[nodiscard]] std::shared_ptr<const Credential> shared_client_credential(crypto::KeyType type = crypto::KeyType::p256);
[[nodiscard]] std::shared_ptr<const Credential> credential_of(const IssuedCertificate& issued);

/// What clientAuth looks like among extended key usages.
inline constexpr std::string_view client_auth = "1.3.6.1.5.5.7.3.2";

/// Of this version alone, without hybrid groups.
[[nodiscard]] Policy policy_of(ProtocolVersion version);

/// Of this version, with one credential to show.
[[nodiscard]] ClientConfig::Builder client_builder_of(ProtocolVersion version);
[[nodiscard]] ServerConfig::Builder server_builder_of(ProtocolVersion version);
/// That must show a certificate of the shared authority.
[[nodiscard]] std::shared_ptr<const ServerConfig> server_that_requires(ProtocolVersion version);
[[nodiscard]] std::shared_ptr<const ServerConfig> server_that_asks(ProtocolVersion version);
[[nodiscard]] std::shared_ptr<const ClientConfig> client_that_shows(ProtocolVersion version,
                                                                    std::shared_ptr<const Credential> credential);

}  // namespace keyway::testing
