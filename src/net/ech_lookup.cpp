#include "net/ech_lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "tls/ech/https_record.hpp"

namespace keyway::net {
namespace {

std::unexpected<Error> not_found(std::string_view question, std::string_view received) {
  return std::unexpected(fail(ErrorCode::NameNotResolved)
                             .at("the HTTPS record of " + std::string(question))
                             .expected("one with ech")
                             .received(received)
                             .advice("without one, the name can't be hidden from whoever reads along"));
}

::sockaddr_in ipv4_address(const DnsServer& server) {
  std::uint32_t address = 0;
  for (const std::uint8_t byte : server.address.bytes()) address = address << 8U | byte;
  ::sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(server.port);
  result.sin_addr.s_addr = htonl(address);
  return result;
}

/// One for the resolver to free.
::sockaddr_in6* ipv6_address(const DnsServer& server) {
  auto* result = static_cast<::sockaddr_in6*>(std::calloc(1, sizeof(::sockaddr_in6)));
  if (result == nullptr) return nullptr;
  result->sin6_family = AF_INET6;
  result->sin6_port = htons(server.port);
  std::ranges::copy(server.address.bytes(), std::begin(result->sin6_addr.s6_addr));
  return result;
}

/// Has `state` ask this server alone. An IPv6 address stands where glibc looks for it, beside an IPv4 one without
/// family.
void ask_only(struct __res_state& state, const DnsServer& server) {
  state.nscount = 1;
  const bool is_ipv6 = server.address.bytes().size() == 16;
  state.nsaddr_list[0] = is_ipv6 ? ::sockaddr_in{} : ipv4_address(server);
  std::free(state._u._ext.nsaddrs[0]);
  state._u._ext.nsaddrs[0] = is_ipv6 ? ipv6_address(server) : nullptr;
}

constexpr std::uint16_t usual_dns_port = 53;

/// An address without its brackets, and what stands behind its colon. A bare IPv6 address has no port.
std::optional<std::pair<std::string_view, std::optional<std::string_view>>> split_port(std::string_view text) {
  using Parts = std::pair<std::string_view, std::optional<std::string_view>>;
  if (!text.starts_with('[')) {
    const std::size_t colon = text.find(':');
    const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
    return has_port ? Parts{text.substr(0, colon), text.substr(colon + 1)} : Parts{text, std::nullopt};
  }
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(end + 1);
  if (!rest.empty() && rest.front() != ':') return std::nullopt;
  return Parts{text.substr(1, end - 1), rest.empty() ? std::nullopt : std::optional(rest.substr(1))};
}

/// A number above zero, and nothing else.
std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const char* last = std::to_address(text.end());
  const auto [end, problem] = std::from_chars(std::to_address(text.begin()), last, port);
  return problem == std::errc() && end == last && port != 0 ? std::optional(port) : std::nullopt;
}

}  // namespace

Result<DnsServer> DnsServer::parse(std::string_view text) {
  const auto parts = split_port(text);
  const auto address = parts ? IpAddress::parse(parts->first) : std::nullopt;
  const auto port = !parts || !parts->second ? std::optional<std::uint16_t>(usual_dns_port) : port_of(*parts->second);
  const bool may_be = address && (!text.starts_with('[') || address->bytes().size() == 16);
  if (may_be && port) return DnsServer{*address, *port};
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("--dns-server")
                             .expected("ADDR or ADDR:PORT")
                             .received(printable(text))
                             .advice("for example 192.0.2.53, 127.0.0.1:5353 or [::1]:5353"));
}

Result<EchConfigList> look_up_ech(const ServerName& host, std::uint16_t port, const std::optional<DnsServer>& server) {
  constexpr std::uint16_t usual_port = 443;
  const std::string name = host.to_string();
  if (!host.is_dns()) return not_found(name, "an address");
  // RFC 9460 9.1: other ports have names of their own.
  const std::string question = port == usual_port ? name : "_" + std::to_string(port) + "._https." + name;
  struct __res_state state{};
  if (::res_ninit(&state) != 0) return not_found(question, "no resolver");
  if (server) ask_only(state, *server);
  Bytes answer(65535);
  const int size = ::res_nquery(&state, question.c_str(), tls::dns_class_internet, tls::dns_type_https, answer.data(),
                                static_cast<int>(answer.size()));
  ::res_nclose(&state);
  if (size < 0 || static_cast<std::size_t>(size) > answer.size()) return not_found(question, "nothing");
  auto configs = tls::read_ech_of_answer(ByteView(answer).first(static_cast<std::size_t>(size)), name);
  if (!configs) return std::unexpected(std::move(configs.error()));
  if (!*configs) return not_found(question, "none with ech");
  return std::move(**configs);
}

}  // namespace keyway::net
