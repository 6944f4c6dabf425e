#include "authority/names.hpp"

#include <algorithm>
#include <cstddef>

#include <keyway/authority.hpp>
#include <keyway/name.hpp>

#include "core/text.hpp"

namespace keyway::authority {
namespace {

constexpr std::size_t max_names = 100;
constexpr std::string_view wildcard_prefix = "*.";

Error refuse(std::string_view text, std::string_view expected, std::string_view advice) {
  return fail(ErrorCode::InvalidServerName).at("name " + printable(text)).expected(expected).advice(advice);
}

Result<CertificateName> parse_wildcard(std::string_view text) {
  const auto base = ServerName::parse(text.substr(wildcard_prefix.size()));
  if (!base || !base->is_dns() || base->dns().find('.') == std::string_view::npos) {
    return std::unexpected(refuse(text, "`*.` in front of a host name of two labels or more",
                                  "write it like *.example.com; browsers accept no other wildcard"));
  }
  std::string name = std::string(wildcard_prefix) + std::string(base->dns());
  return CertificateName{name, x509::OwnedGeneralName::dns(name)};
}

}  // namespace

Result<CertificateName> parse_certificate_name(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return std::unexpected(refuse(text, "ASCII", "write the name in its xn-- form, as the DNS has it"));
  }
  if (text.contains('_')) {
    return std::unexpected(
        refuse(text, "letters, digits, hyphens and dots", "an underscore is no part of a host name"));
  }
  if (text.starts_with(wildcard_prefix)) return parse_wildcard(text);
  const auto name = ServerName::parse(text);
  if (!name) {
    return std::unexpected(refuse(text, "a host name or an IP address",
                                  "write it like shop.example.com, *.example.com, 192.0.2.7 or 2001:db8::7"));
  }
  if (const IpAddress* address = name->ip())
    return CertificateName{name->to_string(), x509::OwnedGeneralName::ip(*address)};
  return CertificateName{std::string(name->dns()), x509::OwnedGeneralName::dns(name->dns())};
}

Result<std::string> normalise_name(std::string_view name) {
  auto parsed = parse_certificate_name(name);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return std::move(parsed->text);
}

Result<std::vector<CertificateName>> parse_certificate_names(const std::vector<std::string>& names) {
  if (names.empty() || names.size() > max_names) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("names")
                               .expected("1 to " + std::to_string(max_names))
                               .received(std::to_string(names.size()))
                               .advice("name the hosts that the certificate is for"));
  }
  std::vector<CertificateName> parsed;
  for (const std::string& text : names) {
    auto name = parse_certificate_name(text);
    if (!name) return std::unexpected(std::move(name.error()));
    if (std::ranges::find(parsed, name->text, &CertificateName::text) == parsed.end()) {
      parsed.push_back(std::move(*name));
    }
  }
  return parsed;
}

Result<void> check_attribute(std::string_view text, std::string_view what) {
  const auto refuse_text = [&](std::string_view received) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at(what)
                               .expected("1 to 64 characters of UTF-8, none of them a control character")
                               .received(received)
                               .advice("choose a shorter or plainer name"));
  };
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
  const auto characters = static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
  if (text.empty()) return refuse_text("nothing");
  if (characters > max_attribute_characters) return refuse_text(std::to_string(characters) + " characters");
  // printable() leaves exactly the texts alone that are fit for a line.
  if (printable(text, text.size()) != text) return refuse_text(printable(text));
  return {};
}

}  // namespace keyway::authority
