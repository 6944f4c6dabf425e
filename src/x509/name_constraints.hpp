#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <keyway/certificate.hpp>

namespace keyway::x509 {

/// How a certificate's names break an authority's bounds.
struct ConstraintViolation {
  std::string name;        ///< the name that is out of bounds; empty where the constraints themselves are malformed
  std::string constraint;  ///< what it breaks
  bool is_budget_spent = false;
};

/// Compares all names of `certificate` (its subject and its subjectAltName) with an authority's constraints
/// (contents of NameConstraints, RFC 5280 4.2.1.10). Each comparison takes one from `budget`. Nothing is wrong when
/// nothing is returned.
///
/// DNS names, IP addresses, mail addresses, URIs and directory names are compared. A name of another form that has
/// constraints of its form is out of bounds, as nobody could say that it is within.
[[nodiscard]] std::optional<ConstraintViolation> find_violation(ByteView constraints,
                                                                const CertificateView& certificate,
                                                                std::size_t& budget);

}  // namespace keyway::x509
