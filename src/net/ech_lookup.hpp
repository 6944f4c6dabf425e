#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <keyway/ech.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>

namespace keyway::net {

/// Whom to ask in the place of the system's own servers.
struct DnsServer {
  IpAddress address;
  std::uint16_t port = 53;

  /// Reads "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353". Errors: InvalidArgument.
  [[nodiscard]] static Result<DnsServer> parse(std::string_view text);
};

/// Asks the system's resolver, or `server`, for the ECH configuration in a host's HTTPS record. The question tells the
/// name to whoever reads along, unless that resolver is asked in private (DoT, DoH). Takes at most as long as the
/// system's resolver is set to wait. Errors: NameNotResolved, where there is no record or none with ECH; those of
/// read_ech_of_answer().
[[nodiscard]] Result<EchConfigList> look_up_ech(const ServerName& host, std::uint16_t port,
                                                const std::optional<DnsServer>& server = {});

}  // namespace keyway::net
