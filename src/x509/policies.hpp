#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <keyway/certificate.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// Each reads the value of an extension and checks all of its syntax. The contents of certificatePolicies'
/// (RFC 5280 4.2.1.4) and policyMappings' (4.2.1.5) SEQUENCE are given back; that no policy stands twice is seen where
/// they are used.
[[nodiscard]] ByteView read_certificate_policies(ByteView value, der::Status& status) noexcept;
[[nodiscard]] ByteView read_policy_mappings(ByteView value, der::Status& status) noexcept;
/// RFC 5280 4.2.1.11, into the certificate's fields.
void read_policy_constraints(ByteView value, der::Status& status, CertificateView& certificate) noexcept;
/// RFC 5280 4.2.1.14.
[[nodiscard]] std::uint32_t read_inhibit_any_policy(ByteView value, der::Status& status) noexcept;

/// Policies are told by the contents octets of their OBJECT IDENTIFIER.
[[nodiscard]] bool is_any_policy(ByteView policy) noexcept;
/// An order of them that costs little; it means nothing.
[[nodiscard]] bool is_before(ByteView a, ByteView b) noexcept;

/// The policies of certificatePolicies' contents, in order (is_before()). Nothing where one stands twice.
[[nodiscard]] std::optional<std::vector<ByteView>> list_policies(ByteView contents);

/// One entry of policyMappings: what the issuer calls `issuer`, the subject calls `subject`.
struct PolicyMapping {
  ByteView issuer;
  ByteView subject;
};
/// The entries of policyMappings' contents, ordered by the issuer's policy.
[[nodiscard]] std::vector<PolicyMapping> list_mappings(ByteView contents);

}  // namespace keyway::x509
