#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/ech.hpp>
#include <keyway/error.hpp>

namespace keyway::tls {

/// Types of DNS (RFC 9460 14.1, RFC 1035 3.2.4).
inline constexpr std::uint16_t dns_type_https = 65;
inline constexpr std::uint16_t dns_class_internet = 1;

/// The `ech` parameter of the HTTPS records in a DNS answer (RFC 9460, RFC 9848): of the record that is to be preferred
/// among those that speak of `host` itself. Nothing where none has one. Takes time linear in the answer. Errors:
/// Truncated, InvalidValue, InvalidEchConfig.
[[nodiscard]] Result<std::optional<EchConfigList>> read_ech_of_answer(ByteView answer, std::string_view host);

}  // namespace keyway::tls
