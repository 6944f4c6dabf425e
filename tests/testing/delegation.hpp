#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/delegated_credential.hpp>

#include "testing/pair.hpp"

namespace keyway::testing {

inline constexpr std::string_view delegation_usage_oid = "1.3.6.1.4.1.44363.44";

/// A leaf whose key may delegate, of the shared authority, with a key of this type; made once a type.
[[nodiscard]] inline const IssuedCertificate& delegating_leaf(crypto::KeyType type = crypto::KeyType::p256) {
  static std::vector<std::pair<crypto::KeyType, std::unique_ptr<const IssuedCertificate>>> made;
  for (const auto& [of, leaf] : made) {
    if (of == type) return *leaf;
  }
  CertificateOptions options;
  options.names = {"shop.localhost"};
  options.key_type = type;
  options.extra_extensions.push_back({std::string(delegation_usage_oid), false, Bytes{0x05, 0x00}});
  made.emplace_back(type, std::make_unique<const IssuedCertificate>(shared_authority().issue(options)));
  return *made.back().second;
}

/// How a delegated credential is made; each field bends one rule.
struct DelegationOptions {
  const IssuedCertificate* leaf = &delegating_leaf();
  crypto::KeyType key_type = crypto::KeyType::p256;
  SignatureScheme scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  Time until = test_now + std::chrono::hours(24);
  SignatureScheme signature_scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  bool breaks_signature = false;
  Side of = Side::server;
};

/// Made as the options say, rule or no rule; with its key.
struct MadeDelegation {
  Delegation delegation;
  std::shared_ptr<const crypto::PrivateKey> key;
};
[[nodiscard]] MadeDelegation make_delegation(const DelegationOptions& options = {});
[[nodiscard]] std::shared_ptr<const Credential> delegated_credential(const DelegationOptions& options = {});

}  // namespace keyway::testing
