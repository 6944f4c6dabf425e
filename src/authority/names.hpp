#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <keyway/error.hpp>

#include "x509/certificate_builder.hpp"

namespace keyway::authority {

/// A name that a certificate may be issued to.
struct CertificateName {
  std::string text;  ///< lower case; `*.` in front for a wildcard
  x509::OwnedGeneralName general_name;
};

/// Reads a host name of letters, digits and hyphens, the left-most label possibly `*` with two labels or more after
/// it, or an IP address. Errors: InvalidServerName, with the cure.
[[nodiscard]] Result<CertificateName> parse_certificate_name(std::string_view text);

/// Reads 1 to 100 names, leaving out repetitions. Errors: InvalidServerName, InvalidArgument.
[[nodiscard]] Result<std::vector<CertificateName>> parse_certificate_names(const std::vector<std::string>& names);

/// Checks a text for a distinguished name: 1 to 64 characters (RFC 5280 appendix A, ub-organization-name) of UTF-8
/// without control characters. `what` names it in the error. Errors: InvalidArgument.
[[nodiscard]] Result<void> check_attribute(std::string_view text, std::string_view what);

/// The longest organisation and common name, in characters.
inline constexpr std::size_t max_attribute_characters = 64;

}  // namespace keyway::authority
