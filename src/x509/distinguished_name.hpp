#pragma once

#include <cstdint>
#include <vector>

#include <keyway/bytes.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// Reads the contents of a Name to its end (RFC 5280 4.1.2.4), checking its syntax.
void check_name(der::Reader name, std::string_view field) noexcept;

/// True when two Names (DER, header included) are the same by RFC 5280 7.1: attribute by attribute, text of the
/// usual string types without regard to case and surplus spaces. Malformed text equals only itself.
[[nodiscard]] bool same_name(ByteView a, ByteView b) noexcept;

/// True when `name` stands in the subtree of `base`: its first RDNs are those of `base` (RFC 5280 4.2.1.10).
[[nodiscard]] bool within_name(ByteView name, ByteView base) noexcept;

/// The values of all attributes of a type (its OID's contents octets) in a Name.
[[nodiscard]] std::vector<der::Element> attributes_of(ByteView name, ByteView type);

/// The same for any two names that are the same_name().
[[nodiscard]] std::uint64_t name_hash(ByteView name) noexcept;

}  // namespace keyway::x509
