#include "net/url.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "core/text.hpp"

namespace keyway::net {
namespace {

[[nodiscard]] Error bad_url(std::string_view text, std::string_view expected) {
  return fail(ErrorCode::InvalidArgument)
      .at("URL")
      .expected(expected)
      .received(printable(text))
      .advice("a URL looks like https://example.org/ or https://localhost:8443/file");
}

[[nodiscard]] bool is_plain(char c) noexcept {
  return c > 0x20 && c < 0x7f;
}

/// What a request target can't hold is percent-encoded (RFC 3986 2.1).
[[nodiscard]] std::string encoded(std::string_view target) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : target) {
    if (is_plain(c) && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits.at(byte >> 4U), digits.at(byte & 15U)};
  }
  return out;
}

/// RFC 3986 5.2.4, on a path that starts with "/".
[[nodiscard]] std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_folder = false;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t next = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at + 1, next - at - 1);
    const bool is_last = next == path.size();
    ends_in_folder = is_last && (segment == "." || segment == "..");
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    at = next;
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (ends_in_folder || out.empty()) out += '/';
  return out;
}

[[nodiscard]] bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

/// The host and port of "HOST", "HOST:PORT", "[::1]:PORT".
[[nodiscard]] Result<std::pair<ServerName, std::uint16_t>> parse_authority(std::string_view authority,
                                                                           std::uint16_t default_port) {
  const std::size_t bracket = authority.rfind(']');
  std::size_t colon = authority.rfind(':');
  if (bracket != std::string_view::npos && colon != std::string_view::npos && colon < bracket) {
    colon = std::string_view::npos;
  }
  auto host = ServerName::parse(authority.substr(0, colon));
  if (!host) return std::unexpected(std::move(host.error()).at("URL"));
  if (colon == std::string_view::npos) return std::pair(*std::move(host), default_port);
  const std::string_view text = authority.substr(colon + 1);
  std::uint16_t port = 0;
  const char* last = std::to_address(text.end());
  const auto [end, problem] = std::from_chars(std::to_address(text.begin()), last, port);
  if (problem != std::errc() || end != last || port == 0) {
    return std::unexpected(bad_url(authority, "a port from 1 to 65535"));
  }
  return std::pair(*std::move(host), port);
}

[[nodiscard]] std::string_view prefix_of(UrlScheme scheme) noexcept {
  return scheme == UrlScheme::https ? "https://" : "http://";
}
[[nodiscard]] std::uint16_t port_of(UrlScheme scheme) noexcept {
  return scheme == UrlScheme::https ? 443 : 80;
}

[[nodiscard]] Result<Url> parse_rest(std::string_view text, std::string_view rest, UrlScheme scheme) {
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos) {
    return std::unexpected(bad_url(text, "no user name before the host"));
  }
  if (std::ranges::any_of(rest, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return std::unexpected(bad_url(text, "no control characters"));
  }
  auto parsed = parse_authority(authority, port_of(scheme));
  if (!parsed) return std::unexpected(std::move(parsed.error()));

  std::string_view target = rest.substr(end);
  target = target.substr(0, target.find('#'));
  const std::size_t query = std::min(target.find('?'), target.size());
  const std::string path = query == 0 ? "/" : without_dot_segments(target.substr(0, query));
  return Url{.host = std::move(parsed->first),
             .port = parsed->second,
             .target = encoded(path + std::string(target.substr(query))),
             .scheme = scheme};
}

[[nodiscard]] Error too_long(std::string_view text) {
  return bad_url(text, "at most 8192 characters");
}
constexpr std::size_t longest = 8192;

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > longest) return std::unexpected(too_long(text));
  std::string_view rest = text;
  if (starts_with_ignoring_case(text, prefix_of(UrlScheme::https))) {
    rest.remove_prefix(prefix_of(UrlScheme::https).size());
  } else if (text.find("://") != std::string_view::npos) {
    return std::unexpected(bad_url(text, "the scheme https"));
  }
  return parse_rest(text, rest, UrlScheme::https);
}

Result<Url> Url::parse_http(std::string_view text) {
  if (text.size() > longest) return std::unexpected(too_long(text));
  const std::string_view prefix = prefix_of(UrlScheme::http);
  if (!starts_with_ignoring_case(text, prefix)) return std::unexpected(bad_url(text, "the scheme http"));
  return parse_rest(text, text.substr(prefix.size()), UrlScheme::http);
}

Result<Url> Url::resolve(std::string_view location) const {
  const auto parse = scheme == UrlScheme::https ? &Url::parse : &Url::parse_http;
  const std::string prefix(prefix_of(scheme));
  if (location.starts_with("//")) return parse(prefix + std::string(location.substr(2)));
  if (location.find("://") != std::string_view::npos) return parse(location);
  const std::string base = prefix + authority();
  if (location.starts_with('/')) return parse(base + std::string(location));
  const std::string path = target.substr(0, target.find('?'));
  if (location.starts_with('?') || location.starts_with('#')) return parse(base + path + std::string(location));
  return parse(base + path.substr(0, path.rfind('/') + 1) + std::string(location));
}

std::string Url::authority() const {
  const bool needs_brackets = host.ip() != nullptr && host.ip()->bytes().size() == 16;
  const std::string name = needs_brackets ? "[" + host.to_string() + "]" : host.to_string();
  return port == port_of(scheme) ? name : name + ":" + std::to_string(port);
}

std::string Url::to_string() const {
  return std::string(prefix_of(scheme)) + authority() + target;
}

}  // namespace keyway::net
