#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "x509/certificate_builder.hpp"

namespace keyway::testing {

inline constexpr auto any_policy = "2.5.29.32.0";

/// certificatePolicies with these dotted OIDs (RFC 5280 4.2.1.4).
[[nodiscard]] inline x509::RawExtension policies(const std::vector<std::string>& oids) {
  return {"2.5.29.32", false, x509::encode_der([&](x509::DerWriter& writer) {
            writer.sequence([&] {
              for (const std::string& oid : oids) writer.sequence([&] { writer.oid(oid); });
            });
          })};
}

/// policyMappings from the issuer's policies to the subject's (4.2.1.5).
[[nodiscard]] inline x509::RawExtension mappings(const std::vector<std::pair<std::string, std::string>>& pairs) {
  return {"2.5.29.33", true, x509::encode_der([&](x509::DerWriter& writer) {
            writer.sequence([&] {
              for (const auto& [issuer, subject] : pairs) {
                writer.sequence([&] {
                  writer.oid(issuer);
                  writer.oid(subject);
                });
              }
            });
          })};
}

/// policyConstraints (4.2.1.11).
[[nodiscard]] inline x509::RawExtension policy_constraints(std::optional<std::uint8_t> require_explicit,
                                                           std::optional<std::uint8_t> inhibit_mapping = {},
                                                           bool critical = true) {
  return {"2.5.29.36", critical, x509::encode_der([&](x509::DerWriter& writer) {
            writer.sequence([&] {
              if (require_explicit) writer.context_primitive(0, Bytes{*require_explicit});
              if (inhibit_mapping) writer.context_primitive(1, Bytes{*inhibit_mapping});
            });
          })};
}

/// inhibitAnyPolicy (4.2.1.14).
[[nodiscard]] inline x509::RawExtension inhibit_any_policy(std::uint8_t skip_certs) {
  return {"2.5.29.54", true, x509::encode_der([&](x509::DerWriter& writer) { writer.integer(skip_certs); })};
}

}  // namespace keyway::testing
