#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <keyway/config.hpp>

#include "tls/session/configuration_id.hpp"

namespace keyway::tls {

/// What a server's builder was told about its clients' certificates.
struct ClientAuthenticationPlan {
  bool asks = false;
  bool is_required = false;
  bool pauses = false;
  std::shared_ptr<const x509::TrustStore> anchors;
  std::vector<x509::Certificate> intermediates;
  std::vector<x509::Crl> crls;
  x509::Verifier::Options options;
  std::vector<Bytes> pinned_keys;
  std::vector<CertificateType> types;             ///< empty: what the rest lets one think
  std::optional<std::vector<Bytes>> authorities;  ///< nothing: the anchors' subjects

  /// Adds all that says which clients are let in: a session goes on only where it is the same. Where the application
  /// judges, that is nobody's but this configuration's, unless `judges_alike` says otherwise. Errors: RandomFailed.
  [[nodiscard]] Result<void> add_to(ConfigurationDigest& digest, const CommonConfig& common, bool judges_alike) const;
};

/// Null where clients are not asked. `common` is complete. Errors: InvalidConfiguration (nobody to trust and no
/// application to judge; more names than a message holds; settings for clients that nobody asks).
[[nodiscard]] Result<std::unique_ptr<const ClientAuthentication>> make_client_authentication(
    ClientAuthenticationPlan plan, const CommonConfig& common);

}  // namespace keyway::tls
