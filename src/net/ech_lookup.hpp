#pragma once

#include <cstdint>

#include <keyway/ech.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>

namespace keyway::net {

/// Asks the system's resolver for the ECH configuration in a host's HTTPS record. The question tells the name to
/// whoever reads along, unless that resolver is asked in private (DoT, DoH). Errors: NameNotResolved, where there is no
/// record or none with ECH; those of read_ech_of_answer().
[[nodiscard]] Result<EchConfigList> look_up_ech(const ServerName& host, std::uint16_t port);

}  // namespace keyway::net
