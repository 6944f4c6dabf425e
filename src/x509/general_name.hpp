#pragma once

#include <cstdint>
#include <string>

#include <keyway/bytes.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// The choices of GeneralName (RFC 5280 4.2.1.6); the values are their tag numbers.
enum class NameForm : std::uint8_t {
  other_name = 0,
  rfc822_name = 1,
  dns_name = 2,
  x400_address = 3,
  directory_name = 4,
  edi_party_name = 5,
  uri = 6,
  ip_address = 7,
  registered_id = 8,
};
[[nodiscard]] std::string_view to_string(NameForm form) noexcept;

/// One GeneralName. For a directoryName `value` is the whole Name, for the others the contents octets.
struct GeneralName {
  NameForm form = NameForm::other_name;
  ByteView value;
};

/// Reads one GeneralName and checks its syntax: text is 7-bit, an OID is one, a Name parses. The size of an
/// iPAddress is the caller's to check: it differs between names and constraints.
[[nodiscard]] GeneralName read_general_name(der::Reader& names) noexcept;

/// Reads the contents of GeneralNames to the end, checking each; empty ones and addresses of odd sizes are refused.
void check_general_names(der::Reader names, std::string_view field) noexcept;

/// Readable and safe to print: `DNS:shop.localhost`, `IP:127.0.0.1`.
[[nodiscard]] std::string to_string(const GeneralName& name);

}  // namespace keyway::x509
