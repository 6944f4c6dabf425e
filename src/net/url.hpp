#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <keyway/error.hpp>
#include <keyway/name.hpp>

namespace keyway::net {

/// An https URL, taken apart (RFC 3986, RFC 9110 4.2.2).
struct Url {
  ServerName host;
  std::uint16_t port = 443;
  std::string target;  ///< path and query, percent-encoded where needed; starts with "/"

  /// Takes "https://HOST[:PORT][/PATH][?QUERY][#FRAGMENT]" and, for convenience, the same without "https://". A user
  /// name in it, another scheme, control characters are refused. Errors: InvalidArgument, InvalidServerName.
  [[nodiscard]] static Result<Url> parse(std::string_view text);
  /// This URL's answer said to go to `location`, which may be relative. Errors: as parse.
  [[nodiscard]] Result<Url> resolve(std::string_view location) const;

  [[nodiscard]] std::string authority() const;  ///< for the Host field: the port only when it isn't 443
  [[nodiscard]] std::string to_string() const;
};

}  // namespace keyway::net
