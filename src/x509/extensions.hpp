#pragma once

#include <string_view>

#include <keyway/certificate.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// A certificate with more is refused: nothing real comes near.
inline constexpr std::size_t max_extensions = 64;

/// Reads one Extension (RFC 5280 4.1).
[[nodiscard]] ExtensionView read_extension(der::Reader& extensions) noexcept;

/// Reads the contents of Extensions to the end into `certificate`, checking the syntax of each that validation
/// uses and that none stands twice.
void read_extensions(der::Reader extensions, CertificateView& certificate) noexcept;

/// RFC 5280's name of an extension that Keyway knows; empty for others.
[[nodiscard]] std::string_view extension_name(ByteView oid) noexcept;

/// True when a SEQUENCE OF OBJECT IDENTIFIER (its contents) holds `wanted`.
[[nodiscard]] bool lists_identifier(ByteView list, ByteView wanted) noexcept;

/// The contents of a NameConstraints extension's value (RFC 5280 4.2.1.10): at least one of the two lists, neither
/// empty. The names inside are read where they are used.
[[nodiscard]] ByteView read_name_constraints(ByteView value, der::Status& status) noexcept;

/// The keyIdentifier of an AuthorityKeyIdentifier's extension value, with the syntax of all of it checked.
[[nodiscard]] std::optional<ByteView> read_authority_key_identifier(ByteView value, der::Status& status) noexcept;

/// The extension with this OBJECT IDENTIFIER (contents octets), where the list (contents of SEQUENCE OF Extension) has
/// it.
[[nodiscard]] std::optional<ExtensionView> find_extension(ByteView extensions, ByteView oid) noexcept;

}  // namespace keyway::x509
