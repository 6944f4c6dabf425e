#include "net/ech_lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <charconv>
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

::sockaddr_in socket_address(const DnsServer& server) {
  std::uint32_t address = 0;
  for (const std::uint8_t byte : server.address) address = address << 8U | byte;
  ::sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(server.port);
  result.sin_addr.s_addr = htonl(address);
  return result;
}

}  // namespace

Result<DnsServer> DnsServer::parse(std::string_view text) {
  DnsServer server;
  const std::size_t colon = text.find(':');
  const auto address = IpAddress::parse(text.substr(0, colon));
  bool is_well = address && address->bytes().size() == server.address.size();
  if (is_well) std::ranges::copy(address->bytes(), server.address.begin());
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    const char* last = std::to_address(port.end());
    const auto [end, problem] = std::from_chars(std::to_address(port.begin()), last, server.port);
    is_well = is_well && problem == std::errc() && end == last && server.port != 0;
  }
  if (is_well) return server;
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("--dns-server")
                             .expected("ADDR or ADDR:PORT, with an IPv4 address")
                             .received(printable(text))
                             .advice("for example 192.0.2.53 or 127.0.0.1:5353"));
}

Result<EchConfigList> look_up_ech(const ServerName& host, std::uint16_t port, const std::optional<DnsServer>& server) {
  constexpr std::uint16_t usual_port = 443;
  const std::string name = host.to_string();
  if (!host.is_dns()) return not_found(name, "an address");
  // RFC 9460 9.1: other ports have names of their own.
  const std::string question = port == usual_port ? name : "_" + std::to_string(port) + "._https." + name;
  struct __res_state state{};
  if (::res_ninit(&state) != 0) return not_found(question, "no resolver");
  if (server) {
    state.nscount = 1;
    state.nsaddr_list[0] = socket_address(*server);
  }
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
