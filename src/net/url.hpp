#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <keyway/error.hpp>
#include <keyway/name.hpp>

namespace keyway::net {

enum class UrlScheme : std::uint8_t { https, http };

/// A URL, taken apart (RFC 3986, RFC 9110 4.2.2): an https one, unless plain http was asked for by name.
struct Url {
  ServerName host;
  std::uint16_t port = 443;
  std::string target;  ///< path and query, percent-encoded where needed; starts with "/"
  UrlScheme scheme = UrlScheme::https;

  /// Takes "https://HOST[:PORT][/PATH][?QUERY][#FRAGMENT]" and, for convenience, the same without "https://". A user
  /// name in it, another scheme, control characters are refused. Errors: InvalidArgument, InvalidServerName.
  [[nodiscard]] static Result<Url> parse(std::string_view text);
  /// The same for "http://…", which must be written out: for what is signed itself (CRLs, OCSP responses). Errors: as
  /// parse.
  [[nodiscard]] static Result<Url> parse_http(std::string_view text);
  /// This URL's answer said to go to `location`, which may be relative, but has the same scheme. Errors: as parse.
  [[nodiscard]] Result<Url> resolve(std::string_view location) const;

  [[nodiscard]] std::string authority() const;  ///< for the Host field: the port only when it isn't the scheme's
  [[nodiscard]] std::string to_string() const;
};

}  // namespace keyway::net
